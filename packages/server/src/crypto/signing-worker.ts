/**
 * @module The script of a signing thread. It signs the texts that it receives, in their order, with the last key that it received.
 */
import { type KeyObject, sign } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { SigningWorkerData } from './signing-worker-pool.ts'

let { key } = workerData as SigningWorkerData

parentPort?.on('message', (message: string | KeyObject) => {
  if (typeof message !== 'string') key = message
  else parentPort?.postMessage(sign('sha256', Buffer.from(message), key).toString('base64'))
})
