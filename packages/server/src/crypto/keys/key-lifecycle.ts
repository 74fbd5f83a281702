/**
 * @module The life of a key, the same for every kind: announced, current, retired, gone. The states follow from two facts that every node
 * reads from the database, the version and the instant from which it is used, and from the clock of the database. So nodes agree without
 * talking to each other (docs/decisions/0080-keys-are-in-the-database.md).
 */
import type { KeyObject } from 'node:crypto'

/**
 * `current` signs or seals. `announced` will do so from `activeFrom`; without that time it never does. `retired` did so before, and still
 * verifies or opens.
 */
export type KeyState = 'announced' | 'current' | 'retired'

export type LifecycleKey = {
  /** From 1. */
  readonly version: number
  readonly key: KeyObject
  /** Epoch seconds; 0 for a first key whose time is not known. `undefined`: published, and never used. */
  readonly activeFrom: number | undefined
}

export type KeyInState = {
  readonly version: number
  readonly key: KeyObject
  readonly state: KeyState
  /** Epoch seconds. Absent for a first key whose time is not known. */
  readonly activeFrom?: number
  /** When the next key took its place, in epoch seconds. */
  readonly retiredAt?: number
}

/** The latest version whose time has come. @param keys by ascending version. @param now epoch seconds */
export function currentKey<K extends LifecycleKey>(keys: readonly K[], now: number): K | undefined {
  return keys.findLast((one) => isActive(one, now))
}

/** Every key with its state at an instant, by ascending version. */
export function withStates(keys: readonly LifecycleKey[], now: number): readonly KeyInState[] {
  const current = currentKey(keys, now)
  return keys.map((one) => withState(one, keys, current?.version ?? 0, now))
}

function withState(
  { version, key, activeFrom }: LifecycleKey,
  keys: readonly LifecycleKey[],
  current: number,
  now: number,
): KeyInState {
  const from = activeFrom !== undefined && activeFrom > 0 && { activeFrom }
  if (version === current) return { version, key, state: 'current', ...from }
  if (version > current) return { version, key, state: 'announced', ...from }
  const retiredAt = Math.min(
    ...keys
      .filter((one) => one.version > version && isActive(one, now))
      .map((one) => one.activeFrom ?? now),
  )
  return { version, key, state: 'retired', ...from, retiredAt }
}

function isActive({ activeFrom }: LifecycleKey, now: number): boolean {
  return activeFrom !== undefined && activeFrom <= now
}
