/**
 * @module The messages of the privacy page in Filipino.
 */
import type { PrivacyMessages } from '../privacy-messages.ts'

export const privacy: PrivacyMessages = {
  title: 'Ang mga pinayagan mo',
  empty: 'Walang mini program na may access sa impormasyon mo.',
  lastRead: (at) => `huling binasa ${at}`,
  neverRead: 'wala pang nababasa',
  grantedSince: (at) => `mula ${at}`,
  validUntil: (at) => `hanggang ${at}`,
  endsIfUnused: (at) => `matatapos ${at} kung hindi magagamit bago noon`,
  withdraw: 'Ihinto',
  withdrawAll: 'Ihinto lahat',
  withdrawnNotice: (name) => `Wala nang access ang ${name}.`,
  accessLog: 'Ang mga binasa',
  accessLogEmpty: 'Walang binasa.',
  signedIn: 'nag-sign in ka',
  times: (count) => `${count} beses`,
  denied: 'Tinanggihan',
  clearDenials: 'Payagan muli ang mga kahilingan',
  denialsCleared: (name) => `Puwede na muling humiling sa iyo ang ${name}.`,
  withdrawn: 'Wala nang access',
  deletionRequested: (at, merchant) =>
    `Noong ${at}, hiniling namin sa ${merchant} na burahin ang data mo`,
  deletionConfirmed: (at) => `kinumpirma noong ${at}`,
  receipts: 'Mga resibo',
  receipt: 'Resibo',
  download: 'I-download',
  exportAll: 'I-download lahat',
  back: 'Bumalik',
  events: {
    granted: 'Pinayagan',
    partial: 'Bahagyang pinayagan',
    refused: 'Hindi pinayagan',
    changed: 'Binago',
    renewed: 'Pinayagan muli',
    withdrawn: 'Inihinto',
    expired: 'Nag-expire',
  },
  receiptNumber: 'Numero ng resibo',
  userId: 'Ang ID mo sa merchant na ito',
  contact: 'Kontak',
  proof: 'Patunay',
}
