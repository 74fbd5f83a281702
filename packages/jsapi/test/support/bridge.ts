/**
 * @module A bridge that records calls and settles each as the test decides.
 */
import type { Bridge } from '../../src/page/bridge.ts'

export type FakeBridge = Bridge & {
  readonly calls: { readonly method: string; readonly params: unknown }[]
  /** Runs the listeners of `whenReady`. */
  connect(): void
  changeGrant(): void
}

export function createBridge(outcome: () => Promise<unknown>): FakeBridge {
  const calls: { method: string; params: unknown }[] = []
  const readyListeners: (() => void)[] = []
  const grantListeners: (() => void)[] = []
  return {
    calls,
    call(method, params) {
      calls.push({ method, params })
      return outcome()
    },
    whenReady: (listener) => void readyListeners.push(listener),
    onGrantChanged: (listener) => void grantListeners.push(listener),
    connect() {
      for (const listener of readyListeners) listener()
    },
    changeGrant() {
      for (const listener of grantListeners) listener()
    },
  }
}
