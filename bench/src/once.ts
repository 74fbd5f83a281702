/**
 * @module Measures what the records of executed requests cost, alternately with and without them: requests over HTTP, and redemptions and
 * refreshes of the store alone.
 * @see docs/decisions/0068-requests-are-executed-once.md
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'libsql'
import pg from 'pg'
import { createRecordIntegrity } from '../../packages/server/dist/crypto/records/record-integrity.js'
import type { Store } from '../../packages/server/dist/engine/store/store.js'
import { openPostgresStore } from '../../packages/server/dist/stores/postgres/store.js'
import { openSqliteStore } from '../../packages/server/dist/stores/sqlite/store.js'
import { startPostgres } from '../../tools/postgres.mjs'
import { median } from './closed-loop.ts'
import { describeRequests, measureNodePairs, PRODUCT } from './node-pairs.ts'
import { format, keep, machine, table } from './results.ts'
import type { Installation } from './servers.ts'
import { connect } from './stores.ts'

const PRELOAD = new URL('./without-records/preload.js', import.meta.url).href
const NOW = 1_800_000_000
/** How long a record is kept with the default tolerance: 120 s, and a margin for clocks. */
const RETENTION_SECONDS = 180

type Database = {
  readonly name: string
  readonly store: Store
  close(): Promise<void>
}

type Figures = {
  readonly store: string
  readonly call: 'redeem' | 'refresh'
  readonly callers: number
  /** Calls per second. */
  readonly without: number
  readonly with: number
  /** Median of the ratios of the rounds. */
  readonly ratio: number
}

type Calls = { readonly count: number; readonly callers: number; readonly records: boolean }

let time = 0

function newAuthorizationId(): string {
  const id = randomBytes(16)
  id.writeUInt32BE(NOW + Math.floor(time++ / 1000))
  return id.toString('hex')
}

function once(): { readonly idHash: string; readonly expiresAt: number } {
  return { idHash: randomBytes(32).toString('base64url'), expiresAt: NOW + RETENTION_SECONDS }
}

function redeem(store: Store, authorizationId: string, records: boolean): Promise<unknown> {
  const authorization = {
    authorizationId,
    grantId: 1,
    epoch: 1,
    scopeSet: 1,
    keyVersion: 1,
    generation: 0,
    redeemedAt: NOW,
    rotatedAt: NOW,
    expiresAt: NOW + 1_000_000,
  }
  return store.redeemCode(authorization, records ? once() : undefined)
}

/** @returns calls per second */
async function run(
  { count, callers }: Calls,
  call: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let index = next++; index < count; index = next++) await call(index)
    }),
  )
  return (count * 1000) / (performance.now() - startedAt)
}

/** Redeems new codes, then refreshes each of the authorizations once. */
async function measureRound(store: Store, calls: Calls): Promise<readonly [number, number]> {
  const ids = Array.from({ length: calls.count }, newAuthorizationId)
  const redemptions = await run(calls, (index) => redeem(store, ids[index] ?? '', calls.records))
  const refreshes = await run(calls, async (index) => {
    const rotated = await store.rotateRefresh(
      ids[index] ?? '',
      0,
      NOW,
      calls.records ? once() : undefined,
    )
    if (!rotated || rotated === 'repeated') throw new Error('A rotation failed.')
  })
  return [redemptions, refreshes]
}

async function measureStore(
  { name, store }: Database,
  { count, callers, rounds }: { count: number; callers: number; rounds: number },
): Promise<readonly Figures[]> {
  await measureRound(store, { count, callers, records: true })
  const pairs: (readonly [readonly [number, number], readonly [number, number]])[] = []
  for (let round = 0; round < rounds; round++) {
    // The order alternates, so that neither has the warmer caches.
    const first = round % 2 === 0
    const one = await measureRound(store, { count, callers, records: first })
    const other = await measureRound(store, { count, callers, records: !first })
    pairs.push(first ? [other, one] : [one, other])
  }
  return (['redeem', 'refresh'] as const).map((call, index) => ({
    store: name,
    call,
    callers,
    without: median(pairs.map(([plain]) => plain[index] ?? 0)),
    with: median(pairs.map(([, recorded]) => recorded[index] ?? 0)),
    ratio: median(pairs.map(([plain, recorded]) => (recorded[index] ?? 0) / (plain[index] ?? 1))),
  }))
}

const integrity = createRecordIntegrity(new Map([[1, Buffer.alloc(32)]]), () => {})

function openSqlite(): Database {
  const folder = mkdtempSync(join(tmpdir(), 'assent-once-'))
  const store = openSqliteStore(join(folder, 'assent.db'), { integrity, serves: true })
  return {
    name: 'SQLite',
    store,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type PostgresDatabase = Database & {
  /** Bytes of a record with its indexes. */
  bytesPerRecord(): Promise<number>
}

async function openPostgres(): Promise<PostgresDatabase> {
  const server = await startPostgres()
  const url = server.url('postgres')
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  // The server may end a connection that the pool is closing.
  pool.on('error', () => {})
  await connect(pool)
  const store = await openPostgresStore(url, { integrity })
  return {
    name: 'PostgreSQL',
    store,
    async bytesPerRecord() {
      const { rows } = await pool.query<{ bytes: string }>(
        `SELECT pg_total_relation_size('executed_requests') / count(*) AS bytes FROM executed_requests`,
      )
      return Number(rows[0]?.bytes)
    },
    async close() {
      await store.close()
      await pool.end()
      await server.stop()
    },
  }
}

function countRecords({ folder }: Installation): number {
  const database = new SqliteDatabase(join(folder, 'data/assent.db'))
  const statement = database.prepare(
    'SELECT (SELECT count(*) FROM executed_requests) + (SELECT count(*) FROM consumed_tokens) AS rows',
  )
  const { rows } = statement.get() as { rows: number }
  database.close()
  return rows
}

export async function measureOnce(options: {
  readonly count: number
  readonly callers: readonly number[]
  readonly rounds: number
  readonly keep: boolean
}): Promise<void> {
  const requests = await measureNodePairs({
    ...options,
    callers: options.callers[0] ?? 1,
    first: ['--import', PRELOAD, PRODUCT],
    countRows: countRecords,
  })
  const sqlite = openSqlite()
  const postgres = await openPostgres()
  const figures: Figures[] = []
  for (const database of [sqlite, postgres])
    for (const callers of options.callers)
      figures.push(...(await measureStore(database, { ...options, callers })))
  const bytesPerRecord = await postgres.bytesPerRecord()
  await sqlite.close()
  await postgres.close()
  const rows = figures.map(({ store, call, callers, without, with: recorded, ratio }) => [
    `${store}, ${call}, ${callers} callers`,
    format(without),
    format(recorded),
    ratio.toFixed(2),
    (1_000_000 / recorded - 1_000_000 / without).toFixed(0),
  ])
  const figuresTable = table(
    ['call of the store', 'without records /s', 'with records /s', 'ratio', 'added µs per call'],
    rows,
  )
  const facts = machine()
  const markdown = [
    '# What executing requests once costs',
    '',
    `${facts.cores} cores (${facts.processor}), ${facts.memoryGib} GiB, Node ${facts.node}, ${facts.date}. Medians of ${options.rounds} rounds of ${options.count} calls each way, which`,
    `alternate in one run: \`npm run bench -- once --rounds ${options.rounds} --requests ${options.count} --callers ${options.callers.join(',')}\`. A ratio is the median of the`,
    'ratios within the rounds, because other work on the machine differs between rounds. The node without records has a store that drops',
    'them; it is the same build, with an embedded store of its own. The load runs on the same cores as the nodes.',
    '',
    describeRequests(requests, ['without records', 'with records']),
    '',
    'The store alone, without signatures, HTTP and checks:',
    '',
    figuresTable,
    '',
    `Each redemption and each refresh adds one row of ${bytesPerRecord} bytes on PostgreSQL, with its indexes, for ${RETENTION_SECONDS} s.`,
    'Reads add none.',
  ].join('\n')
  console.log(markdown)
  if (options.keep) keep('once', { machine: facts, bytesPerRecord, requests, figures }, markdown)
}
