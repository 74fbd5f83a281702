/**
 * @module Checkpoints: signed heads of receipt chains, and of the registry's change log. A rewritten chain does not match them, and an
 * attacker with access to the database cannot sign new ones (docs/consent.md#receipt-chain).
 */
import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { ChainHead } from '../engine/store/receipts.ts'

const TYPE = 'assent-receipt-checkpoint+jwt'

/** Public keys by key id (`kid`). */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type CheckpointContent = ChainHead & {
  /** Absent: the chain is the change log of the registry. */
  readonly walletId?: string
}

export type Checkpoint = CheckpointContent & {
  /** The environment whose server signed it, such as `production`. */
  readonly environment: string
  /** Epoch seconds. */
  readonly signedAt: number
}

/** @returns a JWS in compact serialization */
export type SignCheckpoint = (head: CheckpointContent) => Promise<string>

export function createCheckpointSigner(options: {
  /** The key that signs at present. */
  readonly signingKey: () => { readonly id: string; readonly key: KeyObject }
  readonly issuer: string
  readonly environment: string
  /** Epoch seconds. */
  readonly clock: () => number
}): SignCheckpoint {
  const { signingKey, issuer, environment, clock } = options
  return ({ walletId, sequence, hash }) => {
    const { id: kid, key } = signingKey()
    return new SignJWT({ environment, ...(walletId !== undefined && { walletId }), sequence, hash })
      .setProtectedHeader({ alg: 'ES256', kid, typ: TYPE })
      .setIssuer(issuer)
      .setIssuedAt(clock())
      .sign(key)
  }
}

/** @throws {Error} when the checkpoint was not signed with one of these keys */
export async function openCheckpoint(text: string, publicKeys: PublicKeys): Promise<Checkpoint> {
  const { kid = '' } = decodeProtectedHeader(text)
  const key = publicKeys.get(kid)
  if (!key) throw new Error(`there is no public key ${kid}`)
  await jwtVerify(text, key, { typ: TYPE, algorithms: ['ES256'] })
  const { environment, walletId, sequence, hash, iat } =
    decodeJwt<Omit<Checkpoint, 'signedAt'>>(text)
  return {
    environment,
    ...(walletId !== undefined && { walletId }),
    sequence,
    hash,
    signedAt: iat ?? 0,
  }
}
