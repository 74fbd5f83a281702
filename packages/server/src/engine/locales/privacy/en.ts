/**
 * @module The messages of the privacy page in English.
 */
import { joinList } from '../list.ts'
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('en', items)
const times = (count: number): string =>
  count === 1 ? '' : ` ${plural('en', count, { one: `${count} time`, other: `${count} times` })}`
/** `nickname` → `your nickname`; `whether you are over 18` stays as it is. */
const yours = (fields: readonly string[]): string =>
  list(fields.map((field) => (field.includes('you') ? field : `your ${field}`)))

export const privacy: PrivacyMessages = {
  title: 'Access to your information',
  intro: 'These mini programs have access. You can stop any of them at any time.',
  empty: 'No mini program has access to your information.',
  emptyHint: 'When you allow one, you see here what it can do, and you can stop it.',
  can: (titles) => `Can ${list(titles)}.`,
  withoutAccess: 'No longer have access',
  accessEnded: (at) => `Access ended on ${at}.`,
  neverAllowed: 'You did not allow its requests.',
  exportAll: 'Download everything',

  back: 'Back',
  since: 'Since',
  lastUsed: 'Last used',
  ends: 'Ends',
  neverUsed: 'Never',
  endsWhenStopped: 'When you stop it',
  endsIfUnused: (at) => `Ends on ${at} if it is not used before.`,
  canDo: 'What it can do',
  why: 'Why',
  withdraw: 'Stop',
  withdrawAll: 'Stop everything',
  withdrawnNotice: (name) => `${name} no longer has access.`,
  scopeWithdrawn: (title) => `You turned off: ${title}.`,
  denied: 'Not allowed',
  deniedScopes: (titles) => `You did not allow it to ${list(titles)}.`,
  clearDenials: 'Allow requests again',
  denialsCleared: (name) => `${name} can ask you again.`,
  recipient: 'Who gets your information',
  contact: 'Contact',
  sharedWith: 'Passed on to',
  retention: 'How long it is kept',
  storedIn: 'Where it is kept',
  deletionOnStop: (merchant) =>
    `When you stop everything, we ask ${merchant} to delete the data that it has.`,
  deletionRequested: (at, merchant) => `On ${at} we asked ${merchant} to delete your data.`,
  deletionConfirmed: (at) => `It confirmed on ${at} that your data is deleted.`,
  deletionPending: 'It has not confirmed this yet.',

  history: 'History',
  historyEmpty: 'Nothing was read yet.',
  historyOlder: 'Older entries are in the file that “Download everything” gives you.',
  read: (fields, count) => `Read ${yours(fields)}${times(count)}`,
  used: (titles, count) => `Used its permission to ${list(titles)}${times(count)}`,
  signedIn: (count) => `Signed you in${times(count)}`,
  lastAt: (at) => `Last: ${at}`,
  decisions: {
    granted: (titles) => `You allowed it to ${list(titles)}`,
    partial: (titles, others) => `You allowed it to ${list(titles)}, but not to ${list(others)}`,
    refused: (_, others) => `You did not allow it to ${list(others)}`,
    changed: (titles) => `You agreed to changed terms: ${list(titles)}`,
    renewed: (titles) => `You allowed it again to ${list(titles)}`,
    withdrawn: (titles) => `You turned off: ${list(titles)}`,
    expired: (titles) => `Expired: ${list(titles)}`,
  },

  receipt: 'Receipt',
  events: {
    granted: 'Allowed',
    partial: 'Partly allowed',
    refused: 'Not allowed',
    changed: 'Changed',
    renewed: 'Allowed again',
    withdrawn: 'Turned off',
    expired: 'Expired',
  },
  actors: {
    user: 'You',
    guardian: 'Your guardian',
    merchant: 'The merchant',
    operator: 'The wallet',
    system: 'Automatic',
  },
  who: 'Who',
  what: 'What',
  when: 'When',
  decidedBy: 'Decided by',
  howLong: 'How long',
  howToStop: 'How to stop',
  receiptNumber: 'Receipt number',
  userId: 'Your ID with this merchant',
  download: 'Download',
  technicalDetails: 'Technical details',
  screenHash: 'SHA-256 of the request that you answered',
  signature: 'Signature',
  signatureHint: 'The download contains the signed receipt (JWS). Its public keys are at',
  timesInUtc: 'Dates and times are in UTC.',
}
