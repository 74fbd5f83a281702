/**
 * @module A store that is open.
 */
import type { Store } from '../engine/ports.ts'

export type OpenStore = Store & {
  /** Resolves when the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
