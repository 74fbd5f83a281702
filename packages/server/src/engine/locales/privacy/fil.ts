/**
 * @module The messages of the privacy page in Filipino.
 */
import { joinList } from '../list.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('fil', items)
const times = (count: number): string => (count === 1 ? '' : ` nang ${count} beses`)

export const privacy: PrivacyMessages = {
  title: 'Access sa impormasyon mo',
  intro: 'May access ang mga mini program na ito. Puwede mong ihinto ang alinman anumang oras.',
  empty: 'Walang mini program na may access sa impormasyon mo.',
  emptyHint:
    'Kapag may pinayagan ka, makikita mo rito ang magagawa nito at puwede mo itong ihinto.',
  can: (titles) => `Puwedeng ${list(titles)}.`,
  withoutAccess: 'Wala nang access',
  accessEnded: (at) => `Natapos ang access noong ${at}.`,
  neverAllowed: 'Hindi mo pinayagan ang mga kahilingan nito.',
  exportAll: 'I-download lahat',

  back: 'Bumalik',
  since: 'Mula',
  lastUsed: 'Huling ginamit',
  ends: 'Matatapos',
  neverUsed: 'Hindi pa',
  endsWhenStopped: 'Kapag inihinto mo',
  endsIfUnused: (at) => `Matatapos sa ${at} kung hindi magagamit bago noon.`,
  canDo: 'Ang magagawa nito',
  why: 'Bakit',
  withdraw: 'Ihinto',
  withdrawAll: 'Ihinto lahat',
  withdrawnNotice: (name) => `Wala nang access ang ${name}.`,
  scopeWithdrawn: (title) => `In-off mo: ${title}.`,
  denied: 'Hindi pinayagan',
  deniedScopes: (titles) => `Hindi mo ito pinayagang ${list(titles)}.`,
  clearDenials: 'Payagan muli ang mga kahilingan',
  denialsCleared: (name) => `Puwede na muling humiling sa iyo ang ${name}.`,
  recipient: 'Sino ang tumatanggap ng impormasyon mo',
  contact: 'Kontak',
  sharedWith: 'Ipinapasa sa',
  retention: 'Gaano katagal itinatago',
  storedIn: 'Saan itinatago',
  deletionOnStop: (merchant) =>
    `Kapag inihinto mo lahat, hihilingin namin sa ${merchant} na burahin ang data na hawak nito.`,
  deletionRequested: (at, merchant) =>
    `Noong ${at}, hiniling namin sa ${merchant} na burahin ang data mo.`,
  deletionConfirmed: (at) => `Noong ${at}, kinumpirma nito na burado na ang data mo.`,
  deletionPending: 'Hindi pa nito ito kinukumpirma.',

  history: 'Kasaysayan',
  historyEmpty: 'Wala pang nababasa.',
  historyOlder: 'Ang mga mas lumang entry ay nasa file ng “I-download lahat”.',
  read: (fields, count) => `Binasa${times(count)}: ${list(fields)}`,
  used: (titles, count) => `Ginamit${times(count)} ang pahintulot: ${list(titles)}`,
  signedIn: (count) => `Nag-sign in ka${times(count)}`,
  lastAt: (at) => `Huli: ${at}`,
  decisions: {
    granted: (titles) => `Pinayagan mo itong ${list(titles)}`,
    partial: (titles, others) =>
      `Pinayagan mo itong ${list(titles)}, pero hindi ang ${list(others)}`,
    refused: (_, others) => `Hindi mo ito pinayagang ${list(others)}`,
    changed: (titles) => `Sumang-ayon ka sa binagong kondisyon: ${list(titles)}`,
    renewed: (titles) => `Pinayagan mo itong muling ${list(titles)}`,
    withdrawn: (titles) => `In-off mo: ${list(titles)}`,
    expired: (titles) => `Nag-expire: ${list(titles)}`,
  },

  receipt: 'Resibo',
  events: {
    granted: 'Pinayagan',
    partial: 'Bahagyang pinayagan',
    refused: 'Hindi pinayagan',
    changed: 'Binago',
    renewed: 'Pinayagan muli',
    withdrawn: 'In-off',
    expired: 'Nag-expire',
  },
  actors: {
    user: 'Ikaw',
    guardian: 'Ang guardian mo',
    merchant: 'Ang merchant',
    operator: 'Ang wallet',
    system: 'Awtomatiko',
  },
  who: 'Sino',
  what: 'Ano',
  when: 'Kailan',
  decidedBy: 'Nagpasya',
  howLong: 'Gaano katagal',
  howToStop: 'Paano ihinto',
  receiptNumber: 'Numero ng resibo',
  userId: 'Ang ID mo sa merchant na ito',
  download: 'I-download',
  technicalDetails: 'Mga teknikal na detalye',
  screenHash: 'SHA-256 ng kahilingang sinagot mo',
  signature: 'Lagda',
  signatureHint: 'Nasa download ang nilagdaang resibo (JWS). Ang mga public key nito ay nasa',
  timesInUtc: 'Nasa UTC ang mga petsa at oras.',
}
