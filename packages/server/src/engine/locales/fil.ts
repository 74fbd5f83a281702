/**
 * @module The messages in Filipino.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/fil.ts'

const recognize = {
  title: 'makilala ka pagbalik mo',
  description:
    'Isang ID na ang merchant lang na ito ang mayroon. Wala itong personal na impormasyon.',
}
const profile = {
  title: 'makita ang pangunahing profile mo',
  description: 'Palayaw, larawan, kasarian, nasyonalidad, at status ng account.',
}
const identity = {
  title: 'makita ang beripikadong pagkakakilanlan mo',
  description:
    'Buong pangalan, petsa ng kapanganakan, nasyonalidad, tirahan, at kung beripikado ang pagkakakilanlan mo.',
}

export const fil: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: 'Gusto ng ', after: ' na' },
    verifiedBy: (wallet) => `Beripikado ng ${wallet}`,
    notVerifiedBy: (wallet) => `Hindi beripikado ng ${wallet}`,
    unverifiedApp: (target) =>
      `Hindi namin ma-verify kung aling app ang humihiling. Payagan lang ito kung ikaw mismo ang kasisimula nito. Mapupunta ang sagot mo sa ${target}.`,
    appOnDevice: (host) => `isang app sa device na ito (${host})`,
    forMinor: 'Nagpapasya ka para sa batang nasa pangangalaga mo.',
    required: 'Kinakailangan',
    chooseOne: 'Pumili ng isa',
    alternative: 'Magbahagi ng mas kaunti',
    includes: (fields) => `Kasama ang ${fields}.`,
    duration: 'Gaano katagal',
    lifetimes: { once: 'Isang beses lang', '30d': '30 araw', until_withdrawn: 'Hanggang i-off ko' },
    receivedBy: (merchant) =>
      `Matatanggap ng ${merchant} ang papayagan mo, kasama ang ID mo sa merchant na ito.`,
    sharedWith: (recipients) => `Ibabahagi rin ito sa ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Puwede mo itong i-off anumang oras sa ${wallet} › ${settingsPath}.`,
    policy: 'Patakaran sa privacy',
    terms: 'Mga tuntunin',
    allow: 'Payagan',
    decline: 'Huwag payagan',
    nothingSelected: 'I-on ang gusto mong payagan, o piliin ang “Huwag payagan”.',
    seeAll: 'Mag-scroll para makita ang lahat',
    offline: 'Offline ka. Tingnan ang koneksyon mo at subukan muli.',
    close: 'Bumalik',
    continue: 'Magpatuloy',
  },
  privacy,
  status: {
    done: { title: 'Tapos na', text: 'Puwede ka nang bumalik sa pinanggalingan mo.' },
    unknown: {
      title: 'Nag-expire na o nasagot na ang kahilingang ito',
      text: 'Bumalik at magsimula muli.',
    },
    expired: {
      title: 'Nag-expire na ang kahilingang ito',
      text: 'Mahigit 10 minuto itong nakabukas. Walang ibinahagi. Bumalik at magsimula muli.',
    },
    used: {
      title: 'Nasagot mo na ang kahilingang ito',
      text: 'Isang beses lang masasagot ang isang kahilingan. Bumalik at magsimula muli.',
    },
    failed: { title: 'Nagkaproblema', text: 'Bumalik at subukan muli.' },
    unavailable: {
      title: 'Hindi available sa ngayon',
      text: 'Maghintay sandali, saka bumalik at subukan muli.',
    },
    opening: {
      title: 'Isang hakbang na lang',
      text: 'Piliin ang “Magpatuloy” para buksan ang page na ito.',
    },
    openElsewhere: {
      title: 'Bukas ang kahilingang ito sa ibang lugar',
      text: 'Para sa kaligtasan mo, ang unang page lang na nagbukas nito ang makakasagot. Bumalik at magsimulang muli.',
    },
    linkExpired: {
      title: 'Nag-expire na ang pahinang ito',
      text: 'Buksan itong muli mula sa wallet mo.',
    },
    loggedOut: { title: 'Naka-log out ka na', text: 'Maaari mo nang isara ang pahinang ito.' },
  },
  logout: {
    title: 'Mag-log out?',
    text: 'Gusto ng isang website na i-log out ka.',
    confirm: 'Mag-log out',
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'makita ang palayaw mo', description: 'Mula sa profile mo sa wallet.' },
    USER_NAME: {
      title: 'makita ang buong pangalan mo',
      description: 'Ayon sa nakarehistro sa wallet mo.',
    },
    USER_AVATAR: { title: 'makita ang larawan mo', description: 'Mula sa profile mo sa wallet.' },
    USER_GENDER: { title: 'makita ang kasarian mo', description: 'Mula sa profile mo sa wallet.' },
    USER_BIRTHDAY: {
      title: 'makita ang petsa ng kapanganakan mo',
      description: 'Araw, buwan, at taon.',
    },
    USER_AGE_OVER_18: { title: 'makita kung lampas 18 ka na', description: 'Oo o hindi lang.' },
    USER_NATIONALITY: {
      title: 'makita ang nasyonalidad mo',
      description: 'Ayon sa nakarehistro sa wallet mo.',
    },
    USER_LOGIN_ID: {
      title: 'makita ang bahagi ng login mo (numero ng telepono at email)',
      description: 'Nakatago ang iba pa.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'makita ang login mo (numero ng telepono at email)',
      description: 'Buo, gaya ng ginagamit mo sa pag-log in.',
    },
    HASH_LOGIN_ID: {
      title: 'makilala ang login mo',
      description:
        'Isang code mula sa login mo (numero ng telepono at email). Nananatiling nakatago ang login.',
    },
    USER_CONTACTINFO: {
      title: 'makita ang numero ng telepono at email mo',
      description: 'Parehong buo.',
    },
    USER_MOBILE_PHONE: {
      title: 'makita ang bahagi ng numero ng telepono mo',
      description: 'Nakatago ang iba pa.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'tawagan ka sa pamamagitan ng wallet mo',
      description: 'Isang forwarding na numero ng telepono. Nakatago ang sa iyo.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'makita ang numero ng telepono mo',
      description: 'Ang buong numero.',
    },
    USER_EMAIL: { title: 'makita ang bahagi ng email mo', description: 'Nakatago ang iba pa.' },
    RELAY_EMAIL: {
      title: 'sulatan ka sa pamamagitan ng wallet mo',
      description: 'Isang forwarding na email. Nakatago ang sa iyo.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'makita ang email mo', description: 'Ang buong address.' },
    USER_ADDRESS: { title: 'makita ang tirahan mo', description: 'Ang buong address.' },
    USER_CITY: { title: 'makita kung saang lungsod ka nakatira', description: 'Ang lungsod lang.' },
    USER_SHIPPING_ADDRESS: {
      title: 'makita ang address na padadalhan ng order mo',
      description: 'Ang buong address.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'makita kung beripikado ang pagkakakilanlan mo',
      description: 'Oo o hindi lang, walang dokumento.',
    },
    SEND_MESSAGE: {
      title: 'padalhan ka ng mensahe sa wallet',
      description: 'Lalabas ang mga ito sa wallet mo.',
    },
    NOTIFICATION_INBOX: {
      title: 'maglagay ng mensahe sa inbox ng wallet mo',
      description: 'Mababasa mo kung kailan mo gusto.',
    },
    NOTIFICATION_PUSH: {
      title: 'padalhan ka ng push notification',
      description: 'Lalabas agad sa telepono mo.',
    },
    CARD_LIST: {
      title: 'makita ang mga card sa wallet mo',
      description: 'Pangalan ng card at huling apat na numero.',
    },
    AGREEMENT_PAY: {
      title: 'singilin ka nang hindi nagtatanong bawat beses',
      description: 'Awtomatiko ang pagsingil hanggang i-off mo.',
    },
  },
  fields: {
    userId: 'ang ID mo sa merchant na ito',
    status: 'status ng account',
    nickName: 'palayaw',
    userName: 'buong pangalan',
    avatar: 'larawan',
    gender: 'kasarian',
    birthDate: 'petsa ng kapanganakan',
    'age.over18': 'kung lampas 18 ka na',
    nationality: 'nasyonalidad',
    'loginId.masked': 'bahagi ng login mo (numero ng telepono at email)',
    'loginId.hash': 'code mula sa login mo (numero ng telepono at email)',
    'loginId.plain': 'login mo (numero ng telepono at email)',
    'mobilePhone.masked': 'bahagi ng numero ng telepono mo',
    'mobilePhone.plain': 'numero ng telepono',
    'mobilePhone.relay': 'forwarding na numero ng telepono',
    'email.masked': 'bahagi ng email mo',
    'email.plain': 'email',
    'email.relay': 'forwarding na email',
    address: 'tirahan',
    'address.city': 'lungsod',
    shippingAddress: 'address na padadalhan ng order mo',
    kycStatus: 'kung beripikado ang pagkakakilanlan mo',
  },
}
