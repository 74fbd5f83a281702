/**
 * @module The script of the thread that reads assent.yaml. It sends one message: the configuration, or the problems of the file.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from './load.ts'
import type { LoadWorkerData, LoadWorkerResult } from './load-thread.ts'
import { ConfigError } from './yaml.ts'

const { path, running } = workerData as LoadWorkerData

function load(): LoadWorkerResult {
  try {
    return { config: loadConfig(path, running) }
  } catch (error) {
    if (error instanceof ConfigError) return { issues: error.issues }
    throw error
  }
}

parentPort?.postMessage(load())
