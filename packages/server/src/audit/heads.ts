/**
 * @module Signed heads of chains: what somebody who rewrites the database cannot make again (requirement R114).
 */
import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { ChainHead } from '../engine/ports.ts'
import type { PublicKeys } from '../signing/key-folder.ts'

const TYPE = 'assent-audit-head+jwt'

export type SignedHead = ChainHead & { readonly tenant: string; readonly at: number }

export function createHeadSigner(options: {
  readonly key: KeyObject
  readonly keyId: string
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): (head: ChainHead & { readonly tenant: string }) => Promise<string> {
  const { key, keyId, issuer, clock } = options
  return ({ tenant, sequence, hash }) =>
    new SignJWT({ tenant, sequence, hash })
      .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: TYPE })
      .setIssuer(issuer)
      .setIssuedAt(clock())
      .sign(key)
}

/** @throws {Error} when it was not signed with one of these keys */
export async function openHead(text: string, publicKeys: PublicKeys): Promise<SignedHead> {
  const key = publicKeys.get(decodeProtectedHeader(text).kid ?? '')
  if (!key) throw new Error('a head of a chain names a key that is not there')
  await jwtVerify(text, key, { typ: TYPE, algorithms: ['ES256'] })
  const { tenant, sequence, hash, iat } = decodeJwt<SignedHead>(text)
  return { tenant, sequence, hash, at: iat ?? 0 }
}
