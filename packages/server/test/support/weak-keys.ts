/**
 * @module Public keys that no entrance accepts: anybody can compute their private key, or they can be written in a second way.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { PublicJwk } from '../../src/engine/registry.ts'

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  format: 'jwk',
}) as PublicJwk & { readonly n: string }

function changeModulus(change: (bytes: Buffer) => Buffer): string {
  return change(Buffer.from(KEY.n, 'base64url')).toString('base64url')
}

/** By what is wrong with them. */
export const WEAK_KEYS: Readonly<Record<string, PublicJwk>> = {
  'e = 1': { ...KEY, e: 'AQ' },
  'e = 3': { ...KEY, e: 'Aw' },
  'an even modulus': {
    ...KEY,
    n: changeModulus((bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(0xfe)])),
  },
  'a modulus after zeros': {
    ...KEY,
    n: changeModulus((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
  },
}
