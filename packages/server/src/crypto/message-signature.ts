/**
 * @module Keys, and SHA256withRSA over the raw bytes of a message (contract: openapi §1). Who signs is in `signing-threads.ts`.
 */
import { type KeyObject, verify } from 'node:crypto'

/** A key of the platform, a client or a wallet. */
export type VersionedKey = { readonly version: number; readonly key: KeyObject }

/** Some 25 µs: cheaper than a hop to another thread and back. */
export function verifyMessage(
  key: KeyObject,
  prefix: string,
  body: Buffer,
  base64: string,
): boolean {
  return verify(
    'sha256',
    Buffer.concat([Buffer.from(prefix), body]),
    key,
    Buffer.from(base64, 'base64'),
  )
}
