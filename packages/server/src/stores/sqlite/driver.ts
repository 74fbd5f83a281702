/**
 * @module SQLite connections; the only importer of `libsql`. Its binding aborts the process on a boolean parameter and misreads a single
 * Buffer argument. Parameters are therefore passed as one list, and only numbers, strings, buffers and nulls are accepted.
 */
import { closeSync, existsSync, openSync } from 'node:fs'
import Database from 'libsql'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { DiskFullError } from '../full-disk.ts'
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
  const run = <T>(statement: () => T): T => runStatement(path, statement)
  const database = new Database(path)
  // First: another process may have the file locked while it opens or closes it.
  database.pragma('busy_timeout = 5000')
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  // Deleted rows are overwritten, so that the free pages contain no data of an erased user.
  database.pragma('secure_delete = ON')
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      if (statement.reader) statement.raw(true)
      return {
        get(...parameters) {
          const values = checkParameters(parameters)
          const rows = run(() => (statement.reader ? statement.get(values) : statement.run(values)))
          return statement.reader ? (rows as Row | undefined) : undefined
        },
        all(...parameters) {
          const values = checkParameters(parameters)
          return run(() => statement.all(values)) as unknown as readonly Row[]
        },
      }
    },
    exec: (sql) => {
      run(() => database.exec(sql))
    },
    close: () => {
      database.close()
    },
  }
}

/** The file or its disk has failed, and not the statement. */
const UNAVAILABLE_CODES = /^SQLITE_(BUSY|CANTOPEN|IOERR|LOCKED|READONLY)/

/** @throws {StoreUnavailableError} when the file cannot be read or written now */
function runStatement<T>(path: string, statement: () => T): T {
  try {
    return statement()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code.startsWith('SQLITE_FULL'))
      throw new DiskFullError(`The disk is full: ${path} cannot grow. Free space on it.`, { cause })
    if (UNAVAILABLE_CODES.test(code))
      throw new StoreUnavailableError(
        `${path} cannot be read or written (${code}). Check its disk, and which processes use it.`,
        { cause },
      )
    throw cause
  }
}

/**
 * SQLite would create it with the permissions of the process's umask. The files beside it get the permissions of this one. An
 * existing file is not opened: closing it would drop the locks that other connections of this process hold on it (fcntl).
 */
function createFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
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
