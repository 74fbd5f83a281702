/**
 * @module SHA256withRSA over the raw bytes of a message (contract: openapi §1). In libuv's thread pool: an RSA private
 * key operation is the dearest thing that this server does, and the event loop has other callers.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

const signAsync = promisify<string, Buffer, KeyObject, Buffer>(sign)

/** A key of the platform, a client or a wallet. */
export type VersionedKey = { readonly version: number; readonly key: KeyObject }

/** @returns base64 */
export async function signMessage(key: KeyObject, prefix: string, body: string): Promise<string> {
  const signature = await signAsync('sha256', Buffer.from(prefix + body), key)
  return signature.toString('base64')
}

/** Some 25 µs: cheaper than a hop to the thread pool and back. */
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
