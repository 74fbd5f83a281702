/**
 * @module The messages of the privacy page in Indonesian.
 */
import { joinList } from '../list.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('id', items)
const times = (count: number): string => (count === 1 ? '' : ` ${count} kali`)

export const privacy: PrivacyMessages = {
  title: 'Akses ke informasi Anda',
  intro: 'Program mini ini memiliki akses. Anda dapat menghentikannya kapan saja.',
  empty: 'Tidak ada program mini yang memiliki akses ke informasi Anda.',
  emptyHint:
    'Setelah Anda mengizinkan, di sini terlihat apa yang dapat dilakukannya, dan Anda dapat menghentikannya.',
  can: (titles) => `Dapat ${list(titles)}.`,
  withoutAccess: 'Tidak lagi memiliki akses',
  accessEnded: (at) => `Akses berakhir pada ${at}.`,
  neverAllowed: 'Anda tidak mengizinkan permintaannya.',
  exportAll: 'Unduh semua',

  back: 'Kembali',
  since: 'Sejak',
  lastUsed: 'Terakhir dipakai',
  ends: 'Berakhir',
  neverUsed: 'Belum pernah',
  endsWhenStopped: 'Saat Anda hentikan',
  endsIfUnused: (at) => `Berakhir pada ${at} jika tidak dipakai sebelumnya.`,
  canDo: 'Yang dapat dilakukannya',
  why: 'Alasan',
  withdraw: 'Hentikan',
  withdrawAll: 'Hentikan semua',
  withdrawnNotice: (name) => `${name} tidak lagi memiliki akses.`,
  scopeWithdrawn: (title) => `Anda menonaktifkan: ${title}.`,
  denied: 'Tidak diizinkan',
  deniedScopes: (titles) => `Anda tidak mengizinkannya untuk ${list(titles)}.`,
  clearDenials: 'Izinkan permintaan lagi',
  denialsCleared: (name) => `${name} dapat meminta izin Anda lagi.`,
  recipient: 'Siapa yang menerima informasi Anda',
  contact: 'Kontak',
  sharedWith: 'Diteruskan kepada',
  retention: 'Berapa lama disimpan',
  storedIn: 'Di mana disimpan',
  deletionOnStop: (merchant) =>
    `Saat Anda menghentikan semua, kami meminta ${merchant} menghapus data yang dimilikinya.`,
  deletionRequested: (at, merchant) => `Pada ${at} kami meminta ${merchant} menghapus data Anda.`,
  deletionConfirmed: (at) => `Pada ${at} penghapusannya dikonfirmasi.`,
  deletionPending: 'Penghapusan ini belum dikonfirmasi.',

  history: 'Riwayat',
  historyEmpty: 'Belum ada yang dibaca.',
  historyOlder: 'Entri yang lebih lama ada di berkas “Unduh semua”.',
  read: (fields, count) => `Membaca${times(count)}: ${list(fields)}`,
  used: (titles, count) => `Memakai izinnya${times(count)}: ${list(titles)}`,
  signedIn: (count) => `Anda masuk${times(count)}`,
  lastAt: (at) => `Terakhir: ${at}`,
  decisions: {
    granted: (titles) => `Anda mengizinkannya untuk ${list(titles)}`,
    partial: (titles, others) =>
      `Anda mengizinkannya untuk ${list(titles)}, tetapi tidak untuk ${list(others)}`,
    refused: (_, others) => `Anda tidak mengizinkannya untuk ${list(others)}`,
    changed: (titles) => `Anda menyetujui ketentuan baru: ${list(titles)}`,
    renewed: (titles) => `Anda mengizinkannya lagi untuk ${list(titles)}`,
    withdrawn: (titles) => `Anda menonaktifkan: ${list(titles)}`,
    expired: (titles) => `Kedaluwarsa: ${list(titles)}`,
  },

  receipt: 'Bukti persetujuan',
  events: {
    granted: 'Diizinkan',
    partial: 'Diizinkan sebagian',
    refused: 'Tidak diizinkan',
    changed: 'Diubah',
    renewed: 'Diizinkan lagi',
    withdrawn: 'Dinonaktifkan',
    expired: 'Kedaluwarsa',
  },
  actors: {
    user: 'Anda',
    guardian: 'Wali Anda',
    merchant: 'Merchant',
    operator: 'Dompet',
    system: 'Otomatis',
  },
  who: 'Siapa',
  what: 'Apa',
  when: 'Kapan',
  decidedBy: 'Diputuskan oleh',
  howLong: 'Berapa lama',
  howToStop: 'Cara menghentikan',
  receiptNumber: 'Nomor bukti',
  userId: 'ID Anda di merchant ini',
  download: 'Unduh',
  technicalDetails: 'Detail teknis',
  screenHash: 'SHA-256 dari permintaan yang Anda jawab',
  signature: 'Tanda tangan',
  signatureHint: 'Unduhan berisi bukti yang ditandatangani (JWS). Kunci publiknya ada di',
  timesInUtc: 'Tanggal dan waktu dalam UTC.',
}
