/**
 * @module The messages in English.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/en.ts'

const recognize = {
  title: 'recognize you when you come back',
  description: 'An ID that only this merchant has for you. It contains no personal information.',
}
const profile = {
  title: 'see your basic profile',
  description: 'Nickname, picture, gender, nationality, and account status.',
}
const identity = {
  title: 'see your verified identity',
  description:
    'Full name, date of birth, nationality, home address, and whether your identity is verified.',
}

export const en: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' would like to' },
    verifiedBy: (wallet) => `Verified by ${wallet}`,
    notVerifiedBy: (wallet) => `Not verified by ${wallet}`,
    unverifiedApp: (target) =>
      `We could not verify which app is asking. Allow this only if you just started it yourself. Your answer goes to ${target}.`,
    appOnDevice: (host) => `an app on this device (${host})`,
    forMinor: 'You are deciding for a child in your care.',
    required: 'Required',
    chooseOne: 'Choose one',
    alternative: 'Share less',
    includes: (fields) => `Includes ${fields}.`,
    duration: 'How long',
    lifetimes: { once: 'Just once', '30d': '30 days', until_withdrawn: 'Until I turn it off' },
    receivedBy: (merchant) =>
      `${merchant} receives what you allow, along with your ID with this merchant.`,
    sharedWith: (recipients) => `It is also shared with ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `You can turn this off at any time in ${wallet} › ${settingsPath}.`,
    policy: 'Privacy policy',
    terms: 'Terms',
    allow: 'Allow',
    decline: 'Don’t allow',
    nothingSelected: 'Turn on what you want to allow, or choose “Don’t allow”.',
    seeAll: 'Scroll down to see everything',
    offline: 'You are offline. Check your connection, then try again.',
    close: 'Go back',
    continue: 'Continue',
  },
  privacy,
  status: {
    done: { title: 'Done', text: 'You can go back to where you were.' },
    unknown: {
      title: 'This request has expired or was already answered',
      text: 'Go back and start again.',
    },
    expired: {
      title: 'This request has expired',
      text: 'It was open for more than 10 minutes. Nothing was shared. Go back and start again.',
    },
    used: {
      title: 'You already answered this request',
      text: 'A request can be answered only once. Go back and start again.',
    },
    failed: { title: 'Something went wrong', text: 'Go back and try again.' },
    unavailable: {
      title: 'Not available right now',
      text: 'Wait a moment, then go back and try again.',
    },
    opening: { title: 'One more step', text: 'Choose “Continue” to open this page.' },
    openElsewhere: {
      title: 'This request is open somewhere else',
      text: 'For your safety, only the first page that opened it can answer. Go back and start again.',
    },
    linkExpired: { title: 'This page has expired', text: 'Open it again from your wallet.' },
    loggedOut: { title: 'You are logged out', text: 'You can close this page.' },
  },
  logout: { title: 'Log out?', text: 'A website wants to log you out.', confirm: 'Log out' },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'see your nickname', description: 'From your wallet profile.' },
    USER_NAME: { title: 'see your full name', description: 'As registered in your wallet.' },
    USER_AVATAR: { title: 'see your picture', description: 'From your wallet profile.' },
    USER_GENDER: { title: 'see your gender', description: 'From your wallet profile.' },
    USER_BIRTHDAY: { title: 'see your date of birth', description: 'Day, month, and year.' },
    USER_AGE_OVER_18: { title: 'see whether you are over 18', description: 'Only yes or no.' },
    USER_NATIONALITY: {
      title: 'see your nationality',
      description: 'As registered in your wallet.',
    },
    USER_LOGIN_ID: {
      title: 'see part of your login (phone number and email)',
      description: 'The rest stays hidden.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'see your login (phone number and email)',
      description: 'In full, as you use it to log in.',
    },
    HASH_LOGIN_ID: {
      title: 'recognize your login',
      description:
        'A code made from your login (phone number and email). The login itself stays hidden.',
    },
    USER_CONTACTINFO: {
      title: 'see your phone number and email address',
      description: 'Both in full.',
    },
    USER_MOBILE_PHONE: {
      title: 'see part of your phone number',
      description: 'The rest stays hidden.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'call you through your wallet',
      description: 'A forwarding phone number. Your own stays hidden.',
    },
    PLAINTEXT_MOBILE_PHONE: { title: 'see your phone number', description: 'The full number.' },
    USER_EMAIL: { title: 'see part of your email address', description: 'The rest stays hidden.' },
    RELAY_EMAIL: {
      title: 'email you through your wallet',
      description: 'A forwarding email address. Your own stays hidden.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'see your email address', description: 'The full address.' },
    USER_ADDRESS: { title: 'see your home address', description: 'The full address.' },
    USER_CITY: { title: 'see which city you live in', description: 'Only the city.' },
    USER_SHIPPING_ADDRESS: { title: 'see your shipping address', description: 'The full address.' },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'see whether your identity is verified',
      description: 'Only yes or no, without documents.',
    },
    SEND_MESSAGE: {
      title: 'send you messages in the wallet',
      description: 'They appear in your wallet.',
    },
    NOTIFICATION_INBOX: {
      title: 'put messages into your wallet inbox',
      description: 'You can read them at any time.',
    },
    NOTIFICATION_PUSH: {
      title: 'send you push notifications',
      description: 'They appear on your phone right away.',
    },
    CARD_LIST: {
      title: 'see the cards in your wallet',
      description: 'Card names and last four digits.',
    },
    AGREEMENT_PAY: {
      title: 'charge you without asking each time',
      description: 'Payments are automatic until you turn this off.',
    },
  },
  fields: {
    userId: 'your ID with this merchant',
    status: 'account status',
    nickName: 'nickname',
    userName: 'full name',
    avatar: 'picture',
    gender: 'gender',
    birthDate: 'date of birth',
    'age.over18': 'whether you are over 18',
    nationality: 'nationality',
    'loginId.masked': 'part of your login (phone number and email)',
    'loginId.hash': 'code made from your login (phone number and email)',
    'loginId.plain': 'login (phone number and email)',
    'mobilePhone.masked': 'part of your phone number',
    'mobilePhone.plain': 'phone number',
    'mobilePhone.relay': 'forwarding phone number',
    'email.masked': 'part of your email address',
    'email.plain': 'email address',
    'email.relay': 'forwarding email address',
    address: 'home address',
    'address.city': 'city',
    shippingAddress: 'shipping address',
    kycStatus: 'whether your identity is verified',
  },
}
