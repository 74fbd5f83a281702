/**
 * @module A store that is open.
 */
import type { Store } from '../engine/ports.ts'

export type OpenStore = Store & {
  /** Resolves when the store answers. */
  ping(): Promise<void>
  /** Calls back when another node may have written to the revocation log. A hint: it may be late, or never come. */
  watch(changed: () => void): { stop(): Promise<void> }
  close(): Promise<void>
}
