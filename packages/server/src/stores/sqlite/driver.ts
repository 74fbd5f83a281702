/**
 * @module SQLite connections; the only importer of `libsql`. Its binding aborts the process on a boolean parameter and misreads a single
 * Buffer argument. Parameters are therefore passed as one list, and only numbers, strings, buffers and nulls are accepted.
 */
import { closeSync, openSync } from 'node:fs'
import Database from 'libsql'
import type { Row, Value } from '../row-mapping.ts'

export const IN_MEMORY = ':memory:'

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
 * @param path of the database file, which is created when it is missing
 * @param synchronous `FULL`: a commit is on the disk when it returns. `NORMAL`: a commit survives a crash of this process, but may not
 * survive a power failure
 */
export function openConnection(path: string, synchronous: 'FULL' | 'NORMAL' = 'FULL'): Connection {
  if (path !== IN_MEMORY) createFile(path)
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('busy_timeout = 5000')
  // Deleted rows are overwritten, so that the free pages contain no data of an erased user.
  database.pragma('secure_delete = ON')
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      if (statement.reader) statement.raw(true)
      return {
        get(...parameters) {
          const rows = statement.reader
            ? statement.get(checkParameters(parameters))
            : statement.run(checkParameters(parameters))
          return statement.reader ? (rows as Row | undefined) : undefined
        },
        all: (...parameters) =>
          statement.all(checkParameters(parameters)) as unknown as readonly Row[],
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

/** SQLite would create it with the permissions of the process's umask. The files beside it get the permissions of this one. */
function createFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
}

function checkParameters(parameters: readonly Value[]): Value[] {
  for (const value of parameters) {
    const isBindable =
      value === null ||
      typeof value === 'string' ||
      Buffer.isBuffer(value) ||
      (typeof value === 'number' && Number.isFinite(value))
    if (!isBindable)
      throw new TypeError(
        `A parameter of type ${typeof value} cannot be bound: use a finite number, a string, a Buffer or null.`,
      )
  }
  return [...parameters]
}
