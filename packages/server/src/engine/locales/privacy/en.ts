/**
 * @module The messages of the privacy page in English.
 */
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

export const privacy: PrivacyMessages = {
  title: 'What you have allowed',
  empty: 'No mini program has access to your information.',
  lastRead: (at) => `last read ${at}`,
  neverRead: 'nothing read yet',
  grantedSince: (at) => `since ${at}`,
  validUntil: (at) => `until ${at}`,
  endsIfUnused: (at) => `ends ${at} if it is not used before`,
  withdraw: 'Stop',
  withdrawAll: 'Stop everything',
  withdrawnNotice: (name) => `${name} no longer has access.`,
  accessLog: 'What was read',
  accessLogEmpty: 'Nothing was read.',
  signedIn: 'you were signed in',
  times: (count) => plural('en', count, { one: `${count} time`, other: `${count} times` }),
  denied: 'Refused',
  clearDenials: 'Allow requests again',
  denialsCleared: (name) => `${name} can ask you again.`,
  withdrawn: 'No longer has access',
  deletionRequested: (at, merchant) => `On ${at} we asked ${merchant} to delete your data`,
  deletionConfirmed: (at) => `confirmed on ${at}`,
  receipts: 'Receipts',
  receipt: 'Receipt',
  download: 'Download',
  exportAll: 'Download everything',
  back: 'Back',
  events: {
    granted: 'Allowed',
    partial: 'Partly allowed',
    refused: 'Not allowed',
    changed: 'Changed',
    renewed: 'Allowed again',
    withdrawn: 'Stopped',
    expired: 'Expired',
  },
  receiptNumber: 'Receipt number',
  userId: 'Your ID with this merchant',
  contact: 'Contact',
  proof: 'Proof',
}
