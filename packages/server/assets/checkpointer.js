// @ts-check
// A thread that moves what was committed from the write-ahead log into the database file: SQLite would do it in the thread that
// happens to commit, and everybody who is served there would wait for the disk. A module of its own, because it is a thread's.
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'libsql'

const EVERY_MILLISECONDS = 500

const { path } = /** @type {{ path: string }} */ (workerData)
const database = new Database(path)
database.pragma('synchronous = FULL')

const timer = setInterval(() => {
  // Passive: it waits for nobody, and nobody for it. What it could not move this time, it moves the next.
  database.pragma('wal_checkpoint(PASSIVE)')
}, EVERY_MILLISECONDS)

parentPort?.once('message', () => {
  clearInterval(timer)
  database.close()
  parentPort?.close()
})
