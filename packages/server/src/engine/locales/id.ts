/**
 * @module The messages in Indonesian.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/id.ts'

const recognize = {
  title: 'mengenali Anda saat kembali',
  description: 'ID Anda yang hanya dimiliki merchant ini. Tidak berisi data pribadi.',
}
const profile = {
  title: 'melihat profil dasar Anda',
  description: 'Nama panggilan, foto, jenis kelamin, kewarganegaraan, dan status akun.',
}
const identity = {
  title: 'melihat identitas Anda yang terverifikasi',
  description:
    'Nama lengkap, tanggal lahir, kewarganegaraan, alamat rumah, dan apakah identitas Anda terverifikasi.',
}

export const id: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' ingin' },
    verifiedBy: (wallet) => `Diverifikasi oleh ${wallet}`,
    notVerifiedBy: (wallet) => `Belum diverifikasi oleh ${wallet}`,
    unverifiedApp: (target) =>
      `Kami tidak dapat memverifikasi aplikasi mana yang meminta. Izinkan hanya jika Anda sendiri yang baru saja memulainya. Jawaban Anda dikirim ke ${target}.`,
    appOnDevice: (host) => `aplikasi di perangkat ini (${host})`,
    forMinor: 'Anda memutuskan untuk anak dalam pengasuhan Anda.',
    required: 'Wajib',
    chooseOne: 'Pilih satu',
    alternative: 'Bagikan lebih sedikit',
    includes: (fields) => `Termasuk ${fields}.`,
    duration: 'Berapa lama',
    lifetimes: { once: 'Sekali saja', '30d': '30 hari', until_withdrawn: 'Sampai saya matikan' },
    receivedBy: (merchant) =>
      `${merchant} menerima yang Anda izinkan, beserta ID Anda di merchant ini.`,
    sharedWith: (recipients) => `Data ini juga dibagikan kepada ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Anda dapat mematikannya kapan saja di ${wallet} › ${settingsPath}.`,
    policy: 'Kebijakan privasi',
    terms: 'Ketentuan',
    allow: 'Izinkan',
    decline: 'Jangan izinkan',
    nothingSelected: 'Nyalakan yang ingin Anda izinkan, atau pilih “Jangan izinkan”.',
    seeAll: 'Gulir ke bawah untuk melihat semua',
    offline: 'Anda sedang offline. Periksa koneksi, lalu coba lagi.',
    close: 'Kembali',
    continue: 'Lanjutkan',
  },
  privacy,
  status: {
    done: { title: 'Selesai', text: 'Anda dapat kembali ke tempat semula.' },
    unknown: {
      title: 'Permintaan ini kedaluwarsa atau sudah dijawab',
      text: 'Kembali dan mulai lagi.',
    },
    expired: {
      title: 'Permintaan ini kedaluwarsa',
      text: 'Permintaan terbuka lebih dari 10 menit. Tidak ada yang dibagikan. Kembali dan mulai lagi.',
    },
    used: {
      title: 'Anda sudah menjawab permintaan ini',
      text: 'Permintaan hanya bisa dijawab sekali. Kembali dan mulai lagi.',
    },
    failed: { title: 'Terjadi kesalahan', text: 'Kembali dan coba lagi.' },
    unavailable: {
      title: 'Sedang tidak tersedia',
      text: 'Tunggu sebentar, lalu kembali dan coba lagi.',
    },
    opening: { title: 'Satu langkah lagi', text: 'Pilih “Lanjutkan” untuk membuka halaman ini.' },
    openElsewhere: {
      title: 'Permintaan ini terbuka di tempat lain',
      text: 'Demi keamanan Anda, hanya halaman pertama yang membukanya yang dapat menjawab. Kembali dan mulai lagi.',
    },
    linkExpired: { title: 'Halaman ini kedaluwarsa', text: 'Buka lagi dari dompet Anda.' },
    loggedOut: { title: 'Anda telah keluar', text: 'Anda dapat menutup halaman ini.' },
  },
  logout: {
    title: 'Keluar?',
    text: 'Sebuah situs web ingin mengeluarkan Anda.',
    confirm: 'Keluar',
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: {
      title: 'melihat nama panggilan Anda',
      description: 'Dari profil dompet Anda.',
    },
    USER_NAME: {
      title: 'melihat nama lengkap Anda',
      description: 'Seperti yang terdaftar di dompet Anda.',
    },
    USER_AVATAR: { title: 'melihat foto Anda', description: 'Dari profil dompet Anda.' },
    USER_GENDER: { title: 'melihat jenis kelamin Anda', description: 'Dari profil dompet Anda.' },
    USER_BIRTHDAY: {
      title: 'melihat tanggal lahir Anda',
      description: 'Tanggal, bulan, dan tahun.',
    },
    USER_AGE_OVER_18: {
      title: 'melihat apakah usia Anda di atas 18 tahun',
      description: 'Hanya ya atau tidak.',
    },
    USER_NATIONALITY: {
      title: 'melihat kewarganegaraan Anda',
      description: 'Seperti yang terdaftar di dompet Anda.',
    },
    USER_LOGIN_ID: {
      title: 'melihat sebagian info login Anda (nomor ponsel dan email)',
      description: 'Sisanya tetap disembunyikan.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'melihat info login Anda (nomor ponsel dan email)',
      description: 'Lengkap, seperti yang Anda pakai untuk masuk.',
    },
    HASH_LOGIN_ID: {
      title: 'mengenali info login Anda',
      description:
        'Kode dari info login Anda (nomor ponsel dan email). Info login tetap disembunyikan.',
    },
    USER_CONTACTINFO: {
      title: 'melihat nomor ponsel dan alamat email Anda',
      description: 'Keduanya lengkap.',
    },
    USER_MOBILE_PHONE: {
      title: 'melihat sebagian nomor ponsel Anda',
      description: 'Sisanya tetap disembunyikan.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'menelepon Anda melalui dompet',
      description: 'Nomor ponsel penerus. Nomor Anda tetap disembunyikan.',
    },
    PLAINTEXT_MOBILE_PHONE: { title: 'melihat nomor ponsel Anda', description: 'Nomor lengkap.' },
    USER_EMAIL: {
      title: 'melihat sebagian alamat email Anda',
      description: 'Sisanya tetap disembunyikan.',
    },
    RELAY_EMAIL: {
      title: 'mengirim email kepada Anda melalui dompet',
      description: 'Alamat email penerus. Alamat Anda tetap disembunyikan.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'melihat alamat email Anda', description: 'Alamat lengkap.' },
    USER_ADDRESS: { title: 'melihat alamat rumah Anda', description: 'Alamat lengkap.' },
    USER_CITY: { title: 'melihat kota tempat tinggal Anda', description: 'Hanya kota.' },
    USER_SHIPPING_ADDRESS: {
      title: 'melihat alamat pengiriman Anda',
      description: 'Alamat lengkap.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'melihat apakah identitas Anda terverifikasi',
      description: 'Hanya ya atau tidak, tanpa dokumen.',
    },
    SEND_MESSAGE: {
      title: 'mengirim pesan kepada Anda di dompet',
      description: 'Pesan muncul di dompet Anda.',
    },
    NOTIFICATION_INBOX: {
      title: 'mengirim pesan ke kotak masuk dompet Anda',
      description: 'Anda bisa membacanya kapan saja.',
    },
    NOTIFICATION_PUSH: {
      title: 'mengirim notifikasi push kepada Anda',
      description: 'Langsung muncul di ponsel Anda.',
    },
    CARD_LIST: {
      title: 'melihat kartu di dompet Anda',
      description: 'Nama kartu dan empat digit terakhir.',
    },
    AGREEMENT_PAY: {
      title: 'menagih Anda tanpa bertanya setiap kali',
      description: 'Penagihan otomatis sampai Anda mematikannya.',
    },
  },
  fields: {
    userId: 'ID Anda di merchant ini',
    status: 'status akun',
    nickName: 'nama panggilan',
    userName: 'nama lengkap',
    avatar: 'foto',
    gender: 'jenis kelamin',
    birthDate: 'tanggal lahir',
    'age.over18': 'apakah usia Anda di atas 18 tahun',
    nationality: 'kewarganegaraan',
    'loginId.masked': 'sebagian info login Anda (nomor ponsel dan email)',
    'loginId.hash': 'kode dari info login Anda (nomor ponsel dan email)',
    'loginId.plain': 'info login Anda (nomor ponsel dan email)',
    'mobilePhone.masked': 'sebagian nomor ponsel',
    'mobilePhone.plain': 'nomor ponsel',
    'mobilePhone.relay': 'nomor ponsel penerus',
    'email.masked': 'sebagian alamat email',
    'email.plain': 'alamat email',
    'email.relay': 'alamat email penerus',
    address: 'alamat rumah',
    'address.city': 'kota',
    shippingAddress: 'alamat pengiriman',
    kycStatus: 'apakah identitas Anda terverifikasi',
  },
}
