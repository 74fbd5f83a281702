/**
 * @module The checkpoint thread. What it does to the files is tested with the store.
 */
import { dirname } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { startCheckpointWorker } from '../../../src/stores/sqlite/wal-checkpoints.ts'
import { temporaryFile } from '../temporary-file.ts'

describe(startCheckpointWorker, () => {
  it('reports a thread that cannot open the database, and can be stopped afterwards', async () => {
    const file = temporaryFile()
    const onFailure = vi.fn()
    const worker = startCheckpointWorker(dirname(file.path), onFailure)
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledOnce(), { timeout: 10_000 })
    await worker.stop()
    file.remove()
  })

  it('ends the thread when it is stopped, without a failure', async () => {
    const file = temporaryFile()
    const onFailure = vi.fn()
    await startCheckpointWorker(file.path, onFailure).stop()
    expect(onFailure).not.toHaveBeenCalled()
    file.remove()
  })
})
