/**
 * @module Every statement of the PostgreSQL store, parsed by PostgreSQL's own parser: each finds its rows by the key by which a
 * sharded database would place them, and touches one such table.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/engine/ports/store.ts'
import type { Connection } from '../../src/stores/postgres/driver.ts'
import { createAccessLogStore } from '../../src/stores/postgres/queries/access-log.ts'
import { createAuthorizationStore } from '../../src/stores/postgres/queries/authorizations.ts'
import { createConsentRequestStore } from '../../src/stores/postgres/queries/consent-requests.ts'
import { createDictionaryStore } from '../../src/stores/postgres/queries/dictionary.ts'
import { createEventStore } from '../../src/stores/postgres/queries/events.ts'
import { createGrantStore } from '../../src/stores/postgres/queries/grants.ts'
import { createOAuthStore } from '../../src/stores/postgres/queries/oauth.ts'
import { createReceiptStore } from '../../src/stores/postgres/queries/receipts.ts'
import { createRevocationStore } from '../../src/stores/postgres/queries/revocations.ts'
import { createUserStore } from '../../src/stores/postgres/queries/users.ts'
import { authorizationOf, grantOf, registeredClientOf, requestOf } from './contract.ts'

/** Placed by these columns. */
const SHARDED: Readonly<Record<string, readonly string[]>> = {
  authorizations: ['authorization_id'],
  grants: ['grant_id'],
  subjects: ['client_number', 'wallet_id', 'user_id'],
  consent_requests: ['id_hash'],
  readings: ['grant_id'],
  open_sheets: ['wallet_id', 'user_id'],
  parked_questions: ['wallet_id', 'user_id', 'app_id'],
  page_links: ['id_hash'],
  user_keys: ['wallet_id', 'user_id'],
  taken: ['id_hash'],
  registered_clients: ['client_id'],
}
/** The same everywhere: the registry's numbers, the one ordered log, and the outbox and the receipts, which are read in their order. */
const EVERYWHERE = [
  'clients',
  'scope_sets',
  'reading_kinds',
  'revocations',
  'events',
  'receipts',
  'chain_heads',
]

const ERASURE = 'the erasure of a user: all shards are asked'

/** Statements off the hot path that break the rule, and why that is right. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'FROM grants g WHERE g.wallet_id':
    'the mini programs of a user, for the settings page: all shards are asked',
  'JOIN grants g ON g.wallet_id':
    'a grant by its user: the unique index is asked, on every shard, until a grant is known by its id',
  'UPDATE subjects SET deletion_acknowledged_at':
    'by the pairwise id, all that a client knows: all shards are asked; once per user and client',
  'WITH pending AS':
    'a decision: request and grant change together or not at all; once per user and mini program',
  'DELETE FROM consent_requests WHERE id_hash IN': 'the sweep, in the background',
  'SELECT authorization_id FROM authorizations WHERE authorization_id >':
    'the sweep, in the background, by key range',
  'DELETE FROM readings WHERE (grant_id': 'the sweep, in the background, by range of time',
  'DELETE FROM page_links WHERE id_hash IN': 'the sweep, in the background',
  'DELETE FROM taken WHERE id_hash IN': 'the sweep, in the background',
  'FROM grants g WHERE g.grant_id >': 'what ends by itself, in the background, by key range',
  'WITH placed AS': 'a sheet and the one place of its user: once for each sheet that a user sees',
  'WHERE wallet_id = $1 AND guardian_id = $2 ORDER BY':
    'what waits for a guardian: all shards are asked; a page that few see',
  'SELECT grant_id FROM grants WHERE wallet_id': ERASURE,
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND guardian_id': ERASURE,
  'DELETE FROM parked_questions WHERE wallet_id = $1 AND guardian_id': ERASURE,
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND user_id': ERASURE,
  'DELETE FROM page_links WHERE wallet_id': ERASURE,
  'DELETE FROM parked_questions WHERE user_id': ERASURE,
  'DELETE FROM subjects': ERASURE,
  'DELETE FROM grants': ERASURE,
  'DELETE FROM authorizations': 'the sweep, in the background, by key range',
}

/** A node of the parser's tree, with what is looked at here. */
type Tree = Readonly<
  Partial<
    Record<
      | 'cols'
      | 'contype'
      | 'ctename'
      | 'fields'
      | 'fromClause'
      | 'funcname'
      | 'lexpr'
      | 'name'
      | 'relation'
      | 'relname'
      | 'rexpr'
      | 'sval'
      | 'tableElts'
      | 'usingClause'
      | 'whereClause',
      unknown
    >
  >
>

async function problemsOf(statement: string): Promise<readonly string[]> {
  const { stmts } = (await parse(statement)) as unknown as { stmts: readonly Tree[] }
  const problems: string[] = []
  const tables = new Set<string>()
  const ofCommon = new Set(
    [...nodes(stmts, 'CommonTableExpr')].map(({ ctename }) => String(ctename)),
  )

  const named = [...levels(stmts)].flatMap(([kind, level]) => tablesOf(kind, level))
  for (const table of named.filter((name) => !ofCommon.has(name))) {
    if (table in SHARDED) tables.add(table)
    else if (!EVERYWHERE.includes(table)) problems.push(`${table} is no table of the rule`)
  }
  if (tables.size > 1) problems.push(`rows of two keys: ${[...tables].join(', ')}`)
  for (const [kind, level] of levels(stmts)) {
    for (const table of tablesOf(kind, level).filter((name) => name in SHARDED)) {
      const known = kind === 'InsertStmt' ? insertedColumns(level) : comparedColumns(level)
      const missing = SHARDED[table]?.filter((column) => !known.has(column)) ?? []
      if (missing.length > 0) problems.push(`${table} without ${missing.join(', ')}`)
    }
  }
  for (const { funcname } of nodes(stmts, 'FuncCall')) {
    const name = lastName(funcname)
    if (/advisory|^nextval$|^setval$|^dblink/.test(name)) problems.push(`${name} is forbidden`)
  }
  for (const kind of ['LockStmt', 'ListenStmt', 'TruncateStmt', 'DoStmt']) {
    if ([...nodes(stmts, kind)].length > 0) problems.push(`${kind} is forbidden`)
  }
  return problems
}

/** All nodes of a kind, however deep. */
function* nodes(tree: unknown, kind: string): Generator<Tree> {
  if (typeof tree !== 'object' || tree === null) return
  for (const [name, value] of Object.entries(tree)) {
    if (name === kind) yield value as Tree
    yield* nodes(value, kind)
  }
}

const LEVELS = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt']

function* levels(tree: unknown): Generator<readonly [string, Tree]> {
  for (const kind of LEVELS) for (const level of nodes(tree, kind)) yield [kind, level]
}

function tablesOf(kind: string, level: Tree): readonly string[] {
  // What is written to stands in the tree without a wrapper of its own.
  const read = [...nodes([level.fromClause, level.usingClause], 'RangeVar')]
  const written = kind === 'SelectStmt' ? [] : [level.relation as Tree]
  return [...read, ...written].map(({ relname }) => String(relname))
}

function insertedColumns({ cols }: Tree): ReadonlySet<string> {
  return new Set([...nodes(cols, 'ResTarget')].map(({ name }) => String(name)))
}

/** Columns that are compared for equality at this level, to whatever. */
function comparedColumns({ whereClause, fromClause }: Tree): ReadonlySet<string> {
  const compared = new Set<string>()
  for (const { name, lexpr, rexpr } of nodes([whereClause, fromClause], 'A_Expr')) {
    if (lastName(name) !== '=') continue
    for (const { fields } of [...nodes([lexpr], 'ColumnRef'), ...nodes([rexpr], 'ColumnRef')])
      compared.add(lastName(fields))
  }
  return compared
}

function lastName(names: unknown): string {
  return String([...nodes(names, 'String')].at(-1)?.sval)
}

/** Every statement that the verbs of the store send, with a database that knows nothing and one that knows everything. */
async function statementsOfStore(): Promise<readonly string[]> {
  const texts = new Set<string>()
  const row = [1, 1, 1, 1, 1, 1, 1, 1, '{}', '{}', 0, 0, null]
  for (const rows of [[], [row]]) {
    const connection: Connection = {
      async query(text) {
        texts.add(text)
        return rows
      },
      transaction: () => Promise.reject(new Error('the hot path has no transactions')),
      notify: () => {},
      listen: () => ({ stop: async () => {} }),
      statistics: {
        calls: 0,
        statements: 0,
        unavailable: 0,
        statementSeconds: 0,
        connections: 0,
        waiting: 0,
      },
      close: async () => {},
    }
    const grants = createGrantStore(connection)
    const { dropExpired: dropLinks, ...users } = createUserStore(connection)
    const { dropExpired: dropTaken, ...oauth } = createOAuthStore(connection)
    const stores = {
      ...createDictionaryStore(connection),
      ...createConsentRequestStore(connection),
      ...createRevocationStore(connection),
      ...createAuthorizationStore(connection),
      ...createEventStore(connection),
      ...createAccessLogStore(connection),
      ...createReceiptStore(connection),
      ...users,
      ...oauth,
      ...grants,
    }
    for (const call of Object.values(callsOf(stores))) await call().catch(() => {})
    await stores.dropExpired(1)
    await stores.dropReadings(1, 1)
    await createConsentRequestStore(connection).dropExpired(0, 1)
    await createAuthorizationStore(connection).dropExpired(0, 1)
    await dropLinks(0, 1)
    await dropTaken(0, 1)
    await grants.readGrant(1).catch(() => {})
  }
  return [...texts]
}

/** A verb that is not here does not compile. */
function callsOf(
  store: Omit<Store, 'readGrantState' | 'dropExpired'>,
): Record<keyof typeof store, () => Promise<unknown>> {
  const user = { walletId: 'w', userId: 'u' }
  return {
    internClient: () => store.internClient('c'),
    internScopeSet: () => store.internScopeSet(['a']),
    readScopeSet: () => store.readScopeSet(7),
    findGrant: () => store.findGrant(user, 'a'),
    listGrants: () => store.listGrants(user),
    openGrant: () => store.openGrant(grantOf()),
    replaceGrant: () => store.replaceGrant(grantOf({ epoch: 1 }), true),
    acknowledgeDeletion: () => store.acknowledgeDeletion(1, 's', 0),
    readDeletion: () => store.readDeletion(1, user),
    createConsentRequest: () => store.createConsentRequest(requestOf(), { openSince: 0, at: 0 }),
    readConsentRequest: () => store.readConsentRequest('h'),
    decideConsent: async () => [
      await store.decideConsent('h', 'granted', grantOf({ epoch: 1 })),
      await store.decideConsent('h', 'dismissed', undefined),
    ],
    completeConsent: () => store.completeConsent('h', 0),
    redeemCode: () => store.redeemCode(authorizationOf()),
    rotateRefresh: () => store.rotateRefresh('00', 0, 0),
    readAuthorization: () => store.readAuthorization('00'),
    endAuthorization: () => store.endAuthorization('00', 0),
    revokeIssuedThrough: () => store.revokeIssuedThrough('client', 'c', 0),
    readRevocations: async () => [
      await store.readRevocations(undefined),
      await store.readRevocations('0'),
    ],
    appendAccessLog: () =>
      store.appendAccessLog([
        { grantId: 1, accessedAt: 0, entryId: 1, api: 'a', fields: [], count: 1 },
      ]),
    listAccessLog: () => store.listAccessLog(1, 1, 1),
    claimEvents: () => store.claimEvents(1, 0, []),
    recordDelivery: () =>
      store.recordDelivery({ sequence: 1, attempts: 0 }, { state: 'delivered' }),
    listEvents: () => store.listEvents(1, undefined, 1),
    listPollableEvents: () => store.listPollableEvents(1, 1),
    acknowledgeEvents: () => store.acknowledgeEvents(1, ['e']),
    listDeadLetters: () => store.listDeadLetters(1),
    replayDeadLetters: () => store.replayDeadLetters(undefined),
    readRevocationEntries: () => store.readRevocationEntries([1]),
    pageGrants: () => store.pageGrants(0, 1),
    eraseUser: () => store.eraseUser(user),
    createGuardianRequest: () =>
      store.createGuardianRequest({
        user,
        guardianId: 'g',
        appId: 'a',
        scopes: [],
        requestedAt: 0,
      }),
    listGuardianRequests: () => store.listGuardianRequests(user),
    deleteGuardianRequest: () => store.deleteGuardianRequest(user, 'a'),
    createPrivacyLink: () => store.createPrivacyLink('h', { user, expiresAt: 0 }),
    consumePrivacyLink: () => store.consumePrivacyLink('h', 0),
    readReceipt: () => store.readReceipt('r'),
    listReceipts: () => store.listReceipts([1], 1),
    listUnchained: () => store.listUnchained(1),
    readChainHead: () => store.readChainHead('w'),
    listChainHeads: () => store.listChainHeads(),
    appendToChain: () =>
      store.appendToChain('w', { sequence: 0, hash: '' }, [
        { receiptId: 'r', sequence: 1, hash: 'h' },
      ]),
    readChain: () => store.readChain('w', 0, 1),
    findOrCreateUserKey: () => store.findOrCreateUserKey(user, Buffer.from([1])),
    readUserKey: () => store.readUserKey(user),
    consumeOnce: () => store.consumeOnce('h', 0),
    isConsumed: () => store.isConsumed('h'),
    readRegisteredClient: () => store.readRegisteredClient('c'),
    replaceRegisteredClient: async () => [
      await store.replaceRegisteredClient(registeredClientOf()),
      await store.replaceRegisteredClient(registeredClientOf({ version: 2 })),
    ],
    dropRegisteredClient: () => store.dropRegisteredClient('c'),
  }
}

describe('statements on a sharded database', () => {
  let statements: readonly string[]
  beforeAll(async () => {
    statements = await statementsOfStore()
  })

  it('touch rows of one key, found by it', async () => {
    expect(statements.length).toBeGreaterThan(20)
    const broken: Record<string, readonly string[]> = {}
    for (const text of statements) {
      if (Object.keys(EXCEPTIONS).some((part) => text.includes(part))) continue
      const problems = await problemsOf(text)
      if (problems.length > 0) broken[text] = problems
    }
    expect(broken).toEqual({})
  })

  it('have no exception that is not needed', async () => {
    for (const part of Object.keys(EXCEPTIONS)) {
      const excepted = statements.filter((text) => text.includes(part))
      expect(excepted, part).toHaveLength(1)
      expect(await problemsOf(excepted[0] ?? ''), part).not.toEqual([])
    }
  })

  it.each([
    ['SELECT 1 FROM grants WHERE user_id = $1', 'grants without grant_id'],
    ['UPDATE authorizations SET generation = 1', 'authorizations without authorization_id'],
    [
      'DELETE FROM authorizations WHERE authorization_id < $1',
      'authorizations without authorization_id',
    ],
    ['INSERT INTO consent_requests (sheet) VALUES ($1)', 'consent_requests without id_hash'],
    [
      'SELECT 1 FROM grants g JOIN authorizations a ON a.authorization_id = $1 WHERE g.grant_id = $2',
      'rows of two keys: grants, authorizations',
    ],
    ['SELECT pg_advisory_xact_lock(1)', 'pg_advisory_xact_lock is forbidden'],
    ["SELECT nextval('n')", 'nextval is forbidden'],
    ['SELECT 1 FROM elsewhere', 'elsewhere is no table of the rule'],
    ['LOCK TABLE clients', 'LockStmt is forbidden'],
  ])('a statement that breaks the rule is found: %s', async (statement, problem) => {
    expect(await problemsOf(statement)).toContain(problem)
  })

  it('tables are bound to no others, and count nothing where rows are many', async () => {
    const folder = new URL('../../migrations/postgres/', import.meta.url)
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
    const { stmts } = (await parse(texts.join('\n'))) as unknown as { stmts: readonly Tree[] }
    const constraints = [...nodes(stmts, 'Constraint')].map(({ contype }) => contype)
    expect(constraints).not.toContain('CONSTR_FOREIGN')
    for (const table of nodes(stmts, 'CreateStmt')) {
      const { relname } = table.relation as Tree
      const kinds = [...nodes(table.tableElts, 'Constraint')].map(({ contype }) => contype)
      if (String(relname) in SHARDED)
        expect(kinds, String(relname)).not.toContain('CONSTR_IDENTITY')
    }
    expect([...nodes(stmts, 'CreateTrigStmt')]).toEqual([])
  })
})
