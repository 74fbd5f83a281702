/**
 * @module Verifies SHA256withRSA signatures over the raw bytes of a message (docs/merchant-api.md#signature-format).
 * `signing-worker-pool.ts` creates them.
 */
import { type KeyObject, verify } from 'node:crypto'

/** A key of the platform, a client or a wallet. */
export type VersionedKey = { readonly version: number; readonly key: KeyObject }

/** Takes about 25 µs, which is less than passing the message to another thread. */
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
