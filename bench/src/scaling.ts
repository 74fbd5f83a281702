/**
 * @module Measures how the statements of a login scale to millions of authorizations: the same store alternately on an empty and on a
 * large database. Also measures the disk space of an authorization.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { createRecordIntegrity } from '../../packages/server/dist/crypto/records/record-integrity.js'
import type { Store } from '../../packages/server/dist/engine/store/store.js'
import { openPostgresStore } from '../../packages/server/dist/stores/postgres/store.js'
import { startPostgres } from '../../tools/postgres.mjs'
import { perSecond } from './baselines.ts'
import { median } from './closed-loop.ts'
import { format, keep, type Machine, machine, table } from './results.ts'
import { connect } from './stores.ts'

const SIZES = [1_000_000, 10_000_000]
const AUTHORIZATIONS_PER_GRANT = 10
/** The settings that docs/operating.md recommends for this many rows. */
const SIZED = {
  shared_buffers: '4GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
}
/** A single caller waits only for its statement. The calls of many callers share statements. */
const CALLERS = [1, 8, 32]
/** The maximum slowdown of a call. */
const MAX_SLOWDOWN = 1.2
/** Ids begin with a time. The filled-in rows are older than new rows. */
const PAST = 1_700_000_000

/** A reproducible id: the time, then the number. */
const ID = `decode(lpad(to_hex(${PAST} + n / 100), 8, '0') || lpad(to_hex(n), 24, '0'), 'hex')`
const GRANTS = `INSERT INTO grants (grant_id, wallet_id, user_id, app_id, client_number, subject, epoch, granted_scopes, denied_scopes, mac)
  SELECT n, 'w', 'user-' || n, 'app', 1, 'subject-' || n, 1, '{"auth_base":{"grantedAt":1700000000,"since":1}}', '{}', decode(repeat('00', 33), 'hex')
  FROM generate_series($1::bigint, $2::bigint) n`
const AUTHORIZATIONS = `INSERT INTO authorizations (authorization_id, grant_id, epoch, scope_set, key_version, generation,
    redeemed_at, rotated_at, expires_at)
  SELECT ${ID}, n / ${AUTHORIZATIONS_PER_GRANT}, 1, 1, 1, 0, ${PAST}, ${PAST}, 2000000000
  FROM generate_series($1::bigint, $2::bigint) n`

/**
 * Changes every page once. The first change of a page after a checkpoint writes the whole page to the WAL, at any table size, and
 * would distort the measurement.
 */
const TOUCH = `UPDATE authorizations SET rotated_at = rotated_at WHERE ctid IN (
  SELECT format('(%s,1)', page)::tid
  FROM generate_series(0, pg_relation_size('authorizations') / 8192 - 1) page)`

const integrity = createRecordIntegrity(new Map([[1, Buffer.alloc(32)]]), () => {})

/** Computes the MAC of each row, and accepts the rows that SQL has filled in. */
const ANY_MAC: typeof integrity = {
  ...integrity,
  isGenuine(kind, record, mac) {
    integrity.isGenuine(kind, record, mac)
    return true
  },
}

type Database = {
  readonly store: Awaited<ReturnType<typeof openPostgresStore>>
  size: number
  /** The number of rotations per row. */
  readonly generations: Map<number, number>
  /** Rows with a rotation in flight. A concurrent rotation would use an outdated generation. */
  readonly rotating: Set<number>
}

/** Chooses a row by its number. Ids begin with a time, so new rows are adjacent. */
type Choice = (size: number) => number

const anyRow: Choice = (size) => randomInt(size)
/** Nine of ten calls concern the newest hundredth of the rows, as with recent logins. */
const mostlyNewRows: Choice = (size) =>
  randomInt(10) === 0
    ? anyRow(size)
    : size - 1 - randomInt(Math.max(Math.min(size, 1000), size / 100))

async function rotateRefresh(
  { store, size, generations, rotating }: Database,
  choose: Choice,
): Promise<void> {
  let n = choose(size)
  while (rotating.has(n)) n = choose(size)
  const generation = generations.get(n) ?? 0
  rotating.add(n)
  const rotated = await store.rotateRefresh(idOf(n), generation, PAST)
  if (!rotated || rotated === 'repeated') throw new Error('A rotation failed.')
  generations.set(n, rotated.generation)
  rotating.delete(n)
}

function readGrantState({ store, size }: Database, choose: Choice): Promise<unknown> {
  const n = choose(size)
  return store.readGrantState(Math.floor(n / AUTHORIZATIONS_PER_GRANT), idOf(n))
}

/** The statements of a login, as the engine calls them. */
const STATEMENTS: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  redeemCode: ({ store }) => store.redeemCode(newAuthorization()),
  'rotateRefresh, any row': (database) => rotateRefresh(database, anyRow),
  'rotateRefresh, mostly new rows': (database) => rotateRefresh(database, mostlyNewRows),
  'readGrantState, any row': (database) => readGrantState(database, anyRow),
  'readGrantState, mostly new rows': (database) => readGrantState(database, mostlyNewRows),
}

type Line = {
  readonly statement: string
  readonly callers: number
  /** Calls per second. */
  readonly empty: number
  readonly grown: number
  /** The slowdown on the large database: the median of the ratios within each round. */
  readonly times: number
}

type Size = {
  readonly authorizations: number
  /** On disk, including indexes. */
  readonly bytesEach: number
  readonly bytesOfGrant: number
  readonly lines: readonly Line[]
}

export async function measureScaling(rounds: number, isKept: boolean): Promise<void> {
  const server = await startPostgres(SIZED)
  const url = server.url('postgres')
  const pool = new pg.Pool({ connectionString: url })
  await connect(pool)
  await pool.end()
  const [empty, grown] = (await Promise.all(
    ['empty', 'grown'].map((name) => openDatabase(url, name)),
  )) as [Database & Filler, Database & Filler]
  // Rows to read and to rotate.
  await empty.fill(1000)
  const hasHugePages = usesHugePages()
  const sizes: Size[] = []
  try {
    for (const size of SIZES) {
      await grown.fill(size)
      const bytes = await grown.bytes()
      const lines: Line[] = []
      for (const statement of Object.keys(STATEMENTS))
        for (const callers of CALLERS)
          lines.push(await compare(statement, callers, rounds, empty, grown))
      sizes.push({
        authorizations: size,
        bytesEach: bytes.authorizations / size,
        bytesOfGrant: bytes.grants / (size / AUTHORIZATIONS_PER_GRANT),
        lines,
      })
    }
  } finally {
    await Promise.all([empty, grown].map((database) => database.close()))
    await server.stop()
  }
  const results = { machine: machine(), hasHugePages, rounds, sizes }
  const markdown = markdownOf(results)
  console.log(markdown)
  if (isKept) keep('scaling', results, markdown)
}

/** Whether PostgreSQL uses huge pages (`vm.nr_hugepages`, Linux). */
function usesHugePages(): boolean {
  if (process.platform !== 'linux') return false
  const text = readFileSync('/proc/meminfo', 'utf8')
  const [total = 0, free = 0, reserved = 0] = ['Total', 'Free', 'Rsvd'].map((name) =>
    Number(new RegExp(`^HugePages_${name}: +(\\d+)`, 'm').exec(text)?.[1] ?? 0),
  )
  return free - reserved < total
}

async function compare(
  statement: string,
  callers: number,
  rounds: number,
  empty: Database,
  grown: Database,
): Promise<Line> {
  const call = STATEMENTS[statement] as (database: Database) => Promise<unknown>
  const measured: { readonly empty: number; readonly grown: number }[] = []
  for (let round = -1; round < rounds; round++) {
    const inEmpty = await perSecond(callers, () => call(empty))
    const inGrown = await perSecond(callers, () => call(grown))
    // The first round only warms up.
    if (round >= 0) measured.push({ empty: inEmpty, grown: inGrown })
  }
  return {
    statement,
    callers,
    empty: median(measured.map((round) => round.empty)),
    grown: median(measured.map((round) => round.grown)),
    times: median(measured.map((round) => round.empty / round.grown)),
  }
}

function markdownOf(results: {
  readonly machine: Machine
  readonly hasHugePages: boolean
  readonly rounds: number
  readonly sizes: readonly Size[]
}): string {
  const { cores, processor, memoryGib, node, date } = results.machine
  return [
    `${cores} × ${processor}, ${memoryGib} GiB, Node ${node}; PostgreSQL on this machine, ${SIZED.shared_buffers} of buffers in ${results.hasHugePages ? 'huge' : 'small'} pages; ${date}`,
    `store calls per second, medians of ${results.rounds} rounds, alternately on an empty and on a large database; "mostly new rows": nine of ten calls concern the newest hundredth; the slowdown is the median of the ratios within each round`,
    ...results.sizes.flatMap(({ authorizations, bytesEach, bytesOfGrant, lines }) => [
      `${format(authorizations)} authorizations: ${format(bytesEach)} bytes each on disk, including indexes; ${format(bytesOfGrant)} per grant`,
      table(
        ['statement', 'callers', 'empty', 'large', 'slowdown'],
        lines.map(({ statement, callers, empty, grown, times }) => [
          statement,
          String(callers),
          format(empty),
          format(grown),
          `${times.toFixed(2)} ×`,
        ]),
      ),
      `maximum slowdown ${CALLERS.map((callers) => `${maxSlowdown(lines, callers).toFixed(2)} × with ${callers} ${callers === 1 ? 'caller' : 'callers'}`).join(', ')}; the limit is ${MAX_SLOWDOWN} ×`,
    ]),
  ].join('\n\n')
}

function maxSlowdown(lines: readonly Line[], callers: number): number {
  const ofThese = lines.filter((line) => line.callers === callers)
  return Math.max(...ofThese.map(({ times }) => times))
}

type Filler = {
  /** Adds authorizations and their grants up to this number. */
  fill(size: number): Promise<void>
  bytes(): Promise<{ readonly authorizations: number; readonly grants: number }>
  close(): Promise<void>
}

async function openDatabase(url: string, name: string): Promise<Database & Filler> {
  const administrator = new pg.Client(url)
  await administrator.connect()
  await administrator.query(`CREATE DATABASE ${name}`)
  await administrator.end()
  const own = new URL(url)
  own.pathname = `/${name}`
  const store = await openPostgresStore(own.href, { integrity: ANY_MAC })
  const client = new pg.Client(own.href)
  await client.connect()
  const sizeOf = async (table: string): Promise<number> =>
    Number((await client.query(`SELECT pg_total_relation_size('${table}') AS size`)).rows[0].size)
  const database = {
    store,
    size: 0,
    generations: new Map<number, number>(),
    rotating: new Set<number>(),
    async fill(size: number) {
      const grantsOf = (n: number): number => Math.ceil(n / AUTHORIZATIONS_PER_GRANT)
      await client.query(GRANTS, [grantsOf(database.size), grantsOf(size) - 1])
      await client.query(AUTHORIZATIONS, [database.size, size - 1])
      await client.query('VACUUM ANALYZE')
      await client.query('CHECKPOINT')
      await client.query(TOUCH)
      database.size = size
    },
    bytes: async () => ({
      authorizations: await sizeOf('authorizations'),
      grants: await sizeOf('grants'),
    }),
    async close() {
      await client.end()
      await store.close()
    },
  }
  return database
}

function newAuthorization(): Parameters<Store['redeemCode']>[0] {
  const now = Math.floor(Date.now() / 1000)
  const id = randomBytes(16)
  id.writeUInt32BE(now)
  return {
    authorizationId: id.toString('hex'),
    grantId: 1,
    epoch: 1,
    scopeSet: 1,
    keyVersion: 1,
    generation: 0,
    redeemedAt: now,
    rotatedAt: now,
    expiresAt: now + 86_400,
  }
}

function idOf(n: number): string {
  const time = PAST + Math.floor(n / 100)
  return time.toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0')
}
