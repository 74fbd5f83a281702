/**
 * @module Plain objects with event listeners, in place of windows and frames.
 */

export type Listener = (event: object) => void

export type FakeEventTarget = {
  addEventListener(type: string, listener: Listener): void
  removeEventListener(type: string, listener: Listener): void
  /** Calls the listeners of `type` with this event. */
  emit(type: string, event?: object): void
  listenerCount(type: string): number
}

export function createEventTarget(): FakeEventTarget {
  const listeners = new Map<string, Set<Listener>>()
  const listenersOf = (type: string): Set<Listener> => {
    const known = listeners.get(type) ?? new Set()
    listeners.set(type, known)
    return known
  }
  return {
    addEventListener: (type, listener) => void listenersOf(type).add(listener),
    removeEventListener: (type, listener) => void listenersOf(type).delete(listener),
    emit(type, event = {}) {
      for (const listener of [...listenersOf(type)]) listener(event)
    },
    listenerCount: (type) => listenersOf(type).size,
  }
}
