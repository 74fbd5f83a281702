/**
 * @module The script of the checkpoint thread: moves committed pages from SQLite's write-ahead log into the database file.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openConnection } from './driver.ts'
import type { CheckpointWorkerData } from './wal-checkpoints.ts'

const CHECKPOINT_INTERVAL_MS = 500

const { path } = workerData as CheckpointWorkerData
const connection = openConnection(path)

const timer = setInterval(() => {
  // A passive checkpoint never blocks readers or writers. The next one moves the pages that this one had to leave.
  connection.exec('PRAGMA wal_checkpoint(PASSIVE)')
}, CHECKPOINT_INTERVAL_MS)

parentPort?.once('message', () => {
  clearInterval(timer)
  connection.close()
  parentPort?.close()
})
