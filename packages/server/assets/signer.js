// @ts-check
// A thread that signs what it is sent, one after the other, each answered in its turn. A module of its own, because it is a thread's.
import { sign } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

const { key } = /** @type {{ key: import('node:crypto').KeyObject }} */ (workerData)

parentPort?.on('message', (/** @type {string} */ message) => {
  parentPort?.postMessage(sign('sha256', Buffer.from(message), key).toString('base64'))
})
