/**
 * @module The script of a signing thread. It signs the messages that it receives, in their order.
 */
import { sign } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { SigningWorkerData } from './signing-worker-pool.ts'

const { key } = workerData as SigningWorkerData

parentPort?.on('message', (message: string) => {
  parentPort?.postMessage(sign('sha256', Buffer.from(message), key).toString('base64'))
})
