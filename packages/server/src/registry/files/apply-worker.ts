/**
 * @module The script of the thread that applies assent.yaml. It sends one message: what the node keeps of the file, or why the file cannot be
 * applied.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from '../../config/load.ts'
import { keyFolderOf, openStore } from '../../config/store.ts'
import { ConfigError } from '../../config/yaml.ts'
import { openRecordKeys } from '../../crypto/keys/key-encryption-key.ts'
import { createRecordIntegrity } from '../../crypto/records/record-integrity.ts'
import { createPatientStore } from '../patient-store.ts'
import { applyConfig, ConfigConflictError } from './apply-config.ts'
import type { ApplyWorkerData, ApplyWorkerResult } from './apply-thread.ts'

const data = workerData as ApplyWorkerData

async function apply(): Promise<ApplyWorkerResult> {
  // The node itself reports records that are not genuine, when it looks them up.
  const integrity = createRecordIntegrity(openRecordKeys(keyFolderOf(data)), () => {})
  const store = await openStore(data, { integrity })
  try {
    return {
      applied: await applyConfig(
        createPatientStore(store),
        (former) => loadConfig(data.path, former),
        data.now,
      ),
    }
  } catch (error) {
    if (error instanceof ConfigError) return { issues: error.issues }
    if (error instanceof ConfigConflictError) return { conflict: error.message }
    throw error
  } finally {
    await store.close()
  }
}

parentPort?.postMessage(await apply())
