/**
 * @module PostgreSQL connections; the only importer of `pg`. A bounded pool, prepared statements with a deadline, and rows as arrays of values.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { createFullDisk } from '../full-disk.ts'
import type { Row, Value } from '../row-mapping.ts'
import type { StoreStatistics } from '../store-handle.ts'
import { createCircuitBreaker } from './circuit-breaker.ts'

export type Parameter = Value | boolean | readonly Value[]

export type Query = (text: string, ...parameters: readonly Parameter[]) => Promise<readonly Row[]>

/** Every method rejects with `StoreUnavailableError` when the database does not respond in time. */
export interface Connection {
  /** Runs one statement. Each text is prepared once per connection. */
  readonly query: Query
  /** For migrations: runs statements in one transaction, without preparing them and without a deadline. */
  transaction(work: (query: Query) => Promise<void>): Promise<void>
  /** Sends `NOTIFY` after the current event loop iteration. Only a hint: it is not awaited and may be lost. */
  notify(channel: string): void
  /** Calls back on each notification. Uses a dedicated connection that is opened again when it breaks. */
  listen(channel: string, onNotification: () => void): { stop(): Promise<void> }
  /** @throws {StoreUnavailableError} when the disk of the database was full a moment ago */
  checkDisk(): void
  /** Also updated by the statement batches, which know how many calls share a statement. */
  readonly statistics: StoreStatistics
  close(): Promise<void>
}

const POOL_SIZE = 8
/** No request waits longer than this for the database. */
const DEADLINE_MS = 3000
/** Serialization failure and deadlock: the server has rolled the statement back, so it can run again. */
const RETRYABLE_SQLSTATES = new Set(['40001', '40P01'])
const MAX_ATTEMPTS = 5
const RECONNECT_DELAY_MS = 1000

/**
 * Every frequent statement finds its rows by key. Without these options, PostgreSQL plans a sequential scan or a hash join while a table is
 * small, and keeps that plan while the table grows, until autovacuum analyzes it. Statements that have to read a whole table still work, but
 * at an estimated cost that would trigger JIT compilation of 90 ms and start parallel workers each time, so there is neither.
 * `plan_cache_mode` stays at `auto`, because Citus needs it.
 */
const PLANNER_OPTIONS = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
  'max_parallel_workers_per_gather=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** All 64-bit integers of the schema are 48-bit ids, times and counts, so a `number` represents them exactly. */
const TYPES = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

export function openConnection(url: string): Connection {
  const pool = new pg.Pool({
    options: PLANNER_OPTIONS,
    ...addressOf(url),
    max: POOL_SIZE,
    connectionTimeoutMillis: DEADLINE_MS,
    statement_timeout: DEADLINE_MS,
    query_timeout: DEADLINE_MS + 500,
    types: TYPES,
  })
  // The pool replaces idle connections that break. Without this listener, such an error would end the process.
  pool.on('error', () => {})
  const breaker = createCircuitBreaker(isUnavailable)
  const fullDisk = createFullDisk()
  const statistics: StoreStatistics = {
    calls: 0,
    statements: 0,
    unavailable: 0,
    statementSeconds: 0,
    get connections() {
      return pool.totalCount
    },
    get waiting() {
      return pool.waitingCount
    },
  }
  const names = new Map<string, string>()
  const pendingNotifications = new Set<string>()

  function nameOf(text: string): string {
    const known = names.get(text)
    if (known) return known
    const name = `s${names.size}`
    names.set(text, name)
    return name
  }

  async function run(text: string, values: readonly Parameter[]): Promise<readonly Row[]> {
    const config = {
      name: nameOf(text),
      text,
      values: values.map(toArrayLiteral),
      rowMode: 'array' as const,
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return (await pool.query<Value[]>(config)).rows
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !RETRYABLE_SQLSTATES.has(codeOf(error))) throw error
      }
    }
  }

  async function measure<T>(call: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    statistics.calls++
    statistics.statements++
    try {
      return await breaker.run(call)
    } catch (error) {
      if (error instanceof StoreUnavailableError) statistics.unavailable++
      fullDisk.report(error)
      throw error
    } finally {
      statistics.statementSeconds += (performance.now() - startedAt) / 1000
    }
  }

  return {
    statistics,
    checkDisk: fullDisk.check,
    query: (text, ...values) => measure(() => run(text, values)),
    transaction: (work) => breaker.run(() => runTransaction(url, work)),
    notify(channel) {
      if (pendingNotifications.has(channel)) return
      pendingNotifications.add(channel)
      setImmediate(() => {
        pendingNotifications.delete(channel)
        pool.query(`NOTIFY ${channel}`).catch(() => {})
      })
    },
    listen: (channel, onNotification) => listen(url, channel, onNotification),
    close: () => pool.end(),
  }
}

const PASSWORD_FILE_VARIABLE = 'ASSENT_DATABASE_PASSWORD_FILE'

/** Each connection reads the file of the password again, so that a new password needs no restart. @throws {Error} for a missing file */
function addressOf(url: string): pg.ClientConfig {
  const file = process.env[PASSWORD_FILE_VARIABLE]
  if (!file) return { connectionString: url }
  readPassword(file)
  return { ...parseIntoClientConfig(url), password: () => readPassword(file) }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new Error(
      `${PASSWORD_FILE_VARIABLE} names ${file}, which cannot be read (${codeOf(error)}). Mount the password there.`,
    )
  }
}

/** On a separate connection: a migration may take longer than the deadline of the pool, and a second node waits for it. */
async function runTransaction(url: string, work: (query: Query) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    ...addressOf(url),
    connectionTimeoutMillis: DEADLINE_MS,
    types: TYPES,
  })
  // A broken connection also rejects the current statement.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('BEGIN')
    await work(async (text, ...values) => {
      const query = { text, values: [...values], rowMode: 'array' as const }
      return (await client.query<Value[]>(query)).rows
    })
    await client.query('COMMIT')
  } finally {
    // Without a commit, the end of the connection rolls the transaction back.
    await client.end()
  }
}

/** Numbers need no quotes and escapes, which `pg` would add to each element. */
function toArrayLiteral(value: Parameter): Parameter {
  const isNumberArray = Array.isArray(value) && value.every((item) => typeof item === 'number')
  return isNumberArray ? `{${value.join(',')}}` : value
}

function listen(
  url: string,
  channel: string,
  onNotification: () => void,
): { stop(): Promise<void> } {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function scheduleReconnect(): void {
    client = undefined
    if (!isStopped) timer = setTimeout(connect, RECONNECT_DELAY_MS)
  }

  function connect(): void {
    const next = new pg.Client({ ...addressOf(url), keepAlive: true })
    client = next
    next.on('notification', onNotification)
    // An error is followed by the `end` event, which schedules a new connection.
    next.on('error', () => {})
    next.once('end', scheduleReconnect)
    next
      .connect()
      .then(() => next.query(`LISTEN ${channel}`))
      .then(onNotification, () => next.end().catch(() => {}))
  }

  connect()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}

/** SQLSTATE classes: connection, resources, operator intervention (also statement timeout and shutdown), system. */
const UNAVAILABLE_SQLSTATE_CLASSES = ['08', '53', '57', '58']
/** After a failover, the former primary is read-only. */
const READ_ONLY_SQLSTATE = '25006'

/** Whether the database has failed, and not the statement. An error without an SQLSTATE is an error of the connection. */
function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  return (
    !/^[0-9A-Z]{5}$/.test(code) ||
    code === READ_ONLY_SQLSTATE ||
    UNAVAILABLE_SQLSTATE_CLASSES.includes(code.slice(0, 2))
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
