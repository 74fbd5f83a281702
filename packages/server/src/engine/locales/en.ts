/**
 * @module The messages in English.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/en.ts'

const recognize = {
  title: 'recognise you when you come back',
  description: 'An id of your own for this merchant. It says nothing about you.',
}
const profile = {
  title: 'see your basic profile',
  description: 'Your nickname, picture, gender and country, to greet you and fill in your account.',
}
const identity = {
  title: 'see your verified identity',
  description: 'Your name, date of birth, nationality and address as the wallet has verified them.',
}

export const en: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' would like to' },
    verified: 'verified',
    notVerified: 'not verified',
    forMinor: 'You decide for a child in your care.',
    required: 'Required',
    alternative: 'Share less',
    duration: 'For how long',
    lifetimes: { once: 'Just once', '30d': '30 days', until_withdrawn: 'Until I turn it off' },
    receivedBy: (merchant) => `${merchant} receives it.`,
    sharedWith: (recipients) => `It is passed on to ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `You can stop this any time in ${wallet} › ${settingsPath}.`,
    policy: 'Privacy policy',
    terms: 'Terms',
    allow: 'Allow',
    decline: 'Don’t allow',
    nothingSelected: 'Switch on what you want to allow, or choose “Don’t allow”.',
    close: 'Go back',
  },
  privacy,
  status: {
    done: { title: 'Done', text: 'You can go back to where you were.' },
    unknown: {
      title: 'This request has expired or was already answered',
      text: 'Go back and start again from the mini program.',
    },
    expired: {
      title: 'This question has expired',
      text: 'It was open for more than ten minutes. Nothing was shared.',
    },
    used: {
      title: 'You have answered already',
      text: 'A question can be answered once. Start again from the mini program.',
    },
    failed: { title: 'That did not work', text: 'Nothing was shared. Go back and try again.' },
    linkExpired: {
      title: 'This page has closed',
      text: 'It opens once and stays open for a while. Open it again from your wallet.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'see your nickname', description: 'To greet you by it.' },
    USER_NAME: {
      title: 'see your full name',
      description: 'As it stands in your wallet, for orders and deliveries in your name.',
    },
    USER_AVATAR: { title: 'see your picture', description: 'To show it on your account page.' },
    USER_GENDER: { title: 'see your gender', description: 'To address you properly.' },
    USER_BIRTHDAY: {
      title: 'see your date of birth',
      description: 'Day, month and year, to check your age or greet you on the day.',
    },
    USER_AGE_OVER_18: {
      title: 'see whether you are over 18',
      description: 'Only yes or no, not your date of birth.',
    },
    USER_NATIONALITY: {
      title: 'see your nationality',
      description: 'To offer what is available to you.',
    },
    USER_LOGIN_ID: {
      title: 'see your login with most digits hidden',
      description: 'Enough for you to recognise your account, too little to contact you.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'see your login',
      description: 'The complete phone number or e-mail you log in with, to find your account.',
    },
    HASH_LOGIN_ID: {
      title: 'recognise your login',
      description:
        'A code made of your login. It finds an account you already have, without showing the login.',
    },
    USER_CONTACTINFO: {
      title: 'see your phone number and e-mail',
      description: 'Both complete, to reach you about your orders.',
    },
    USER_MOBILE_PHONE: {
      title: 'see your phone number with most digits hidden',
      description: 'Enough for you to recognise it, too little to call you.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'call you through your wallet',
      description: 'A number that reaches you without showing yours.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'see your phone number',
      description: 'The complete number, to reach you about your orders.',
    },
    USER_EMAIL: {
      title: 'see your e-mail address partly hidden',
      description: 'Enough for you to recognise it, too little to write to you.',
    },
    RELAY_EMAIL: {
      title: 'write to you through your wallet',
      description: 'An e-mail address that reaches you without showing yours.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'see your e-mail address',
      description: 'The complete address, to send you receipts and news of your orders.',
    },
    USER_ADDRESS: {
      title: 'see your home address',
      description: 'To deliver to you and to show what is near.',
    },
    USER_CITY: {
      title: 'see which city you live in',
      description: 'Only the city, not your address.',
    },
    USER_SHIPPING_ADDRESS: {
      title: 'see your shipping address',
      description: 'To deliver what you order.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'see whether your identity is verified',
      description: 'Only yes or no, none of your documents.',
    },
    SEND_MESSAGE: {
      title: 'send you messages in the wallet',
      description: 'About your orders and bookings.',
    },
    NOTIFICATION_INBOX: {
      title: 'put messages into your wallet inbox',
      description: 'You read them when you like.',
    },
    NOTIFICATION_PUSH: {
      title: 'send you push notifications',
      description: 'They appear on your phone at once.',
    },
    CARD_LIST: {
      title: 'see the cards in your wallet',
      description: 'Their names and last four digits, to offer them when you pay.',
    },
    AGREEMENT_PAY: {
      title: 'charge you without asking each time',
      description: 'For what you have subscribed to, until you stop it.',
    },
  },
  fields: {
    userId: 'your ID with this merchant',
    status: 'state of your account',
    nickName: 'nickname',
    userName: 'full name',
    avatar: 'picture',
    gender: 'gender',
    birthDate: 'date of birth',
    'age.over18': 'whether you are over 18',
    nationality: 'nationality',
    'loginId.masked': 'login, partly hidden',
    'loginId.hash': 'code of your login',
    'loginId.plain': 'login',
    'mobilePhone.masked': 'phone number, partly hidden',
    'mobilePhone.plain': 'phone number',
    'mobilePhone.relay': 'relay phone number',
    'email.masked': 'e-mail, partly hidden',
    'email.plain': 'e-mail',
    'email.relay': 'relay e-mail',
    address: 'home address',
    'address.city': 'city',
    shippingAddress: 'shipping address',
    kycStatus: 'whether your identity is verified',
  },
}
