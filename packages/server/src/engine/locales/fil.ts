/**
 * @module The messages in Filipino.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/fil.ts'

const recognize = {
  title: 'makilala ka pagbalik mo',
  description: 'Sariling id mo para sa merchant na ito. Wala itong sinasabi tungkol sa iyo.',
}
const profile = {
  title: 'makita ang iyong pangunahing profile',
  description: 'Palayaw, larawan, kasarian at bansa mo, para batiin ka at punan ang account mo.',
}
const identity = {
  title: 'makita ang napatunayang pagkakakilanlan mo',
  description: 'Pangalan, kapanganakan, nasyonalidad at tirahan mo na napatunayan ng wallet.',
}

export const fil: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: 'Gusto ng ', after: ' na' },
    verified: 'beripikado',
    notVerified: 'hindi beripikado',
    forMinor: 'Ikaw ang nagpapasya para sa batang nasa pangangalaga mo.',
    required: 'Kinakailangan',
    alternative: 'Magbahagi ng mas kaunti',
    duration: 'Gaano katagal',
    lifetimes: { once: 'Isang beses lang', '30d': '30 araw', until_withdrawn: 'Hanggang i-off ko' },
    receivedBy: (merchant) => `Ang ${merchant} ang tatanggap nito.`,
    sharedWith: (recipients) => `Ipapasa rin ito sa ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Maihihinto mo ito anumang oras sa ${wallet} › ${settingsPath}.`,
    policy: 'Patakaran sa privacy',
    terms: 'Mga tuntunin',
    allow: 'Payagan',
    decline: 'Huwag payagan',
    nothingSelected: 'Buksan ang gusto mong payagan, o piliin ang “Huwag payagan”.',
    close: 'Bumalik',
  },
  privacy,
  status: {
    done: { title: 'Tapos na', text: 'Puwede ka nang bumalik sa pinanggalingan mo.' },
    unknown: {
      title: 'Nag-expire na o nasagot na ang kahilingang ito',
      text: 'Bumalik at magsimula muli mula sa mini program.',
    },
    expired: {
      title: 'Lipas na ang tanong na ito',
      text: 'Mahigit sampung minuto itong bukas. Walang ibinahagi.',
    },
    used: {
      title: 'Nakasagot ka na',
      text: 'Isang beses lang masasagot ang tanong. Magsimula muli mula sa mini program.',
    },
    failed: { title: 'Hindi ito gumana', text: 'Walang ibinahagi. Bumalik at subukan muli.' },
    linkExpired: {
      title: 'Sarado na ang pahinang ito',
      text: 'Isang beses lang itong nabubuksan. Buksan muli mula sa wallet mo.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'makita ang palayaw mo', description: 'Para batiin ka gamit nito.' },
    USER_NAME: {
      title: 'makita ang buong pangalan mo',
      description: 'Ang nasa wallet mo, para sa mga order at delivery sa pangalan mo.',
    },
    USER_AVATAR: { title: 'makita ang larawan mo', description: 'Para ipakita sa account mo.' },
    USER_GENDER: { title: 'makita ang kasarian mo', description: 'Para tama ang pagtawag sa iyo.' },
    USER_BIRTHDAY: {
      title: 'makita ang petsa ng kapanganakan mo',
      description: 'Araw, buwan at taon, para tiyakin ang edad mo o batiin ka.',
    },
    USER_AGE_OVER_18: {
      title: 'makita kung lampas 18 ka na',
      description: 'Oo o hindi lang, hindi ang kapanganakan mo.',
    },
    USER_NATIONALITY: {
      title: 'makita ang nasyonalidad mo',
      description: 'Para ialok ang puwede sa iyo.',
    },
    USER_LOGIN_ID: {
      title: 'makita ang login mo na halos nakatago',
      description: 'Sapat para makilala mo ang account mo, kulang para kontakin ka.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'makita ang login mo',
      description: 'Ang buong numero o e-mail na pang-login mo, para mahanap ang account mo.',
    },
    HASH_LOGIN_ID: {
      title: 'makilala ang login mo',
      description:
        'Code mula sa login mo. Hinahanap nito ang account mo nang hindi ito ipinapakita.',
    },
    USER_CONTACTINFO: {
      title: 'makita ang numero at e-mail mo',
      description: 'Parehong buo, para kontakin ka tungkol sa mga order mo.',
    },
    USER_MOBILE_PHONE: {
      title: 'makita ang numero mo na halos nakatago',
      description: 'Sapat para makilala mo, kulang para tawagan ka.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'matawagan ka sa pamamagitan ng wallet mo',
      description: 'Numerong umaabot sa iyo nang hindi ipinapakita ang sa iyo.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'makita ang numero ng telepono mo',
      description: 'Ang buong numero, para kontakin ka tungkol sa mga order mo.',
    },
    USER_EMAIL: {
      title: 'makita ang e-mail mo na bahagyang nakatago',
      description: 'Sapat para makilala mo, kulang para sulatan ka.',
    },
    RELAY_EMAIL: {
      title: 'masulatan ka sa pamamagitan ng wallet mo',
      description: 'E-mail na umaabot sa iyo nang hindi ipinapakita ang sa iyo.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'makita ang e-mail mo',
      description: 'Ang buong address, para padalhan ka ng resibo at balita ng order.',
    },
    USER_ADDRESS: {
      title: 'makita ang tirahan mo',
      description: 'Para maghatid sa iyo at ipakita ang malapit.',
    },
    USER_CITY: {
      title: 'makita kung saang lungsod ka nakatira',
      description: 'Ang lungsod lang, hindi ang tirahan mo.',
    },
    USER_SHIPPING_ADDRESS: {
      title: 'makita ang address na padadalhan',
      description: 'Para ihatid ang mga order mo.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'makita kung napatunayan ang pagkakakilanlan mo',
      description: 'Oo o hindi lang, walang dokumento mo.',
    },
    SEND_MESSAGE: {
      title: 'padalhan ka ng mensahe sa wallet',
      description: 'Tungkol sa mga order at booking mo.',
    },
    NOTIFICATION_INBOX: {
      title: 'maglagay ng mensahe sa inbox ng wallet mo',
      description: 'Babasahin mo kung kailan mo gusto.',
    },
    NOTIFICATION_PUSH: {
      title: 'padalhan ka ng push notification',
      description: 'Lalabas agad sa telepono mo.',
    },
    CARD_LIST: {
      title: 'makita ang mga card sa wallet mo',
      description: 'Pangalan at huling apat na numero, para ialok kapag nagbabayad ka.',
    },
    AGREEMENT_PAY: {
      title: 'singilin ka nang hindi nagtatanong tuwina',
      description: 'Para sa sinubscribe mo, hanggang ihinto mo.',
    },
  },
  fields: {
    userId: 'ang ID mo sa merchant na ito',
    status: 'lagay ng account mo',
    nickName: 'palayaw',
    userName: 'buong pangalan',
    avatar: 'larawan',
    gender: 'kasarian',
    birthDate: 'petsa ng kapanganakan',
    'age.over18': 'kung lampas 18 ka na',
    nationality: 'nasyonalidad',
    'loginId.masked': 'login na halos nakatago',
    'loginId.hash': 'code ng login mo',
    'loginId.plain': 'login',
    'mobilePhone.masked': 'numerong halos nakatago',
    'mobilePhone.plain': 'numero ng telepono',
    'mobilePhone.relay': 'relay na numero',
    'email.masked': 'e-mail na bahagyang nakatago',
    'email.plain': 'e-mail',
    'email.relay': 'relay na e-mail',
    address: 'tirahan',
    'address.city': 'lungsod',
    shippingAddress: 'address na padadalhan',
    kycStatus: 'kung napatunayan ang pagkakakilanlan mo',
  },
}
