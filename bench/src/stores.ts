/**
 * @module The stores of the benchmarks with their baselines: the same insert as a redemption, without any code of Assent, at the same
 * durability.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import pg from 'pg'
import { startPostgres } from '../../tools/postgres.mjs'
import { type Baseline, perSecond } from './baselines.ts'

export type BenchStore = {
  readonly name: string
  /** The value of `store` in assent.yaml. */
  readonly url: string
  readonly baselines: readonly Baseline[]
  stop(): Promise<void>
}

const GROUP = 32

/** @throws {TypeError} for another name than `sqlite` and `postgres` */
export function openBenchStore(name: string): Promise<BenchStore> {
  if (name === 'sqlite') return openSqlite()
  if (name === 'postgres') return openPostgres()
  throw new TypeError(`--store must be sqlite or postgres, not ${name}.`)
}

let time = 0

/** Time-ordered, as authorization ids are. */
function nextId(): Buffer {
  const id = randomBytes(16)
  id.writeUInt32BE(time++)
  return id
}

async function openSqlite(): Promise<BenchStore> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-raw-'))
  const database = new Database(join(folder, 'raw.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE a (id BLOB PRIMARY KEY, n INTEGER) STRICT, WITHOUT ROWID')
  const insert = database.prepare('INSERT INTO a VALUES (?, 1) ON CONFLICT DO NOTHING RETURNING n')
  const commit = async (group: number): Promise<void> => {
    database.exec('BEGIN IMMEDIATE')
    for (let n = 0; n < group; n++) insert.get([nextId()])
    database.exec('COMMIT')
  }
  return {
    name: 'SQLite, WAL, synchronous=FULL',
    url: 'sqlite:data/assent.db',
    baselines: [
      { name: 'durable commits/s, one at a time', measure: () => perSecond(1, () => commit(1)) },
      {
        name: `durable inserts/s, grouped by ${GROUP}`,
        measure: async () => GROUP * (await perSecond(1, () => commit(GROUP))),
      },
    ],
    async stop() {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function openPostgres(): Promise<BenchStore> {
  const server = await startPostgres()
  const url = server.url('postgres')
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  await connect(pool)
  await pool.query('CREATE TABLE a (id bytea PRIMARY KEY, n integer)')
  const text =
    'INSERT INTO a SELECT id, 1 FROM unnest($1::bytea[]) id ON CONFLICT DO NOTHING RETURNING n'
  const commit = (group: number): Promise<unknown> =>
    pool.query({ name: 'insert', text, values: [Array.from({ length: group }, nextId)] })
  return {
    name: 'PostgreSQL on this machine, synchronous commit',
    url,
    baselines: [
      {
        name: `durable commits/s, ${GROUP} callers, one each`,
        measure: () => perSecond(GROUP, () => commit(1)),
      },
      {
        name: `durable inserts/s, batched by ${GROUP}`,
        measure: async () => GROUP * (await perSecond(4, () => commit(GROUP))),
      },
    ],
    async stop() {
      await pool.end()
      await server.stop()
    },
  }
}

/** Waits until the server accepts connections. */
export async function connect(pool: pg.Pool): Promise<void> {
  const until = Date.now() + 20_000
  for (;;) {
    try {
      await pool.query('SELECT 1')
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
