/**
 * @module The messages in Indonesian.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/id.ts'

const recognize = {
  title: 'mengenali Anda saat kembali',
  description: 'Id khusus Anda untuk pedagang ini. Tidak mengungkap apa pun tentang Anda.',
}
const profile = {
  title: 'melihat profil dasar Anda',
  description:
    'Nama panggilan, foto, jenis kelamin, dan negara, untuk menyapa dan mengisi akun Anda.',
}
const identity = {
  title: 'melihat identitas Anda yang terverifikasi',
  description: 'Nama, tanggal lahir, kewarganegaraan, dan alamat yang diverifikasi dompet.',
}

export const id: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' ingin' },
    verified: 'terverifikasi',
    notVerified: 'belum terverifikasi',
    forMinor: 'Anda memutuskan untuk anak dalam pengasuhan Anda.',
    required: 'Wajib',
    alternative: 'Bagikan lebih sedikit',
    duration: 'Berapa lama',
    lifetimes: { once: 'Sekali saja', '30d': '30 hari', until_withdrawn: 'Sampai saya matikan' },
    receivedBy: (merchant) => `${merchant} menerimanya.`,
    sharedWith: (recipients) => `Diteruskan juga ke ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Anda dapat menghentikannya kapan saja di ${wallet} › ${settingsPath}.`,
    policy: 'Kebijakan privasi',
    terms: 'Ketentuan',
    allow: 'Izinkan',
    decline: 'Jangan izinkan',
    nothingSelected: 'Nyalakan yang ingin Anda izinkan, atau pilih “Jangan izinkan”.',
    close: 'Kembali',
  },
  privacy,
  status: {
    done: { title: 'Selesai', text: 'Anda dapat kembali ke tempat semula.' },
    unknown: {
      title: 'Permintaan ini kedaluwarsa atau sudah dijawab',
      text: 'Kembali dan mulai lagi dari program mini.',
    },
    expired: {
      title: 'Pertanyaan ini kedaluwarsa',
      text: 'Terbuka lebih dari sepuluh menit. Tidak ada yang dibagikan.',
    },
    used: {
      title: 'Anda sudah menjawab',
      text: 'Pertanyaan hanya dijawab sekali. Mulai lagi dari program mini.',
    },
    failed: { title: 'Tidak berhasil', text: 'Tidak ada yang dibagikan. Kembali dan coba lagi.' },
    linkExpired: {
      title: 'Halaman ini sudah ditutup',
      text: 'Hanya bisa dibuka sekali. Buka lagi dari dompet Anda.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'melihat nama panggilan Anda', description: 'Untuk menyapa Anda.' },
    USER_NAME: {
      title: 'melihat nama lengkap Anda',
      description: 'Seperti di dompet Anda, untuk pesanan dan kiriman atas nama Anda.',
    },
    USER_AVATAR: { title: 'melihat foto Anda', description: 'Untuk ditampilkan di halaman akun.' },
    USER_GENDER: {
      title: 'melihat jenis kelamin Anda',
      description: 'Untuk menyapa Anda dengan tepat.',
    },
    USER_BIRTHDAY: {
      title: 'melihat tanggal lahir Anda',
      description: 'Tanggal, bulan, dan tahun, untuk memeriksa usia atau memberi ucapan.',
    },
    USER_AGE_OVER_18: {
      title: 'melihat apakah Anda di atas 18',
      description: 'Hanya ya atau tidak, bukan tanggal lahir Anda.',
    },
    USER_NATIONALITY: {
      title: 'melihat kewarganegaraan Anda',
      description: 'Untuk menawarkan yang tersedia bagi Anda.',
    },
    USER_LOGIN_ID: {
      title: 'melihat id masuk yang sebagian besar disembunyikan',
      description: 'Cukup bagi Anda mengenali akun, tidak cukup untuk menghubungi Anda.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'melihat id masuk Anda',
      description: 'Nomor ponsel atau e-mail lengkap untuk masuk, untuk menemukan akun Anda.',
    },
    HASH_LOGIN_ID: {
      title: 'mengenali id masuk Anda',
      description: 'Kode dari id masuk. Menemukan akun yang sudah ada tanpa menampilkannya.',
    },
    USER_CONTACTINFO: {
      title: 'melihat nomor ponsel dan e-mail Anda',
      description: 'Keduanya lengkap, untuk menghubungi Anda soal pesanan.',
    },
    USER_MOBILE_PHONE: {
      title: 'melihat nomor ponsel yang sebagian besar disembunyikan',
      description: 'Cukup bagi Anda mengenalinya, tidak cukup untuk menelepon.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'menelepon Anda melalui dompet',
      description: 'Nomor yang sampai ke Anda tanpa menampilkan nomor Anda.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'melihat nomor ponsel Anda',
      description: 'Nomor lengkap, untuk menghubungi Anda soal pesanan.',
    },
    USER_EMAIL: {
      title: 'melihat e-mail Anda yang sebagian disembunyikan',
      description: 'Cukup bagi Anda mengenalinya, tidak cukup untuk menulis.',
    },
    RELAY_EMAIL: {
      title: 'menulis kepada Anda melalui dompet',
      description: 'E-mail yang sampai ke Anda tanpa menampilkan alamat Anda.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'melihat alamat e-mail Anda',
      description: 'Alamat lengkap, untuk mengirim bukti dan kabar pesanan.',
    },
    USER_ADDRESS: {
      title: 'melihat alamat rumah Anda',
      description: 'Untuk mengirim ke Anda dan menampilkan yang dekat.',
    },
    USER_CITY: {
      title: 'melihat kota tempat Anda tinggal',
      description: 'Hanya kota, bukan alamat Anda.',
    },
    USER_SHIPPING_ADDRESS: {
      title: 'melihat alamat pengiriman Anda',
      description: 'Untuk mengirim pesanan Anda.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'melihat apakah identitas Anda terverifikasi',
      description: 'Hanya ya atau tidak, tanpa dokumen Anda.',
    },
    SEND_MESSAGE: {
      title: 'mengirim pesan di dompet',
      description: 'Tentang pesanan dan reservasi Anda.',
    },
    NOTIFICATION_INBOX: {
      title: 'menaruh pesan di kotak masuk dompet',
      description: 'Anda membacanya kapan saja.',
    },
    NOTIFICATION_PUSH: {
      title: 'mengirim notifikasi push',
      description: 'Langsung muncul di ponsel Anda.',
    },
    CARD_LIST: {
      title: 'melihat kartu di dompet Anda',
      description: 'Nama dan empat digit terakhir, untuk ditawarkan saat membayar.',
    },
    AGREEMENT_PAY: {
      title: 'menagih Anda tanpa bertanya setiap kali',
      description: 'Untuk langganan Anda, sampai Anda menghentikannya.',
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
    'age.over18': 'apakah di atas 18',
    nationality: 'kewarganegaraan',
    'loginId.masked': 'id masuk, sebagian disembunyikan',
    'loginId.hash': 'kode id masuk',
    'loginId.plain': 'id masuk',
    'mobilePhone.masked': 'nomor ponsel, sebagian disembunyikan',
    'mobilePhone.plain': 'nomor ponsel',
    'mobilePhone.relay': 'nomor perantara',
    'email.masked': 'e-mail, sebagian disembunyikan',
    'email.plain': 'e-mail',
    'email.relay': 'e-mail perantara',
    address: 'alamat rumah',
    'address.city': 'kota',
    shippingAddress: 'alamat pengiriman',
    kycStatus: 'apakah identitas terverifikasi',
  },
}
