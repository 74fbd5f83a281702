/**
 * @module Checkpoints: signed heads of receipt chains. A rewritten chain does not match them, and an attacker with access to the
 * database cannot sign new ones (docs/consent.md#receipt-chain).
 */
import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { ChainHead } from '../engine/ports.ts'

const TYPE = 'assent-receipt-checkpoint+jwt'

/** Public keys by key id (`kid`). */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type WalletChainHead = ChainHead & { readonly walletId: string }

export type Checkpoint = WalletChainHead & {
  /** Epoch seconds. */
  readonly signedAt: number
}

/** @returns a JWS in compact serialization */
export type SignCheckpoint = (head: WalletChainHead) => Promise<string>

export function createCheckpointSigner(options: {
  readonly key: KeyObject
  readonly keyId: string
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): SignCheckpoint {
  const { key, keyId, issuer, clock } = options
  return ({ walletId, sequence, hash }) =>
    new SignJWT({ walletId, sequence, hash })
      .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: TYPE })
      .setIssuer(issuer)
      .setIssuedAt(clock())
      .sign(key)
}

/** @throws {Error} when the checkpoint was not signed with one of these keys */
export async function openCheckpoint(text: string, publicKeys: PublicKeys): Promise<Checkpoint> {
  const { kid = '' } = decodeProtectedHeader(text)
  const key = publicKeys.get(kid)
  if (!key) throw new Error(`there is no public key ${kid}`)
  await jwtVerify(text, key, { typ: TYPE, algorithms: ['ES256'] })
  const { walletId, sequence, hash, iat } = decodeJwt<WalletChainHead>(text)
  return { walletId, sequence, hash, signedAt: iat ?? 0 }
}
