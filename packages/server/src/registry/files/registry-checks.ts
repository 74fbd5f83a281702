/**
 * @module The rules of the whole registry that the store does not know: names that look alike, keys of OAuth clients, whose mini program an
 * OAuth client acts for, and scopes that permit nothing. A file passes the same rules by itself; here, its records are compared with the
 * other ones of the registry.
 */
import { MAX_SCOPE_TEXT_LENGTH, PLATFORM_SCOPES } from '../../engine/registry.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'
import type { RecordDocument, RecordKey, RegistryRecord } from '../../engine/store/registry.ts'
import { createNameIndex } from '../../engine/texts/look-alikes.ts'
import type { DeclaredRecord, DeclaredRecords } from '../records/declared-records.ts'
import { thumbprintsOf } from '../records/public-keys.ts'
import { describeRecord } from '../records/record-types.ts'

export interface RegistryChecks {
  /** Adds a record of the registry that the change leaves as it is. Only those count that have something in common with the change. */
  addOther(record: RegistryRecord): void
  /** @param written the records that the change creates or changes. @returns sentences */
  findProblems(written: readonly RecordKey[]): readonly string[]
}

type Problem = RecordKey & { readonly message: string }
type Owned = RecordKey & { readonly document: RecordDocument; readonly owner?: string }

export type ChecksOptions = {
  /** The records of the file that are created or changed. Default: all of them. */
  readonly written?: readonly DeclaredRecord[]
  /** Whether the file names no scope that it does not declare: then its scopes were checked when it was read. */
  readonly isSelfContained?: boolean | undefined
}

/** @param declared the records of the file */
export function createRegistryChecks(
  declared: DeclaredRecords,
  { written, isSelfContained = false }: ChecksOptions = {},
): RegistryChecks {
  const all = [...declared.values()].flat()
  const own = toOwned(all)
  const checks = [
    checkNames(() => toOwned(written ?? all)),
    checkKeys(() => toOwned(written ?? all)),
    checkMerchants(own),
    ...(isSelfContained ? [] : [checkScopes(own)]),
  ]
  return {
    addOther(record) {
      for (const { addOther } of checks) addOther(record)
    },
    findProblems(records) {
      const ids = new Set(records.map(textOf))
      return checks
        .flatMap(({ problems }) => problems())
        .filter((problem) => ids.has(textOf(problem)))
        .map((problem) => `${describeRecord(problem)} ${problem.message}`)
    },
  }
}

function toOwned(records: readonly DeclaredRecord[]): readonly Owned[] {
  return records
    .filter(({ kind }) => kind !== 'image')
    .map(({ kind, id, read }) => ({ kind, id, document: read() }))
}

/** To read all names and keys takes seconds. Most changes are compared with no other record. */
function once<T>(create: () => T): () => T {
  let created: { readonly value: T } | undefined
  return () => {
    created ??= { value: create() }
    return created.value
  }
}

type Check = {
  readonly addOther: (record: Owned) => void
  readonly problems: () => readonly Problem[]
}

/** Whose name it is, and of which of its mini programs. The names of one merchant may be alike. */
type Name = RecordKey & { readonly name: string; readonly merchant: string }

/** @see config/checks/names.ts for the same rule within a file */
function checkNames(own: () => readonly Owned[]): Check {
  const index = once(() => {
    const names = createNameIndex<Name>()
    for (const one of own().flatMap(nameOf)) names.add(one.name, one)
    return names
  })
  const problems: Problem[] = []
  return {
    problems: () => problems,
    addOther(record) {
      for (const other of nameOf(record))
        for (const { kind, id, name } of index()
          .find(other.name)
          .filter((one) => !mayBeAlike(one, other)))
          problems.push({
            kind,
            id,
            message: `has the name ${name}, which looks like ${other.name}, the name of ${describeOwned(record)}: choose a name that users cannot confuse with it.`,
          })
    },
  }
}

/** The operator may give several wallets the same name. */
const WALLETS = ''

function nameOf({ kind, id, document }: Owned): readonly Name[] {
  const { name, clientId = '' } = document as { readonly name?: string; readonly clientId?: string }
  if (kind === 'wallet') return [{ kind, id, name: name ?? id, merchant: WALLETS }]
  if (name === undefined || (kind !== 'client' && kind !== 'miniProgram')) return []
  return [{ kind, id, name, merchant: clientId }]
}

/** A mini program may bear the name of its merchant. Two of its mini programs must differ. */
function mayBeAlike(one: Name, other: Name): boolean {
  if (one.merchant !== other.merchant) return false
  return one.merchant === WALLETS ? one.name === other.name : one.kind !== other.kind
}

/** A key belongs to one party. The OAuth clients of a merchant are the same party as the merchant. */
function checkKeys(own: () => readonly Owned[]): Check {
  const parties = once(
    () =>
      new Map(
        own().flatMap((record) =>
          thumbprintsOf(record.document).map((key) => [key, record] as const),
        ),
      ),
  )
  const problems: Problem[] = []
  return {
    problems: () => problems,
    addOther(record) {
      for (const key of thumbprintsOf(record.document)) {
        const same = parties().get(key)
        if (same && partyOf(same) !== partyOf(record))
          problems.push({
            kind: same.kind,
            id: same.id,
            message: `has a key of ${describeOwned(record)}. Each party needs a key of its own: who has the private key could act as both.`,
          })
      }
    },
  }
}

function partyOf({ kind, id, document }: Owned): string {
  return kind === 'oauthClient' ? `client/${document['merchantId']}` : `${kind}/${id}`
}

/** An OAuth client acts for a mini program of its merchant. */
function checkMerchants(own: readonly Owned[]): Check {
  const appsOf = (records: readonly Owned[]) => records.filter(({ kind }) => kind === 'miniProgram')
  const merchants = new Map(appsOf(own).map(({ id, document }) => [id, document['clientId']]))
  const clients = own.filter(({ kind }) => kind === 'oauthClient')
  const others: Owned[] = []
  return {
    addOther(record) {
      if (record.kind === 'miniProgram' && !merchants.has(record.id))
        merchants.set(record.id, record.document['clientId'])
      if (record.kind === 'oauthClient') others.push(record)
    },
    problems: () => [
      ...clients.flatMap(({ kind, id, document: { appId, merchantId } }) => {
        const merchant = merchants.get(String(appId))
        if (merchant === undefined || merchant === merchantId) return []
        return [
          {
            kind,
            id,
            message: `acts for the mini program ${appId}, which belongs to the client ${merchant}: declare it below that client.`,
          },
        ]
      }),
      ...others.flatMap(({ id, document: { appId, merchantId } }) => {
        const merchant = merchants.get(String(appId))
        if (merchant === undefined || merchant === merchantId) return []
        return [
          {
            kind: 'miniProgram' as const,
            id: String(appId),
            message: `moves to the client ${merchant}, but the OAuth client ${id} acts for it, which belongs to the client ${merchantId}: remove the OAuth client, or declare it below the new client.`,
          },
        ]
      }),
    ],
  }
}

type ScopeEntry = { readonly implicit?: boolean; readonly fields?: readonly string[] }

/** Users must not be asked for a scope that has no effect, and all names together fit into one request. */
function checkScopes(own: readonly Owned[]): Check {
  const entries = new Map<string, ScopeEntry>(STANDARD_SCOPES.map((one) => [one.scope, one]))
  const ofApis = new Set<string>()
  const add = ({ kind, id, document }: Owned): void => {
    if (kind === 'scope') entries.set(id, { ...entries.get(id), ...document })
    if (kind === 'api')
      for (const scope of document['scopes'] as readonly string[]) ofApis.add(scope)
  }
  for (const record of own) add(record)
  const permitsNothing = (scope: string): boolean => {
    const entry = entries.get(scope)
    return entry !== undefined && !entry.implicit && !entry.fields?.length && !ofApis.has(scope)
  }
  return {
    addOther: add,
    problems: () => [
      ...own.flatMap(({ kind, id, document }) =>
        scopesOf(kind, id, document)
          .filter(permitsNothing)
          .map((scope) => ({
            kind,
            id,
            message: `${kind === 'scope' ? 'permits' : `names the scope ${scope}, which permits`} nothing: give it fields, or name it in the scopes of an API.`,
          })),
      ),
      ...problemsOfScopeNames([...entries.keys()], own),
    ],
  }
}

function scopesOf(kind: string, id: string, document: RecordDocument): readonly string[] {
  if (kind === 'scope') return [id]
  return kind === 'miniProgram' ? (document['scopes'] as readonly string[]) : []
}

function problemsOfScopeNames(names: readonly string[], own: readonly Owned[]): readonly Problem[] {
  const { length } = [...names, ...PLATFORM_SCOPES].join(' ')
  if (length <= MAX_SCOPE_TEXT_LENGTH) return []
  return own
    .filter(({ kind }) => kind === 'scope')
    .map(({ kind, id }) => ({
      kind,
      id,
      message: `is one of too many: the names of all scopes have ${length} characters, and at most ${MAX_SCOPE_TEXT_LENGTH} are possible. Shorten or remove some.`,
    }))
}

function describeOwned(record: Owned): string {
  return `${describeRecord(record)} (owner: ${record.owner})`
}

function textOf({ kind, id }: RecordKey): string {
  return `${kind}/${id}`
}
