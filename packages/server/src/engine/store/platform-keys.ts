/**
 * @module The port to the keys of the platform. They are in the store, so that every node has the same ones, and sealed, so that the store
 * alone cannot use them.
 */

export type KeyRecord = {
  /** `master`, `reply`, `assertion` or `token`. */
  readonly kind: string
  /** From 1, one after the other within a kind. */
  readonly version: number
  /** Epoch seconds. `undefined`: the key is published, and never used. */
  readonly activeFrom: number | undefined
  /** The key, sealed with the key-encryption key of the nodes. Empty: the key is gone, and its version is not used again. */
  readonly sealed: Uint8Array
}

export type KeyPage = {
  /** Every key, by kind and ascending version. */
  readonly records: readonly KeyRecord[]
  /** The store's clock when they were read, in epoch milliseconds. */
  readonly storeTime: number
}

export interface PlatformKeyStore {
  readPlatformKeys(): Promise<KeyPage>
  /** @returns false when the kind already has this version, which then stays as it is */
  addPlatformKey(record: KeyRecord): Promise<boolean>
  /** Sets the time of a key that has none. @returns false when there is no such key, or it has a time */
  activatePlatformKey(record: KeyRecord): Promise<boolean>
  /** Deletes the key and keeps its version, so that no node imports it again. @returns whether there was such a key */
  dropPlatformKey(kind: string, version: number): Promise<boolean>
}
