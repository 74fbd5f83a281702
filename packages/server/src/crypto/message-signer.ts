/**
 * @module Signs with the reply key that is current at the time of each call.
 */
import type { MessageSigner } from '../engine/ports/message-signer.ts'
import type { ReplyKeys } from './keys/key-ring.ts'
import { createSigningWorkerPool } from './signing-worker-pool.ts'

export type RunningMessageSigner = MessageSigner & { stop(): Promise<void> }

/** @param clock epoch seconds */
export function createMessageSigner(keys: ReplyKeys, clock: () => number): RunningMessageSigner {
  let current = keys.current(clock())
  const pool = createSigningWorkerPool(current.key)

  function currentVersion(): number {
    const next = keys.current(clock())
    if (next.version !== current.version) {
      pool.use(next.key)
      current = next
    }
    return current.version
  }

  return {
    async sign(prefix, body) {
      const keyVersion = currentVersion()
      return { keyVersion, base64: await pool.sign(prefix, body) }
    },
    stop: () => pool.stop(),
  }
}
