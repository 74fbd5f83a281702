/**
 * @module The messages in Malay.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/ms.ts'

const recognize = {
  title: 'mengenali anda apabila kembali',
  description: 'Id khas anda untuk pedagang ini. Ia tidak mendedahkan apa-apa tentang anda.',
}
const profile = {
  title: 'melihat profil asas anda',
  description: 'Nama panggilan, gambar, jantina dan negara, untuk menyapa dan mengisi akaun anda.',
}
const identity = {
  title: 'melihat identiti anda yang disahkan',
  description: 'Nama, tarikh lahir, kewarganegaraan dan alamat yang disahkan oleh dompet.',
}

export const ms: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' mahu' },
    verified: 'disahkan',
    notVerified: 'belum disahkan',
    forMinor: 'Anda membuat keputusan untuk kanak-kanak di bawah jagaan anda.',
    required: 'Wajib',
    alternative: 'Kongsi lebih sedikit',
    duration: 'Berapa lama',
    lifetimes: {
      once: 'Sekali sahaja',
      '30d': '30 hari',
      until_withdrawn: 'Sehingga saya matikan',
    },
    receivedBy: (merchant) => `${merchant} menerimanya.`,
    sharedWith: (recipients) => `Ia juga diserahkan kepada ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Anda boleh menghentikannya bila-bila masa di ${wallet} › ${settingsPath}.`,
    policy: 'Dasar privasi',
    terms: 'Terma',
    allow: 'Benarkan',
    decline: 'Jangan benarkan',
    nothingSelected: 'Hidupkan apa yang anda mahu benarkan, atau pilih “Jangan benarkan”.',
    close: 'Kembali',
  },
  privacy,
  status: {
    done: { title: 'Selesai', text: 'Anda boleh kembali ke tempat tadi.' },
    unknown: {
      title: 'Permintaan ini telah tamat tempoh atau sudah dijawab',
      text: 'Kembali dan mulakan semula dari program mini.',
    },
    expired: {
      title: 'Soalan ini telah tamat',
      text: 'Ia terbuka lebih sepuluh minit. Tiada apa dikongsi.',
    },
    used: {
      title: 'Anda sudah menjawab',
      text: 'Soalan dijawab sekali sahaja. Mulakan semula dari program mini.',
    },
    failed: { title: 'Tidak berjaya', text: 'Tiada apa dikongsi. Kembali dan cuba lagi.' },
    linkExpired: {
      title: 'Halaman ini telah ditutup',
      text: 'Ia hanya boleh dibuka sekali. Buka semula dari dompet anda.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'melihat nama panggilan anda', description: 'Untuk menyapa anda.' },
    USER_NAME: {
      title: 'melihat nama penuh anda',
      description: 'Seperti dalam dompet, untuk pesanan dan penghantaran atas nama anda.',
    },
    USER_AVATAR: { title: 'melihat gambar anda', description: 'Untuk dipaparkan di akaun anda.' },
    USER_GENDER: { title: 'melihat jantina anda', description: 'Untuk menyapa anda dengan betul.' },
    USER_BIRTHDAY: {
      title: 'melihat tarikh lahir anda',
      description: 'Hari, bulan dan tahun, untuk menyemak umur atau memberi ucapan.',
    },
    USER_AGE_OVER_18: {
      title: 'melihat sama ada anda melebihi 18',
      description: 'Hanya ya atau tidak, bukan tarikh lahir anda.',
    },
    USER_NATIONALITY: {
      title: 'melihat kewarganegaraan anda',
      description: 'Untuk menawarkan yang tersedia bagi anda.',
    },
    USER_LOGIN_ID: {
      title: 'melihat id log masuk yang kebanyakannya disembunyikan',
      description: 'Cukup untuk anda kenal akaun anda, tidak cukup untuk menghubungi anda.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'melihat id log masuk anda',
      description: 'Nombor telefon atau e-mel penuh untuk log masuk, untuk mencari akaun anda.',
    },
    HASH_LOGIN_ID: {
      title: 'mengenali id log masuk anda',
      description: 'Kod daripada id log masuk. Ia mencari akaun sedia ada tanpa memaparkannya.',
    },
    USER_CONTACTINFO: {
      title: 'melihat nombor telefon dan e-mel anda',
      description: 'Kedua-duanya penuh, untuk menghubungi anda tentang pesanan.',
    },
    USER_MOBILE_PHONE: {
      title: 'melihat nombor telefon yang kebanyakannya disembunyikan',
      description: 'Cukup untuk anda mengenalinya, tidak cukup untuk menelefon.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'menelefon anda melalui dompet',
      description: 'Nombor yang sampai kepada anda tanpa memaparkan nombor anda.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'melihat nombor telefon anda',
      description: 'Nombor penuh, untuk menghubungi anda tentang pesanan.',
    },
    USER_EMAIL: {
      title: 'melihat e-mel anda yang sebahagiannya disembunyikan',
      description: 'Cukup untuk anda mengenalinya, tidak cukup untuk menulis.',
    },
    RELAY_EMAIL: {
      title: 'menulis kepada anda melalui dompet',
      description: 'E-mel yang sampai kepada anda tanpa memaparkan alamat anda.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'melihat alamat e-mel anda',
      description: 'Alamat penuh, untuk menghantar resit dan berita pesanan.',
    },
    USER_ADDRESS: {
      title: 'melihat alamat rumah anda',
      description: 'Untuk menghantar kepada anda dan memaparkan yang dekat.',
    },
    USER_CITY: {
      title: 'melihat bandar tempat tinggal anda',
      description: 'Hanya bandar, bukan alamat anda.',
    },
    USER_SHIPPING_ADDRESS: {
      title: 'melihat alamat penghantaran anda',
      description: 'Untuk menghantar pesanan anda.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'melihat sama ada identiti anda disahkan',
      description: 'Hanya ya atau tidak, tanpa dokumen anda.',
    },
    SEND_MESSAGE: {
      title: 'menghantar mesej dalam dompet',
      description: 'Tentang pesanan dan tempahan anda.',
    },
    NOTIFICATION_INBOX: {
      title: 'meletakkan mesej dalam peti masuk dompet',
      description: 'Anda membacanya bila-bila masa.',
    },
    NOTIFICATION_PUSH: {
      title: 'menghantar pemberitahuan tolak',
      description: 'Ia muncul serta-merta di telefon anda.',
    },
    CARD_LIST: {
      title: 'melihat kad dalam dompet anda',
      description: 'Nama dan empat digit terakhir, untuk ditawarkan semasa membayar.',
    },
    AGREEMENT_PAY: {
      title: 'mengenakan caj tanpa bertanya setiap kali',
      description: 'Untuk langganan anda, sehingga anda menghentikannya.',
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
    'age.over18': 'sama ada melebihi 18',
    nationality: 'kewarganegaraan',
    'loginId.masked': 'id log masuk, sebahagian disembunyikan',
    'loginId.hash': 'kod id log masuk',
    'loginId.plain': 'id log masuk',
    'mobilePhone.masked': 'nombor telefon, sebahagian disembunyikan',
    'mobilePhone.plain': 'nombor telefon',
    'mobilePhone.relay': 'nombor perantara',
    'email.masked': 'e-mel, sebahagian disembunyikan',
    'email.plain': 'e-mel',
    'email.relay': 'e-mel perantara',
    address: 'alamat rumah',
    'address.city': 'bandar',
    shippingAddress: 'alamat penghantaran',
    kycStatus: 'sama ada identiti disahkan',
  },
}
