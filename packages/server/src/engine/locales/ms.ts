/**
 * @module The messages in Malay.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/ms.ts'

const recognize = {
  title: 'mengenali anda apabila anda kembali',
  description: 'ID anda yang hanya ada pada peniaga ini. Tiada maklumat peribadi di dalamnya.',
}
const profile = {
  title: 'melihat profil asas anda',
  description: 'Nama panggilan, gambar, jantina, kewarganegaraan dan status akaun.',
}
const identity = {
  title: 'melihat identiti anda yang disahkan',
  description:
    'Nama penuh, tarikh lahir, kewarganegaraan, alamat rumah dan sama ada identiti anda disahkan.',
}

export const ms: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' ingin' },
    verifiedBy: (wallet) => `Disahkan oleh ${wallet}`,
    notVerifiedBy: (wallet) => `Belum disahkan oleh ${wallet}`,
    unverifiedApp: (target) =>
      `Kami tidak dapat mengesahkan aplikasi mana yang meminta. Benarkan hanya jika anda sendiri yang baru memulakannya. Jawapan anda dihantar ke ${target}.`,
    appOnDevice: (host) => `aplikasi pada peranti ini (${host})`,
    forMinor: 'Anda membuat keputusan bagi kanak-kanak di bawah jagaan anda.',
    required: 'Wajib',
    chooseOne: 'Pilih satu',
    alternative: 'Kongsi lebih sedikit',
    includes: (fields) => `Termasuk ${fields}.`,
    duration: 'Berapa lama',
    lifetimes: {
      once: 'Sekali sahaja',
      '30d': '30 hari',
      until_withdrawn: 'Sehingga saya matikan',
    },
    receivedBy: (merchant) =>
      `${merchant} menerima apa yang anda benarkan, bersama ID anda dengan peniaga ini.`,
    sharedWith: (recipients) => `Maklumat ini turut dikongsi dengan ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Anda boleh mematikannya pada bila-bila masa di ${wallet} › ${settingsPath}.`,
    policy: 'Dasar privasi',
    terms: 'Terma',
    allow: 'Benarkan',
    decline: 'Jangan benarkan',
    nothingSelected: 'Hidupkan apa yang anda mahu benarkan, atau pilih “Jangan benarkan”.',
    seeAll: 'Tatal ke bawah untuk melihat semua',
    offline: 'Anda di luar talian. Semak sambungan anda, kemudian cuba lagi.',
    close: 'Kembali',
    continue: 'Teruskan',
  },
  privacy,
  status: {
    done: { title: 'Selesai', text: 'Anda boleh kembali ke tempat tadi.' },
    unknown: {
      title: 'Permintaan ini telah tamat tempoh atau sudah dijawab',
      text: 'Kembali dan mulakan semula.',
    },
    expired: {
      title: 'Permintaan ini telah tamat tempoh',
      text: 'Permintaan ini terbuka lebih 10 minit. Tiada apa-apa dikongsi. Kembali dan mulakan semula.',
    },
    used: {
      title: 'Anda sudah menjawab permintaan ini',
      text: 'Permintaan hanya boleh dijawab sekali. Kembali dan mulakan semula.',
    },
    failed: { title: 'Ada masalah', text: 'Kembali dan cuba lagi.' },
    unavailable: {
      title: 'Tidak tersedia buat masa ini',
      text: 'Tunggu sebentar, kemudian kembali dan cuba lagi.',
    },
    opening: { title: 'Satu langkah lagi', text: 'Pilih “Teruskan” untuk membuka halaman ini.' },
    openElsewhere: {
      title: 'Permintaan ini dibuka di tempat lain',
      text: 'Demi keselamatan anda, hanya halaman pertama yang membukanya boleh menjawab. Kembali dan mulakan semula.',
    },
    linkExpired: {
      title: 'Halaman ini telah tamat tempoh',
      text: 'Buka semula daripada dompet anda.',
    },
    loggedOut: { title: 'Anda telah log keluar', text: 'Anda boleh menutup halaman ini.' },
  },
  logout: {
    title: 'Log keluar?',
    text: 'Sebuah laman web mahu melog keluar anda.',
    confirm: 'Log keluar',
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: {
      title: 'melihat nama panggilan anda',
      description: 'Daripada profil dompet anda.',
    },
    USER_NAME: {
      title: 'melihat nama penuh anda',
      description: 'Seperti yang didaftarkan dalam dompet anda.',
    },
    USER_AVATAR: { title: 'melihat gambar anda', description: 'Daripada profil dompet anda.' },
    USER_GENDER: { title: 'melihat jantina anda', description: 'Daripada profil dompet anda.' },
    USER_BIRTHDAY: { title: 'melihat tarikh lahir anda', description: 'Hari, bulan dan tahun.' },
    USER_AGE_OVER_18: {
      title: 'melihat sama ada anda berumur lebih 18 tahun',
      description: 'Ya atau tidak sahaja.',
    },
    USER_NATIONALITY: {
      title: 'melihat kewarganegaraan anda',
      description: 'Seperti yang didaftarkan dalam dompet anda.',
    },
    USER_LOGIN_ID: {
      title: 'melihat sebahagian maklumat log masuk anda (nombor telefon dan e-mel)',
      description: 'Selebihnya kekal tersembunyi.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'melihat maklumat log masuk anda (nombor telefon dan e-mel)',
      description: 'Lengkap, seperti yang anda gunakan untuk log masuk.',
    },
    HASH_LOGIN_ID: {
      title: 'mengenali maklumat log masuk anda',
      description:
        'Kod daripada maklumat log masuk anda (nombor telefon dan e-mel). Maklumat itu kekal tersembunyi.',
    },
    USER_CONTACTINFO: {
      title: 'melihat nombor telefon dan alamat e-mel anda',
      description: 'Kedua-duanya lengkap.',
    },
    USER_MOBILE_PHONE: {
      title: 'melihat sebahagian nombor telefon anda',
      description: 'Selebihnya kekal tersembunyi.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'menelefon anda melalui dompet',
      description: 'Nombor telefon pemajuan. Nombor anda kekal tersembunyi.',
    },
    PLAINTEXT_MOBILE_PHONE: { title: 'melihat nombor telefon anda', description: 'Nombor penuh.' },
    USER_EMAIL: {
      title: 'melihat sebahagian alamat e-mel anda',
      description: 'Selebihnya kekal tersembunyi.',
    },
    RELAY_EMAIL: {
      title: 'menghantar e-mel kepada anda melalui dompet',
      description: 'Alamat e-mel pemajuan. Alamat anda kekal tersembunyi.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'melihat alamat e-mel anda', description: 'Alamat penuh.' },
    USER_ADDRESS: { title: 'melihat alamat rumah anda', description: 'Alamat penuh.' },
    USER_CITY: { title: 'melihat bandar tempat tinggal anda', description: 'Bandar sahaja.' },
    USER_SHIPPING_ADDRESS: {
      title: 'melihat alamat penghantaran anda',
      description: 'Alamat penuh.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'melihat sama ada identiti anda disahkan',
      description: 'Ya atau tidak sahaja, tanpa dokumen.',
    },
    SEND_MESSAGE: {
      title: 'menghantar mesej kepada anda dalam dompet',
      description: 'Mesej muncul dalam dompet anda.',
    },
    NOTIFICATION_INBOX: {
      title: 'menghantar mesej ke peti masuk dompet anda',
      description: 'Anda boleh membacanya pada bila-bila masa.',
    },
    NOTIFICATION_PUSH: {
      title: 'menghantar pemberitahuan tolak kepada anda',
      description: 'Muncul serta-merta di telefon anda.',
    },
    CARD_LIST: {
      title: 'melihat kad dalam dompet anda',
      description: 'Nama kad dan empat digit terakhir.',
    },
    AGREEMENT_PAY: {
      title: 'mengenakan caj tanpa bertanya setiap kali',
      description: 'Caj dikenakan secara automatik sehingga anda mematikannya.',
    },
  },
  fields: {
    userId: 'ID anda dengan peniaga ini',
    status: 'status akaun',
    nickName: 'nama panggilan',
    userName: 'nama penuh',
    avatar: 'gambar',
    gender: 'jantina',
    birthDate: 'tarikh lahir',
    'age.over18': 'sama ada anda berumur lebih 18 tahun',
    nationality: 'kewarganegaraan',
    'loginId.masked': 'sebahagian maklumat log masuk anda (nombor telefon dan e-mel)',
    'loginId.hash': 'kod daripada maklumat log masuk anda (nombor telefon dan e-mel)',
    'loginId.plain': 'maklumat log masuk anda (nombor telefon dan e-mel)',
    'mobilePhone.masked': 'sebahagian nombor telefon',
    'mobilePhone.plain': 'nombor telefon',
    'mobilePhone.relay': 'nombor telefon pemajuan',
    'email.masked': 'sebahagian alamat e-mel',
    'email.plain': 'alamat e-mel',
    'email.relay': 'alamat e-mel pemajuan',
    address: 'alamat rumah',
    'address.city': 'bandar',
    shippingAddress: 'alamat penghantaran',
    kycStatus: 'sama ada identiti anda disahkan',
  },
}
