/**
 * @module The messages of the privacy page in Malay.
 */
import { joinList } from '../list.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('ms', items)
const times = (count: number): string => (count === 1 ? '' : ` ${count} kali`)

export const privacy: PrivacyMessages = {
  title: 'Akses kepada maklumat anda',
  intro: 'Program mini ini mempunyai akses. Anda boleh menghentikannya pada bila-bila masa.',
  empty: 'Tiada program mini mempunyai akses kepada maklumat anda.',
  emptyHint:
    'Selepas anda membenarkannya, di sini anda melihat apa yang boleh dilakukannya dan boleh menghentikannya.',
  can: (titles) => `Boleh ${list(titles)}.`,
  withoutAccess: 'Tidak lagi mempunyai akses',
  accessEnded: (at) => `Akses tamat pada ${at}.`,
  neverAllowed: 'Anda tidak membenarkan permintaannya.',
  exportAll: 'Muat turun semua',

  back: 'Kembali',
  since: 'Sejak',
  lastUsed: 'Kali terakhir digunakan',
  ends: 'Tamat',
  neverUsed: 'Belum pernah',
  endsWhenStopped: 'Apabila anda hentikan',
  endsIfUnused: (at) => `Tamat pada ${at} jika tidak digunakan sebelum itu.`,
  canDo: 'Apa yang boleh dilakukannya',
  why: 'Sebab',
  withdraw: 'Hentikan',
  withdrawAll: 'Hentikan semua',
  withdrawnNotice: (name) => `${name} tidak lagi mempunyai akses.`,
  scopeWithdrawn: (title) => `Anda mematikan: ${title}.`,
  denied: 'Tidak dibenarkan',
  deniedScopes: (titles) => `Anda tidak membenarkannya untuk ${list(titles)}.`,
  clearDenials: 'Benarkan permintaan semula',
  denialsCleared: (name) => `${name} boleh meminta kebenaran anda semula.`,
  recipient: 'Siapa menerima maklumat anda',
  contact: 'Hubungan',
  sharedWith: 'Diserahkan kepada',
  retention: 'Berapa lama disimpan',
  storedIn: 'Di mana disimpan',
  deletionOnStop: (merchant) =>
    `Apabila anda menghentikan semua, kami meminta ${merchant} memadamkan data yang ada padanya.`,
  deletionRequested: (at, merchant) => `Pada ${at}, kami meminta ${merchant} memadamkan data anda.`,
  deletionConfirmed: (at) => `Pada ${at}, pemadaman itu disahkan.`,
  deletionPending: 'Pemadaman ini belum disahkan.',

  history: 'Sejarah',
  historyEmpty: 'Belum ada yang dibaca.',
  historyOlder: 'Entri yang lebih lama ada dalam fail “Muat turun semua”.',
  read: (fields, count) => `Membaca${times(count)}: ${list(fields)}`,
  used: (titles, count) => `Menggunakan kebenarannya${times(count)}: ${list(titles)}`,
  signedIn: (count) => `Anda log masuk${times(count)}`,
  lastAt: (at) => `Kali terakhir: ${at}`,
  decisions: {
    granted: (titles) => `Anda membenarkannya untuk ${list(titles)}`,
    partial: (titles, others) =>
      `Anda membenarkannya untuk ${list(titles)}, tetapi tidak untuk ${list(others)}`,
    refused: (_, others) => `Anda tidak membenarkannya untuk ${list(others)}`,
    changed: (titles) => `Anda bersetuju dengan syarat baharu: ${list(titles)}`,
    renewed: (titles) => `Anda membenarkannya semula untuk ${list(titles)}`,
    withdrawn: (titles) => `Anda mematikan: ${list(titles)}`,
    expired: (titles) => `Tamat tempoh: ${list(titles)}`,
  },

  receipt: 'Resit',
  events: {
    granted: 'Dibenarkan',
    partial: 'Dibenarkan sebahagian',
    refused: 'Tidak dibenarkan',
    changed: 'Diubah',
    renewed: 'Dibenarkan semula',
    withdrawn: 'Dimatikan',
    expired: 'Tamat tempoh',
  },
  actors: {
    user: 'Anda',
    guardian: 'Penjaga anda',
    merchant: 'Peniaga',
    operator: 'Dompet',
    system: 'Automatik',
  },
  who: 'Siapa',
  what: 'Apa',
  when: 'Bila',
  decidedBy: 'Diputuskan oleh',
  howLong: 'Berapa lama',
  howToStop: 'Cara menghentikan',
  receiptNumber: 'Nombor resit',
  userId: 'ID anda dengan peniaga ini',
  download: 'Muat turun',
  technicalDetails: 'Butiran teknikal',
  screenHash: 'SHA-256 bagi permintaan yang anda jawab',
  signature: 'Tandatangan',
  signatureHint: 'Muat turun mengandungi resit yang ditandatangani (JWS). Kunci awamnya ada di',
  timesInUtc: 'Tarikh dan masa dalam UTC.',
}
