/**
 * @module The only importer of `pg`: a bounded pool, prepared statements, a deadline for each, rows as lists of values.
 */
import pg from 'pg'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import type { Row, Value } from '../row-mapping.ts'
import type { StoreStatistics } from '../store-handle.ts'
import { createBreaker } from './circuit-breaker.ts'

export type Parameter = Value | boolean | readonly Value[]

/** Every method rejects with `StoreUnavailableError` when the database does not answer in time. */
export interface Connection {
  /** Runs one statement; the same text is prepared once per connection. */
  query(text: string, ...parameters: readonly Parameter[]): Promise<readonly Row[]>
  /** Runs statements in one transaction, without preparing them. For migrations. */
  transaction(
    work: (
      query: (text: string, ...parameters: readonly Parameter[]) => Promise<readonly Row[]>,
    ) => Promise<void>,
  ): Promise<void>
  /** Tells all who listen, after the turn. A hint: nobody waits for it, and it may be lost. */
  notify(channel: string): void
  /** Calls back on every hint, on a connection of its own that is opened again when it breaks. */
  listen(channel: string, heard: () => void): { stop(): Promise<void> }
  /** Counted here, and by who sends many calls in one statement. */
  readonly statistics: StoreStatistics
  close(): Promise<void>
}

const POOL_SIZE = 8
/** Requirement R099: no request waits longer than this for the database. */
const DEADLINE_MILLISECONDS = 3000
/** Two statements met over the same rows, and the server has undone this one: it can simply run again. */
const RETRYABLE_SQLSTATES = new Set(['40001', '40P01'])
const ATTEMPTS = 5
const LISTEN_AGAIN_MILLISECONDS = 1000

/**
 * Every hot statement finds its rows by their keys. Without these options, PostgreSQL plans a sequential scan or a hash join while a
 * table is small, and keeps that plan while the table grows, until autovacuum analyzes it. A statement that has to read a whole table
 * still can. Its estimated cost is then so high that PostgreSQL would compile it first, which takes 90 ms each time: hence no JIT.
 * `plan_cache_mode` is left at `auto`, which Citus needs.
 */
const BY_KEY = ['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'jit=off']
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** 64-bit integers here are ids of 48 bits, seconds and counts: all exact as numbers. */
const types = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

export function openConnection(url: string): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    options: BY_KEY,
    max: POOL_SIZE,
    connectionTimeoutMillis: DEADLINE_MILLISECONDS,
    statement_timeout: DEADLINE_MILLISECONDS,
    query_timeout: DEADLINE_MILLISECONDS + 500,
    types,
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const breaker = createBreaker(isUnavailable)
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
  const announced = new Set<string>()

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
        if (attempt === ATTEMPTS || !RETRYABLE_SQLSTATES.has(codeOf(error))) throw error
      }
    }
  }

  async function counted<T>(call: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    statistics.calls++
    statistics.statements++
    try {
      return await breaker.run(call)
    } catch (error) {
      if (error instanceof StoreUnavailableError) statistics.unavailable++
      throw error
    } finally {
      statistics.statementSeconds += (performance.now() - startedAt) / 1000
    }
  }

  return {
    statistics,
    query: (text, ...values) => counted(() => run(text, values)),
    transaction: (work) =>
      breaker.run(async () => {
        const client = await pool.connect()
        try {
          await client.query('BEGIN')
          await work(async (text, ...values) => {
            const result = await client.query<Value[]>({
              text,
              values: [...values],
              rowMode: 'array',
            })
            return result.rows
          })
          await client.query('COMMIT')
        } catch (error) {
          await client.query('ROLLBACK')
          throw error
        } finally {
          client.release()
        }
      }),
    notify(channel) {
      if (announced.has(channel)) return
      announced.add(channel)
      setImmediate(() => {
        announced.delete(channel)
        pool.query(`NOTIFY ${channel}`).catch(() => {})
      })
    },
    listen: (channel, heard) => listen(url, channel, heard),
    close: () => pool.end(),
  }
}

/** Of numbers, none of which needs the quotes and escapes that `pg` gives to each element. */
function toArrayLiteral(value: Parameter): Parameter {
  const isOfNumbers = Array.isArray(value) && value.every((one) => typeof one === 'number')
  return isOfNumbers ? `{${value.join(',')}}` : value
}

function listen(url: string, channel: string, heard: () => void): { stop(): Promise<void> } {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function again(): void {
    client = undefined
    if (!isStopped) timer = setTimeout(connect, LISTEN_AGAIN_MILLISECONDS)
  }

  function connect(): void {
    const next = new pg.Client({ connectionString: url, keepAlive: true })
    client = next
    next.on('notification', heard)
    // An error of an open connection is followed by its end.
    next.on('error', () => {})
    next.once('end', again)
    next
      .connect()
      .then(() => next.query(`LISTEN ${channel}`))
      .then(heard, () => next.end().catch(() => {}))
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

/** SQLSTATE classes: connection, resources, operator intervention (statement timeout and shutdown among it), system. */
const UNAVAILABLE_CLASSES = ['08', '53', '57', '58']
/** It was the primary a moment ago. */
const READ_ONLY = '25006'

/** Whether the database, and not the statement, is what failed. All that has no SQLSTATE is the connection's. */
function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  return (
    !/^[0-9A-Z]{5}$/.test(code) ||
    code === READ_ONLY ||
    UNAVAILABLE_CLASSES.includes(code.slice(0, 2))
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
