/**
 * @module The change log: who changed which records, when and why, from which values to which.
 */
import Type from 'typebox'
import { closed, oneOf } from '../../config/schema/fields.ts'
import { reaches } from '../../engine/admin/authorize.ts'
import type { Reach } from '../../engine/admin/roles.ts'
import {
  type FollowedChange,
  RECORD_KINDS,
  type RecordKey,
  type RecordKind,
  type RecordVersion,
  type RegistryChange,
} from '../../engine/store/registry.ts'
import { type AdminCall, invalidMember, noSuchRecord } from '../call.ts'
import type { Reply } from '../change.ts'
import { recordChange } from '../records/record-changes.ts'
import { organizationOf } from '../records/record-owners.ts'
import { encodeCursor, limitOf, readCursor } from '../requests/pages.ts'
import type { RowsOf } from '../row.ts'
import { pageOf, RecordChangeSchema, time } from '../schemas.ts'

const RecordKeySchema = closed({ kind: Type.String(), id: Type.String() }, { title: 'RecordKey' })
const MEMBERS = {
  sequence: Type.Integer({ minimum: 1, description: 'From 1, without gaps.' }),
  actor: Type.String({ description: 'Who: a member, a service account, a file or a command.' }),
  source: oneOf(['file', 'command', 'api', 'emergency']),
  reason: Type.String(),
  requestId: Type.Optional(Type.String({ description: 'The Request-Id of the request.' })),
  changedAt: time,
  recordCount: Type.Integer({ minimum: 0 }),
  hash: Type.String({ description: 'Covers this change and all earlier ones.' }),
}
const CHANGE = closed(
  {
    ...MEMBERS,
    records: Type.Optional(
      Type.Array(RecordKeySchema, {
        description: 'Those that your role reaches. Absent: more than 1000 records.',
      }),
    ),
  },
  { title: 'Change' },
)
const CHANGE_DETAIL = closed(
  { ...MEMBERS, changes: Type.Array(RecordChangeSchema) },
  { title: 'ChangeDetail' },
)

const WINDOW = 100
const MAX_SCANNED = 1000
/** A change of more records is shown without their organizations to those who see their own records alone. */
const MAX_FILTERED_RECORDS = 100
const MAX_VERSIONS = 200

function viewOfChange({
  sequence,
  actor,
  source,
  reason,
  requestId,
  changedAt,
  recordCount,
  hash,
}: RegistryChange): object {
  return {
    sequence,
    actor,
    source,
    reason,
    ...(requestId !== undefined && { requestId }),
    changedAt,
    recordCount,
    hash,
  }
}

/** The records of a change that a caller reaches. @returns `undefined` when the change is none of the caller's business */
async function reachedKeys(
  call: AdminCall,
  reach: Reach,
  { keys }: FollowedChange,
): Promise<readonly RecordKey[] | undefined> {
  if (reach === 'any') return keys ?? []
  if (!keys || keys.length > MAX_FILTERED_RECORDS) return undefined
  const reached: RecordKey[] = []
  for (const key of keys) if (await isKeyReached(call, reach, key)) reached.push(key)
  return reached.length > 0 ? reached : undefined
}

async function isKeyReached(call: AdminCall, reach: Reach, key: RecordKey): Promise<boolean> {
  const organization = await organizationOfKey(call, key)
  return organization !== undefined && reaches(reach, call.principal.organization, organization)
}

/** Also of a record that was removed. */
async function organizationOfKey(
  { ports: { store } }: AdminCall,
  key: RecordKey,
): Promise<string | undefined> {
  const current = await store.readRecord(key.kind, key.id)
  const document =
    current?.document ??
    (await store.readRecordHistory(key, 2)).find((one) => one.document)?.document
  return document && organizationOf(store, key, document)
}

/** The latest first. */
async function* changesBefore(
  { ports: { store } }: AdminCall,
  end: number,
): AsyncGenerator<FollowedChange> {
  for (let before = end; before > 1; ) {
    const after = Math.max(0, before - 1 - WINDOW)
    const changes = await store.readRegistryChanges(after, WINDOW)
    yield* changes.filter(({ sequence }) => sequence < before).toReversed()
    before = after + 1
  }
}

/** @returns `undefined` for a text that is no number of a change */
function readNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** @throws {AdminError} `invalid` */
function requireNumber(cursor: string): number {
  const number = readNumber(cursor)
  if (number === undefined)
    throw invalidMember('/cursor', 'must be the cursor of a page of this list.')
  return number
}

async function listChanges(call: AdminCall): Promise<Reply> {
  const { kind, id, source, actor } = call.query
  if (kind !== undefined || id !== undefined) return listHistory(call, requireKey(kind, id))
  const reach = call.reach()
  const [cursor] = readCursor(call)
  const head = await call.ports.store.readHead()
  const end = cursor === undefined ? head.sequence + 1 : requireNumber(cursor)
  const items: object[] = []
  let [scanned, last] = [0, end]
  for await (const change of changesBefore(call, end)) {
    if (items.length === limitOf(call) || scanned++ === MAX_SCANNED)
      return { body: { items }, next: encodeCursor([String(last)]) }
    last = change.sequence
    if (source !== undefined && change.source !== source) continue
    if (actor !== undefined && change.actor !== actor) continue
    const records = await reachedKeys(call, reach, change)
    if (records)
      items.push({
        ...viewOfChange(change),
        ...(change.keys && { records: records.map(({ kind, id }) => ({ kind, id })) }),
      })
  }
  return { body: { items } }
}

/** @throws {AdminError} `invalid` */
function requireKey(kind: unknown, id: unknown): RecordKey {
  if (kind === undefined) throw invalidMember('/kind', 'is missing: an id needs its kind.')
  if (id === undefined) throw invalidMember('/id', 'is missing: a kind needs an id.')
  return { kind: kind as RecordKind, id: String(id) }
}

/** The changes of one record. */
async function listHistory(call: AdminCall, { kind, id }: RecordKey): Promise<Reply> {
  const organization = await organizationOfKey(call, { kind, id })
  if (organization === undefined) throw noSuchRecord()
  call.permit({ organization })
  const [cursor] = readCursor(call)
  const versions = await call.ports.store.readRecordHistory({ kind, id }, MAX_VERSIONS)
  const end = cursor === undefined ? Number.POSITIVE_INFINITY : requireNumber(cursor)
  const rest = versions.filter(({ version }) => version < end)
  const page = rest.slice(0, limitOf(call))
  const last = page.at(-1)
  return {
    body: {
      items: page.map(({ change }) => ({ ...viewOfChange(change), records: [{ kind, id }] })),
    },
    next: rest.length > page.length && last ? encodeCursor([String(last.version)]) : undefined,
  }
}

async function readChange(call: AdminCall): Promise<Reply> {
  const reach = call.reach()
  const sequence = readNumber(call.param('sequence'))
  if (sequence === undefined) throw noSuchRecord()
  const [change] = await call.ports.store.readRegistryChanges(sequence - 1, 1)
  const keys = change?.sequence === sequence ? await reachedKeys(call, reach, change) : undefined
  if (!change || !keys) throw noSuchRecord()
  const changes: object[] = []
  for (const key of keys) {
    const versions = await call.ports.store.readRecordHistory(key, MAX_VERSIONS)
    const at = versions.findIndex((one) => one.change.sequence === sequence)
    const [after, before]: readonly (RecordVersion | undefined)[] =
      at === -1 ? [] : versions.slice(at, at + 2)
    if (after)
      changes.push(await recordChange(call, key, after.version, before?.document, after.document))
  }
  return { body: { ...viewOfChange(change), changes } }
}

const kinds: readonly RecordKind[] = RECORD_KINDS

export const CHANGE_ROWS: RowsOf<'changes.list'> = {
  'changes.list': [
    {
      id: 'listChanges',
      method: 'GET',
      path: '/changes',
      summary: 'List changes',
      description:
        'The latest first. With `kind` and `id`: those of one record. Nobody edits the log: each line covers all earlier ones by a hash.',
      query: {
        kind: Type.Optional(oneOf(kinds, 'With id: only changes of this record.')),
        id: Type.Optional(Type.String({ maxLength: 256, description: 'With kind.' })),
        source: Type.Optional(oneOf(['file', 'command', 'api', 'emergency'])),
        actor: Type.Optional(Type.String({ maxLength: 512, description: 'Compared as text.' })),
      },
      isList: true,
      response: pageOf('ChangePage', CHANGE),
      problems: ['invalid', 'not-found'],
      example: { query: { kind: 'client', id: 'kopi-house' } },
      read: listChanges,
    },
    {
      id: 'getChange',
      method: 'GET',
      path: '/changes/{sequence}',
      summary: 'Read a change',
      description: 'Each record that your role reaches, with the members that changed.',
      response: CHANGE_DETAIL,
      problems: ['not-found'],
      example: { path: { sequence: '1' } },
      read: readChange,
    },
  ],
}
