/**
 * @module Copies of deleted values in a database file. `secure_delete` overwrites a deleted row, but SQLite may have copied the row before,
 * when it split a page. Such a copy remains in the unused part of a page.
 * @see [SQLite: secure_delete](https://www.sqlite.org/pragma.html#pragma_secure_delete), [VACUUM](https://www.sqlite.org/lang_vacuum.html)
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { workerScript } from '../../package-root.ts'
import { openConnection } from './driver.ts'

const CHUNK_BYTES = 1 << 20

/**
 * Rebuilds the file if it contains the text. No connection of this process may be open: reading the file drops its locks (fcntl).
 * @throws {StoreUnavailableError} when other processes use the file for more than five seconds
 */
export function removeResidue(path: string, text: string): void {
  if (!containsText(path, text)) return
  const connection = openConnection(path)
  try {
    connection.exec('VACUUM')
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    connection.close()
  }
}

/**
 * Does the same in a process of its own, for a process that has connections.
 * @throws {Error} when the process fails: the file may still contain the text
 */
export async function removeResidueInProcess(path: string, text: string): Promise<void> {
  // The text is not an argument: other users of the machine see arguments.
  const child = fork(workerScript('stores/sqlite/residue-process'), [path], { execArgv: [] })
  child.send(text)
  const [code] = await once(child, 'exit')
  if (code !== 0)
    throw new Error(`The database file ${path} could not be rebuilt (exit code ${code}).`)
}

export function containsText(path: string, text: string): boolean {
  const wanted = Buffer.from(text)
  const overlap = wanted.length - 1
  const buffer = Buffer.alloc(overlap + CHUNK_BYTES)
  const file = openSync(path, 'r')
  try {
    for (let kept = 0; ; ) {
      const bytesRead = readSync(file, buffer, kept, CHUNK_BYTES, null)
      if (bytesRead === 0) return false
      const filled = kept + bytesRead
      if (buffer.subarray(0, filled).includes(wanted)) return true
      kept = Math.min(overlap, filled)
      buffer.copy(buffer, 0, filled - kept, filled)
    }
  } finally {
    closeSync(file)
  }
}
