/**
 * @module Reads the keys of the platform from the database, and opens those that are new. A key that cannot be opened stays as it was known.
 */
import type { KeyRecord, PlatformKeyStore } from '../../engine/store/platform-keys.ts'
import { KeyFileError } from './key-files.ts'
import { KEY_KINDS, type KeyKind, parseKey } from './key-kinds.ts'
import type { LifecycleKey } from './key-lifecycle.ts'
import type { KeysByKind } from './key-ring.ts'
import type { KeySealer } from './key-sealing.ts'

export type ReadKeys = {
  readonly keys: KeysByKind
  /** The versions that are in use or were deleted. */
  readonly takenVersions: Readonly<Record<KeyKind, readonly number[]>>
  /** Keys of the database that cannot be opened. */
  readonly problems: readonly KeyFileError[]
  /** The store's clock, in epoch seconds. */
  readonly storeTime: number
}

export interface KeyRecordReader {
  read(): Promise<ReadKeys>
}

type KnownKey = LifecycleKey & { readonly kind: KeyKind; readonly sealed: Buffer }

export function createKeyRecordReader(
  store: Pick<PlatformKeyStore, 'readPlatformKeys'>,
  sealer: KeySealer,
): KeyRecordReader {
  let known: ReadonlyMap<string, KnownKey> = new Map()
  return {
    async read() {
      const { records, storeTime } = await store.readPlatformKeys()
      const next = new Map<string, KnownKey>()
      const problems: KeyFileError[] = []
      for (const record of records) {
        const id = `${record.kind}-${record.version}`
        if (record.sealed.length === 0) continue
        const earlier = known.get(id)
        const key = earlier?.sealed.equals(record.sealed) ? earlier : openRecord(record, sealer)
        if (!key) problems.push(unopened(id))
        const kept = key ?? earlier
        if (kept) next.set(id, kept)
      }
      known = next
      const keys = groupByKind([...next.values()])
      return {
        keys,
        takenVersions: versionsOf(records),
        problems,
        storeTime: Math.floor(storeTime / 1000),
      }
    },
  }
}

export function groupByKind(
  keys: readonly (LifecycleKey & { readonly kind: KeyKind })[],
): KeysByKind {
  const of = (kind: KeyKind): readonly LifecycleKey[] => keys.filter((one) => one.kind === kind)
  return {
    master: of('master'),
    reply: of('reply'),
    assertion: of('assertion'),
    token: of('token'),
  }
}

function versionsOf(records: readonly KeyRecord[]): ReadKeys['takenVersions'] {
  const of = (kind: KeyKind): readonly number[] =>
    records.filter((one) => one.kind === kind).map(({ version }) => version)
  return {
    master: of('master'),
    reply: of('reply'),
    assertion: of('assertion'),
    token: of('token'),
  }
}

function openRecord(record: KeyRecord, sealer: KeySealer): KnownKey | undefined {
  const kind = KEY_KINDS.find((one) => one === record.kind)
  const text = sealer.open(record)
  if (!kind || text === undefined) return undefined
  const { version, activeFrom } = record
  const key = parseKey(kind, version, text)
  return { kind, version, key, activeFrom, sealed: Buffer.from(record.sealed) }
}

function unopened(id: string): KeyFileError {
  return new KeyFileError(
    `Key ${id} of the database`,
    'sealed-otherwise',
    'cannot be opened: it was edited, or sealed with another key-encryption key. Give this node the user-kek-1.key of the other nodes, or restore the table platform_keys.',
  )
}
