/**
 * @module Compares the rows of a database with each other, so that a row that was edited, deleted or put back is noticed: receipts with
 * grants, in both directions, and both with events, revocations, authorizations and keys.
 * @see docs/operating.md#edited-databases
 */
import { formatTime } from '@assent/protocol'
import type { ReceiptEvent, SealedRecord } from '../engine/receipt-records.ts'
import { type Authorization, type Grant, type UserRef, userKey } from '../engine/records.ts'
import type { AuditReader, StoredReceipt } from '../engine/store/audit.ts'
import { EVENT_WINDOW_SECONDS } from '../engine/store/outbox.ts'
import type { ChainHead, ReceiptStore } from '../engine/store/receipts.ts'
import {
  addToHistory,
  differencesOf,
  type GrantHistory,
  hasGrantedScopes,
  parseReceiptId,
} from './grant-history.ts'

export type RecordSources = {
  readonly reader: AuditReader
  readonly store: Pick<ReceiptStore, 'readReceipt' | 'listChainHeads'>
  /** Parses a receipt. */
  readonly read: (document: string) => SealedRecord
  /** Whether a receipt has the signature of the platform. Receipts in a chain are verified with the chain. */
  readonly isSigned: (document: string) => Promise<boolean>
  /** Whether the encrypted key is one of this user. */
  readonly isKeyOf: (user: UserRef, encryptedKey: Uint8Array) => boolean
  /** Whether a receipt is about this user. */
  readonly isAbout: (
    receipt: Pick<SealedRecord, 'principal' | 'recordId'>,
    user: UserRef,
    encryptedKey: Uint8Array,
  ) => boolean
  /** Epoch seconds. */
  readonly now: number
}

export type RecordVerification = {
  readonly grants: number
  readonly receipts: number
  readonly events: number
  /** One sentence per problem. */
  readonly problems: readonly string[]
}

/** Receipts whose change always has an event, with the same id. */
const WITH_EVENT: ReadonlySet<ReceiptEvent> = new Set([
  'granted',
  'partial',
  'withdrawn',
  'expired',
])
const WITH_REVOCATION: ReadonlySet<ReceiptEvent> = new Set(['withdrawn', 'expired'])
/** Events that are about to be dropped are not expected. */
const EVENT_MARGIN_SECONDS = 86_400
/** The event of a revocation by time: what was revoked, and through when. */
const REVOCATION_EVENT = /^void-(.+)-(\d+)$/

/** What the receipts say, and the rows that must exist because of it. */
type Expectations = {
  readonly histories: Map<number, GrantHistory>
  /** The time of the receipt, by the id of the event. */
  readonly events: Map<string, number>
  readonly revocations: Set<string>
  readonly chains: Map<string, ChainHead>
  receipts: number
}

type Report = (problem: string) => void

/**
 * Each table is read before those that it is compared with. So a change that is made meanwhile adds rows that nothing expects, and no
 * problem.
 */
export async function verifyRecords(sources: RecordSources): Promise<RecordVerification> {
  const problems: string[] = []
  const report: Report = (problem) => void problems.push(problem)
  const expected = await readReceipts(sources, report)
  const events = await compareEvents(sources.reader, expected, report)
  const revoked = await compareRevocations(sources.reader, expected, events, report)
  const latestEpochs = await compareAuthorizations(sources, revoked, report)
  const users = await readUsers(sources, report)
  const grants = await compareGrants(sources, { expected, revoked, latestEpochs, ...users }, report)
  await compareChainHeads(sources, expected, report)
  for (const rows of [
    sources.reader.registeredClients(),
    sources.reader.consentRequests(),
    sources.reader.privacyLinks(),
    sources.reader.operatorActions(),
  ])
    for await (const _ of rows);
  return { grants, receipts: expected.receipts, events: events.size, problems }
}

async function readReceipts(sources: RecordSources, report: Report): Promise<Expectations> {
  const expected: Expectations = {
    histories: new Map(),
    events: new Map(),
    revocations: new Set(),
    chains: new Map(),
    receipts: 0,
  }
  for await (const receipt of sources.reader.receipts()) {
    expected.receipts++
    const problem = await addReceipt(sources, receipt, expected)
    if (problem) report(`receipt ${receipt.receiptId}: ${problem}`)
  }
  return expected
}

async function addReceipt(
  { read, isSigned, now }: RecordSources,
  receipt: StoredReceipt,
  { histories, events, revocations, chains }: Expectations,
): Promise<string | undefined> {
  const { receiptId, document, event, walletId, sequence, hash = '' } = receipt
  const record = parse(read, document)
  const id = parseReceiptId(receiptId)
  if (!record || !id || !matchesColumns(receipt, record, id.grantId))
    return 'Its columns do not match its document.'
  if (sequence === undefined && !(await isSigned(document)))
    return 'The signature of the receipt is invalid.'
  if (sequence !== undefined && sequence > (chains.get(walletId)?.sequence ?? 0))
    chains.set(walletId, { sequence, hash })
  histories.set(id.grantId, addToHistory(histories.get(id.grantId), record, id.epoch))
  const isRecent = receipt.createdAt > now - EVENT_WINDOW_SECONDS + EVENT_MARGIN_SECONDS
  if (isRecent && WITH_EVENT.has(event)) events.set(receiptId, receipt.createdAt)
  if (WITH_REVOCATION.has(event)) revocations.add(`${id.grantId} ${id.epoch}`)
  return undefined
}

function matchesColumns(receipt: StoredReceipt, record: SealedRecord, grantId: number): boolean {
  return (
    record.recordId === receipt.receiptId &&
    record.event.type === receipt.event &&
    record.event.time === formatTime(receipt.createdAt) &&
    record.wallet.walletId === receipt.walletId &&
    grantId === receipt.grantId
  )
}

/** @returns the ids of all events */
async function compareEvents(
  reader: AuditReader,
  { events: expected }: Expectations,
  report: Report,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const latestEpochs = new Map<number, number>()
  for await (const { eventId, createdAt } of reader.events()) {
    found.add(eventId)
    const consentedAt = expected.get(eventId) ?? createdAt / 1000
    if (Math.abs(createdAt / 1000 - consentedAt) > EVENT_MARGIN_SECONDS)
      report(`event ${eventId}: Its time is not the one of its receipt.`)
    const { grantId, epoch } = parseReceiptId(eventId) ?? { grantId: 0, epoch: 0 }
    const latestEpoch = latestEpochs.get(grantId) ?? 0
    if (epoch < latestEpoch) report(`event ${eventId}: It comes after a later change of its grant.`)
    latestEpochs.set(grantId, Math.max(epoch, latestEpoch))
  }
  for (const eventId of expected.keys())
    if (!found.has(eventId)) report(`receipt ${eventId}: Its event is missing.`)
  return found
}

type Revoked = {
  /** The last epoch in which a grant lost a scope, by grant. */
  readonly epochs: Map<number, number>
  readonly authorizations: Set<string>
}

async function compareRevocations(
  reader: AuditReader,
  { revocations: expected }: Expectations,
  events: ReadonlySet<string>,
  report: Report,
): Promise<Revoked> {
  const epochs = new Map<number, number>()
  const authorizations = new Set<string>()
  const through = new Set<string>()
  for await (const entry of reader.revocations()) {
    if (entry.kind === 'grant') {
      expected.delete(`${entry.grantId} ${entry.epoch}`)
      epochs.set(entry.grantId, Math.max(entry.epoch, epochs.get(entry.grantId) ?? 0))
    } else if (entry.kind === 'authorization') authorizations.add(entry.authorizationId)
    else if (entry.kind !== 'erasure') through.add(String(entry.revokedThrough))
  }
  for (const key of expected) {
    const [grantId, epoch] = key.split(' ')
    report(`receipt ${Number(grantId).toString(36)}-${epoch}: Its revocation is missing.`)
  }
  for (const eventId of events) {
    const [, , time] = REVOCATION_EVENT.exec(eventId) ?? []
    if (time !== undefined && !through.has(time))
      report(`event ${eventId}: Its revocation is missing.`)
  }
  return { epochs, authorizations }
}

/** @returns the latest epoch of an authorization, by grant */
async function compareAuthorizations(
  { reader, now }: RecordSources,
  { authorizations: revoked }: Revoked,
  report: Report,
): Promise<ReadonlyMap<number, number>> {
  const latestEpochs = new Map<number, number>()
  for await (const authorization of reader.authorizations()) {
    const { authorizationId, grantId, epoch } = authorization
    latestEpochs.set(grantId, Math.max(epoch, latestEpochs.get(grantId) ?? 0))
    const problem = problemOfEnd(authorization, revoked.has(authorizationId), now)
    if (problem) report(`authorization ${authorizationId}: ${problem}`)
  }
  return latestEpochs
}

function problemOfEnd(
  { endedAt }: Authorization,
  isRevoked: boolean,
  now: number,
): string | undefined {
  if (isRevoked && endedAt === undefined) return 'It was ended, but its row says that it is valid.'
  // It may have been ended since the revocations were read.
  if (!isRevoked && endedAt !== undefined && endedAt < now) return 'Its revocation is missing.'
  return undefined
}

type Users = {
  /** Encrypted keys, by `userKey`. */
  readonly keys: ReadonlyMap<string, Uint8Array>
  /** Pairwise ids, by client and `userKey`. */
  readonly subjects: ReadonlyMap<string, string>
  readonly clientIds: ReadonlyMap<number, string>
}

async function readUsers({ reader, isKeyOf }: RecordSources, report: Report): Promise<Users> {
  const keys = new Map<string, Uint8Array>()
  const subjects = new Map<string, string>()
  const clientIds = new Map<number, string>()
  let unreadable = 0
  for await (const { user, encryptedKey } of reader.userKeys()) {
    if (isKeyOf(user, encryptedKey)) keys.set(userKey(user), encryptedKey)
    else unreadable++
  }
  for await (const { clientNumber, user, subject } of reader.subjects())
    subjects.set(`${clientNumber} ${userKey(user)}`, subject)
  for await (const [number, clientId] of reader.clientNumbers()) clientIds.set(number, clientId)
  if (unreadable > 0) report(`${unreadable} keys of users were replaced.`)
  return { keys, subjects, clientIds }
}

type Comparison = Users & {
  readonly expected: Expectations
  readonly revoked: Revoked
  readonly latestEpochs: ReadonlyMap<number, number>
}

/** @returns the number of grants */
async function compareGrants(
  sources: RecordSources,
  comparison: Comparison,
  report: Report,
): Promise<number> {
  const { histories } = comparison.expected
  const found = new Set<number>()
  for await (const grant of sources.reader.grants()) {
    found.add(grant.grantId)
    for (const problem of await problemsOfGrant(sources, grant, comparison))
      report(`grant ${grant.grantId.toString(36)}: ${problem}`)
  }
  for (const [grantId, history] of histories) {
    const isRevoked = (comparison.revoked.epochs.get(grantId) ?? 0) > history.last.epoch
    if (!found.has(grantId) && hasGrantedScopes(history) && !isRevoked)
      report(`grant ${grantId.toString(36)}: Its row is missing or was changed.`)
  }
  return found.size
}

async function problemsOfGrant(
  sources: RecordSources,
  grant: Grant,
  { expected, revoked, latestEpochs, keys, subjects, clientIds }: Comparison,
): Promise<readonly string[]> {
  const { grantId, epoch, user, clientNumber, subject, lastReceiptId = '' } = grant
  const latestEpoch = Math.max(revoked.epochs.get(grantId) ?? 0, latestEpochs.get(grantId) ?? 0)
  const isPutBack = epoch < latestEpoch
  const problems = isPutBack ? ['It is older than its revocations or tokens: it was put back.'] : []
  if (subjects.get(`${clientNumber} ${userKey(user)}`) !== subject)
    problems.push('Its pairwise id is not the one of its user.')
  const history = expected.histories.get(grantId)
  const isNewer = (parseReceiptId(lastReceiptId)?.epoch ?? 0) > (history?.last.epoch ?? 0)
  // It may have changed since the receipts were read.
  if (isNewer && (await sources.store.readReceipt(lastReceiptId))) return problems
  return [
    ...problems,
    ...differencesOf(grant, history),
    ...(history ? problemsOfUser(sources, grant, history, keys, clientIds) : []),
  ]
}

function problemsOfUser(
  { isAbout }: RecordSources,
  { user, clientNumber }: Grant,
  { first, last }: GrantHistory,
  keys: Users['keys'],
  clientIds: Users['clientIds'],
): readonly string[] {
  const key = keys.get(userKey(user))
  const isSameClient = clientIds.get(clientNumber) === first.clientId
  return [
    ...(key ? [] : ['The key of its user is missing, so its receipts name nobody.']),
    ...(key && !isAbout(last, user, key) ? ['Its receipts are about another user.'] : []),
    ...(isSameClient ? [] : ['Its client is not the one of its receipts.']),
  ]
}

async function compareChainHeads(
  { store }: RecordSources,
  { chains }: Expectations,
  report: Report,
): Promise<void> {
  const heads = new Map((await store.listChainHeads()).map((head) => [head.walletId, head]))
  for (const [walletId, last] of chains) {
    const head = heads.get(walletId)
    const isSame = head?.sequence === last.sequence && head.hash === last.hash
    // Receipts may have been added to the chain since they were read.
    if (!isSame && !(head && head.sequence > last.sequence))
      report(`chain ${walletId}: Its head is not its last link ${last.sequence}.`)
  }
}

function parse(read: RecordSources['read'], document: string): SealedRecord | undefined {
  try {
    return read(document)
  } catch {
    return undefined
  }
}
