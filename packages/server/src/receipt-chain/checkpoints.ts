/**
 * @module Signed heads of chains: what somebody who rewrites the database cannot make again (requirement R114).
 */
import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { ChainHead } from '../engine/ports/receipts.ts'

const TYPE = 'assent-audit-head+jwt'

/** Public keys by key id (`kid`). */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type Checkpoint = ChainHead & { readonly walletId: string; readonly at: number }

export function createCheckpointSigner(options: {
  readonly key: KeyObject
  readonly keyId: string
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): (head: ChainHead & { readonly walletId: string }) => Promise<string> {
  const { key, keyId, issuer, clock } = options
  return ({ walletId, sequence, hash }) =>
    new SignJWT({ walletId, sequence, hash })
      .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: TYPE })
      .setIssuer(issuer)
      .setIssuedAt(clock())
      .sign(key)
}

/** @throws {Error} when it was not signed with one of these keys */
export async function openCheckpoint(text: string, publicKeys: PublicKeys): Promise<Checkpoint> {
  const key = publicKeys.get(decodeProtectedHeader(text).kid ?? '')
  if (!key) throw new Error('a head of a chain names a key that is not there')
  await jwtVerify(text, key, { typ: TYPE, algorithms: ['ES256'] })
  const { walletId, sequence, hash, iat } = decodeJwt<Checkpoint>(text)
  return { walletId, sequence, hash, at: iat ?? 0 }
}
