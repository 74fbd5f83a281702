/**
 * @module The only importer of `libsql`. Its binding aborts the process on a boolean parameter and misreads a lone
 * Buffer, so only what is safe gets through: parameters are a list of numbers, texts, buffers and nulls.
 */
import Database from 'libsql'
import type { Row, Value } from '../row-mapping.ts'

export interface Statement {
  get(...parameters: readonly Value[]): Row | undefined
  all(...parameters: readonly Value[]): readonly Row[]
}

export interface Connection {
  prepare(sql: string): Statement
  exec(sql: string): void
  close(): void
}

/**
 * @param path a file, made when it is not there
 * @param synchronous `FULL`: a commit is on the disk when it returns. `NORMAL`: it is in the file, and a crash of this process loses
 * none, but the loss of power may
 */
export function openConnection(path: string, synchronous: 'FULL' | 'NORMAL' = 'FULL'): Connection {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('busy_timeout = 5000')
  // What is deleted is overwritten: an erased user is not in the free pages either.
  database.pragma('secure_delete = ON')
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      if (statement.reader) statement.raw(true)
      return {
        get(...parameters) {
          const rows = statement.reader
            ? statement.get(checked(parameters))
            : statement.run(checked(parameters))
          return statement.reader ? (rows as Row | undefined) : undefined
        },
        all: (...parameters) => statement.all(checked(parameters)) as unknown as readonly Row[],
      }
    },
    exec: (sql) => {
      database.exec(sql)
    },
    close: () => {
      database.close()
    },
  }
}

function checked(parameters: readonly Value[]): Value[] {
  for (const value of parameters) {
    const isSafe =
      value === null ||
      typeof value === 'string' ||
      Buffer.isBuffer(value) ||
      (typeof value === 'number' && Number.isFinite(value))
    if (!isSafe) throw new TypeError(`a ${typeof value} cannot be bound`)
  }
  return [...parameters]
}
