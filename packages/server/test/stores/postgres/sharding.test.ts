/**
 * @module Sharding rules. PostgreSQL's own parser reads every statement of the PostgreSQL store. Each statement may use one sharded table, or several with the same
 * distribution key, and has to
 * find its rows by the distribution key of that table.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRecordIntegrity } from '../../../src/crypto/records/record-integrity.ts'
import type { Store } from '../../../src/engine/store/store.ts'
import { createDictionaryStore } from '../../../src/stores/postgres/dictionary.ts'
import type { Connection } from '../../../src/stores/postgres/driver.ts'
import { createErasure } from '../../../src/stores/postgres/erasure.ts'
import { createAccessLogStore } from '../../../src/stores/postgres/queries/access-log.ts'
import { createAdminRequestStore } from '../../../src/stores/postgres/queries/admin-requests.ts'
import { createAdminSignInStore } from '../../../src/stores/postgres/queries/admin-sign-in.ts'
import { createAuthorizationStore } from '../../../src/stores/postgres/queries/authorizations.ts'
import { createConsentRequestStore } from '../../../src/stores/postgres/queries/consent-requests.ts'
import { createDeliveryStore } from '../../../src/stores/postgres/queries/deliveries.ts'
import { createEventStore } from '../../../src/stores/postgres/queries/events.ts'
import { createGrantStore } from '../../../src/stores/postgres/queries/grants.ts'
import { createGuardianRequestStore } from '../../../src/stores/postgres/queries/guardian-requests.ts'
import { createNodeStore } from '../../../src/stores/postgres/queries/nodes.ts'
import { createOperatorActionStore } from '../../../src/stores/postgres/queries/operator-actions.ts'
import { createPlatformKeyStore } from '../../../src/stores/postgres/queries/platform-keys.ts'
import { createPrivacyLinkStore } from '../../../src/stores/postgres/queries/privacy-links.ts'
import { createReceiptStore } from '../../../src/stores/postgres/queries/receipts.ts'
import { createRegisteredClientStore } from '../../../src/stores/postgres/queries/registered-clients.ts'
import { createRegistryStore } from '../../../src/stores/postgres/queries/registry.ts'
import { createReplayCache } from '../../../src/stores/postgres/queries/replay-cache.ts'
import { createRevocationStore } from '../../../src/stores/postgres/queries/revocations.ts'
import { createSignatureEncodingStore } from '../../../src/stores/postgres/queries/signature-encodings.ts'
import { createProtectedRecords } from '../../../src/stores/protected-records.ts'
import { TEST_RECORD_KEYS } from '../../support/integrity.ts'
import {
  actionOf,
  authorizationOf,
  causeOf,
  eventOf,
  grantOf,
  platformKeyOf,
  registeredClientOf,
  requestOf,
  updateOf,
} from '../records.ts'

/** Sharded tables and their distribution keys. */
const SHARDED: Readonly<Record<string, readonly string[]>> = {
  authorizations: ['authorization_id'],
  executed_requests: ['authorization_id'],
  grants: ['grant_id'],
  subjects: ['client_number', 'wallet_id', 'user_id'],
  consent_requests: ['id_hash'],
  access_log: ['grant_id'],
  active_prompts: ['wallet_id', 'user_id'],
  guardian_requests: ['wallet_id', 'user_id', 'app_id'],
  privacy_links: ['id_hash'],
  user_keys: ['wallet_id', 'user_id'],
  consumed_tokens: ['id_hash'],
  registered_clients: ['client_id'],
  admin_sessions: ['id_hash'],
  admin_passkeys: ['credential_id'],
  admin_requests: ['id_hash'],
}
/** Tables with the same distribution key, of which one statement uses the rows of one shard. */
const COLOCATED: Readonly<Record<string, string>> = { executed_requests: 'authorizations' }
/** Tables that are not sharded: dictionaries, and tables that are read in one global order. */
const UNSHARDED = [
  'client_numbers',
  'operator_actions',
  'scope_sets',
  'access_kinds',
  'revocations',
  'events',
  'deliveries',
  'receipts',
  'chain_heads',
  'record_keys',
  'platform_keys',
  'registry_records',
  'registry_references',
  'registry_changes',
  'registry_stagings',
  'nodes',
]

const ERASURE = 'erasure of a user: queries all shards'
const ERASED_AGAIN = 'users whose erasure a restored backup lacks, by key range'

/** Infrequent statements that break a rule, and why that is acceptable. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'FROM grants g WHERE g.wallet_id': 'grants of a user for the settings page: queries all shards',
  'JOIN grants g ON g.wallet_id':
    'a grant by its user: queries the unique index on all shards, until the id of the grant is known',
  'UPDATE subjects SET deletion_acknowledged_at':
    'by the pairwise id, because a client knows no other: queries all shards, once per user and client',
  'WITH preceding AS':
    'a change of a grant and the record of its request are atomic; once per consent and withdrawal',
  'DELETE FROM executed_requests WHERE': 'cleanup in the background',
  'WITH pending AS':
    'a decision changes the request and the grant atomically; once per user and mini program',
  'DELETE FROM consent_requests WHERE id_hash IN': 'cleanup in the background',
  'SELECT authorization_id FROM authorizations WHERE authorization_id >':
    'cleanup in the background, by key range',
  'DELETE FROM access_log WHERE (grant_id': 'cleanup in the background, by range of time',
  'DELETE FROM privacy_links WHERE id_hash IN': 'cleanup in the background',
  'DELETE FROM consumed_tokens WHERE id_hash IN': 'cleanup in the background',
  'DELETE FROM admin_sessions WHERE id_hash IN': 'cleanup in the background',
  'DELETE FROM admin_requests WHERE id_hash IN': 'cleanup in the background',
  'FROM grants g WHERE g.grant_id >': 'expiry of grants in the background, by key range',
  'WITH activated AS': 'a prompt and the active prompt of its user: once for each prompt',
  'WHERE wallet_id = $1 AND guardian_id = $2 ORDER BY':
    'requests for a guardian: queries all shards for a page with few visits',
  'SELECT grant_id FROM grants WHERE wallet_id': ERASURE,
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND guardian_id': ERASURE,
  'DELETE FROM guardian_requests WHERE wallet_id = $1 AND guardian_id': ERASURE,
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND user_id': ERASURE,
  'DELETE FROM privacy_links WHERE wallet_id': ERASURE,
  'DELETE FROM guardian_requests WHERE user_id': ERASURE,
  'DELETE FROM subjects WHERE wallet_id': ERASURE,
  'DELETE FROM grants WHERE wallet_id': ERASURE,
  "WHERE client::jsonb->>'appId'":
    'clients to tell of a logout, in the background: queries the index on all shards',
  'FROM grants ORDER BY': ERASED_AGAIN,
  'FROM subjects ORDER BY': ERASED_AGAIN,
  'FROM user_keys ORDER BY': ERASED_AGAIN,
  'FROM consent_requests ORDER BY': ERASED_AGAIN,
  'FROM active_prompts ORDER BY': ERASED_AGAIN,
  'FROM guardian_requests ORDER BY': ERASED_AGAIN,
  'FROM privacy_links ORDER BY': ERASED_AGAIN,
  'DELETE FROM authorizations': 'cleanup in the background, by key range',
}

/** A node of the syntax tree, with the properties that the rules need. */
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
      | 'newname'
      | 'relation'
      | 'relname'
      | 'renameType'
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
  const commonTables = new Set(
    [...nodes(stmts, 'CommonTableExpr')].map(({ ctename }) => String(ctename)),
  )

  const named = [...levels(stmts)].flatMap(([kind, level]) => tablesOf(kind, level))
  for (const table of named.filter((name) => !commonTables.has(name))) {
    if (table in SHARDED) tables.add(COLOCATED[table] ?? table)
    else if (!UNSHARDED.includes(table))
      problems.push(`${table} is not in the table of distribution keys`)
  }
  if (tables.size > 1) problems.push(`more than one sharded table: ${[...tables].join(', ')}`)
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

/** All nodes of a kind, at any depth. */
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
  // The target of a write is not wrapped in a RangeVar node.
  const read = [...nodes([level.fromClause, level.usingClause], 'RangeVar')]
  const written = kind === 'SelectStmt' ? [] : [level.relation as Tree]
  return [...read, ...written].map(({ relname }) => String(relname))
}

function insertedColumns({ cols }: Tree): ReadonlySet<string> {
  return new Set([...nodes(cols, 'ResTarget')].map(({ name }) => String(name)))
}

/** Columns that this level compares for equality. */
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

/** Every statement that the store sends, to a database that returns no rows and to one that always returns a row. */
async function statementsOfStore(): Promise<readonly string[]> {
  const texts = new Set<string>()
  const records = createProtectedRecords(createRecordIntegrity(TEST_RECORD_KEYS, () => {}))
  const row = [1, 1, 1, 1, 1, 1, 1, '{}', '{}', 0, 0, null]
  for (const rows of [[], [row]]) {
    const connection: Connection = {
      async query(text) {
        texts.add(text)
        return rows
      },
      transaction: () =>
        Promise.reject(new Error('The store sends single statements, not transactions.')),
      notify: () => {},
      listen: () => ({ stop: async () => {} }),
      checkDisk: () => {},
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
    const grants = createGrantStore(connection, records)
    const { dropExpired: dropLinks, ...privacyLinks } = createPrivacyLinkStore(connection, records)
    const { dropExpired: dropConsumedTokens, ...replayCache } = createReplayCache(connection)
    const { dropExpired: dropAdminSessions, ...adminSignIn } = createAdminSignInStore(
      connection,
      records,
    )
    const { dropExpired: dropAdminRequests, ...adminRequests } = createAdminRequestStore(connection)
    const { dropExpired: dropStaged, ...registry } = createRegistryStore(connection, records)
    const stores = {
      ...createDictionaryStore(connection),
      ...createConsentRequestStore(connection, records),
      ...createRevocationStore(connection, records),
      ...createAuthorizationStore(connection, records),
      ...createEventStore(connection, records),
      ...createDeliveryStore(connection, records),
      ...createAccessLogStore(connection),
      ...createReceiptStore(connection),
      ...createPlatformKeyStore(connection),
      ...createGuardianRequestStore(connection),
      ...privacyLinks,
      ...createErasure(connection, records),
      ...replayCache,
      ...createRegisteredClientStore(connection, records),
      ...createOperatorActionStore(connection, records),
      ...createSignatureEncodingStore(connection),
      ...registry,
      ...adminSignIn,
      ...adminRequests,
      ...createNodeStore(connection),
      ...grants,
    }
    for (const call of Object.values(callsOf(stores))) await call().catch(() => {})
    await stores.dropExpired(1)
    await stores.dropAccessLog(1, 1)
    await createConsentRequestStore(connection, records).dropExpired(0, 1)
    await createAuthorizationStore(connection, records).dropExpired(0, 1)
    await dropLinks(0, 1)
    await dropConsumedTokens(0, 1)
    await dropStaged(0, 1)
    await dropAdminSessions(0, 1)
    await dropAdminRequests(0, 1)
    await grants.readGrant(1).catch(() => {})
  }
  return [...texts]
}

const ADMIN_SESSION = {
  idHash: 'h',
  memberId: 'm',
  memberVersion: 1,
  createdAt: 0,
  lastUsedAt: 0,
  expiresAt: 0,
}
const ADMIN_PASSKEY = {
  credentialId: 'c',
  memberId: 'm',
  publicKey: 'k',
  counter: 0,
  createdAt: 0,
}

/** A missing method does not compile. `testerOf` computes a MAC, and reads nothing. */
function callsOf(
  store: Omit<Store, 'readGrantState' | 'dropExpired' | 'testerOf'>,
): Record<keyof typeof store, () => Promise<unknown>> {
  const user = { walletId: 'w', userId: 'u' }
  return {
    internClient: () => store.internClient('c'),
    readClientId: () => store.readClientId(7),
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
    openPrompt: () => store.openPrompt('h', undefined, 'opener'),
    decideConsent: async () => [
      await store.decideConsent('h', 'granted', grantOf({ epoch: 1 })),
      await store.decideConsent('h', 'dismissed', undefined),
    ],
    completeConsent: () => store.completeConsent('h', 0),
    recordRequest: () => store.recordRequest('00', { idHash: 'h', expiresAt: 0 }),
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
    appendEvent: () => store.appendEvent(eventOf()),
    listUndistributed: () => store.listUndistributed(1),
    distributeEvents: () =>
      store.distributeEvents([
        { event: { sequence: 1, subject: 's' }, recipients: ['merchant/1'] },
      ]),
    claimDeliveries: () =>
      store.claimDeliveries({ total: 1, perRecipient: new Map(), perOtherRecipient: 1 }, 0),
    recordDelivery: async () => {
      const delivery = { sequence: 1, recipient: 'merchant/1', attempts: 0 } as const
      return [
        await store.recordDelivery(delivery, { state: 'delivered' }),
        await store.recordDelivery(delivery, { state: 'dead' }),
      ]
    },
    listEvents: () => store.listEvents(1, undefined, 1),
    findEvent: () => store.findEvent(1, 'e'),
    listPollableEvents: () => store.listPollableEvents(1, 1),
    acknowledgeEvents: () => store.acknowledgeEvents(1, ['e']),
    claimAdminRequest: () =>
      store.claimAdminRequest({ idHash: 'h', requestHash: 'r', claimedAt: 0, expiresAt: 1 }),
    completeAdminRequest: () => store.completeAdminRequest('h', '{}'),
    reportNode: () => store.reportNode({ nodeId: 'n', seenAt: 0, state: '{}' }),
    removeNode: () => store.removeNode('n'),
    listNodes: () => store.listNodes(0),
    releaseAdminRequest: () => store.releaseAdminRequest('h'),
    listDeadLetters: () => store.listDeadLetters(1, { clientNumber: 1 }),
    replayDeadLetters: () => store.replayDeadLetters({}),
    readRevocationEntries: () => store.readRevocationEntries([1]),
    findForgedGrant: () => store.findForgedGrant(user, 'a'),
    discardGrant: () => store.discardGrant(1),
    pageGrants: () => store.pageGrants(0, 1),
    eraseUser: () => store.eraseUser(user),
    eraseAgain: () => store.eraseAgain(['p']),
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
    listLogoutClients: () => store.listLogoutClients('a'),
    dropRegisteredClient: () => store.dropRegisteredClient('c'),
    readPlatformKeys: () => store.readPlatformKeys(),
    addPlatformKey: () => store.addPlatformKey(platformKeyOf()),
    activatePlatformKey: () => store.activatePlatformKey(platformKeyOf({ activeFrom: 0 })),
    dropPlatformKey: () => store.dropPlatformKey('master', 1),
    readSignatureEncoding: () => store.readSignatureEncoding(1),
    recordOperatorAction: () => store.recordOperatorAction(actionOf()),
    endSuspensions: () => store.endSuspensions(actionOf(), 'b', 1),
    listOperatorActions: () => store.listOperatorActions(),
    readRecord: () => store.readRecord('client', 'c'),
    readRecords: () => store.readRecords([{ kind: 'client', id: 'c' }]),
    findRecordsOfAny: () => store.findRecordsOfAny([{ name: 'n', value: 'v' }]),
    readVersions: () => store.readVersions([{ kind: 'client', id: 'c' }]),
    listRecords: async () => [
      await store.listRecords('client', { limit: 2 }),
      await store.listRecords('client', { limit: 2, owner: 'o' }),
    ],
    findRecords: () => store.findRecords('client', { name: 'n', value: 'v' }, { limit: 2 }),
    readRecordHistory: () => store.readRecordHistory({ kind: 'client', id: 'c' }, 1),
    stageRecords: () => store.stageRecords('x', [{ ...updateOf(), digest: 'd' }]),
    readStagedDigests: () => store.readStagedDigests('x', { limit: 2 }),
    findProblems: async () => [await store.findProblems('x', 0), await store.findProblems('x', 1)],
    commitChange: () =>
      store.commitChange({
        ...causeOf(),
        changeId: 'x',
        sequence: 1,
        recordCount: 1,
        recordsDigest: 'd',
        hash: 'h',
      }),
    discardStaged: () => store.discardStaged('x'),
    readHead: () => store.readHead(),
    readRegistryChanges: () => store.readRegistryChanges(0, 1),
    createAdminSession: () => store.createAdminSession(ADMIN_SESSION),
    readAdminSession: () => store.readAdminSession('h'),
    touchAdminSession: () => store.touchAdminSession(ADMIN_SESSION),
    dropAdminSession: () => store.dropAdminSession('h'),
    addAdminPasskey: () => store.addAdminPasskey(ADMIN_PASSKEY),
    readAdminPasskey: () => store.readAdminPasskey('c'),
    advanceAdminPasskey: () => store.advanceAdminPasskey(ADMIN_PASSKEY, 0),
    recordSignatureEncoding: () => store.recordSignatureEncoding(1, 'base64'),
  }
}

describe('statements on a sharded database', () => {
  let statements: readonly string[]
  beforeAll(async () => {
    statements = await statementsOfStore()
  })

  it('use one sharded table each, and find its rows by the distribution key', async () => {
    expect(statements.length).toBeGreaterThan(20)
    const problemsByStatement: Record<string, readonly string[]> = {}
    for (const text of statements) {
      if (Object.keys(EXCEPTIONS).some((part) => text.includes(part))) continue
      const problems = await problemsOf(text)
      if (problems.length > 0) problemsByStatement[text] = problems
    }
    expect(problemsByStatement).toEqual({})
  })

  it('match and still need each exception', async () => {
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
    ['INSERT INTO consent_requests (prompt) VALUES ($1)', 'consent_requests without id_hash'],
    [
      'SELECT 1 FROM grants g JOIN authorizations a ON a.authorization_id = $1 WHERE g.grant_id = $2',
      'more than one sharded table: grants, authorizations',
    ],
    ['SELECT pg_advisory_xact_lock(1)', 'pg_advisory_xact_lock is forbidden'],
    ["SELECT nextval('n')", 'nextval is forbidden'],
    ['SELECT 1 FROM elsewhere', 'elsewhere is not in the table of distribution keys'],
    ['LOCK TABLE client_numbers', 'LockStmt is forbidden'],
  ])('are rejected when they break a rule: %s', async (statement, problem) => {
    expect(await problemsOf(statement)).toContain(problem)
  })

  it('rely on no foreign keys, triggers or generated numbers of sharded tables', async () => {
    const folder = new URL('../../../migrations/postgres/', import.meta.url)
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
    const { stmts } = (await parse(texts.join('\n'))) as unknown as { stmts: readonly Tree[] }
    const constraints = [...nodes(stmts, 'Constraint')].map(({ contype }) => contype)
    expect(constraints).not.toContain('CONSTR_FOREIGN')
    const created = [...nodes(stmts, 'CreateStmt')].map(({ relation, tableElts }) => ({
      table: currentName(stmts, String((relation as Tree).relname)),
      kinds: [...nodes(tableElts, 'Constraint')].map(({ contype }) => contype),
    }))
    expect(created.map(({ table }) => table).sort()).toEqual(
      [...Object.keys(SHARDED), ...UNSHARDED].sort(),
    )
    for (const { table, kinds } of created)
      if (table in SHARDED) expect(kinds, table).not.toContain('CONSTR_IDENTITY')
    expect([...nodes(stmts, 'CreateTrigStmt')]).toEqual([])
  })
})

/** The name of a table after all migrations. */
function currentName(stmts: readonly Tree[], name: string): string {
  const renames = [...nodes(stmts, 'RenameStmt')].filter(
    ({ renameType, relation }) =>
      renameType === 'OBJECT_TABLE' && (relation as Tree).relname === name,
  )
  return String(renames.at(-1)?.newname ?? name)
}
