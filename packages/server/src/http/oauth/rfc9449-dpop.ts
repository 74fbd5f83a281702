/**
 * @module DPoP proofs: the caller has the private key to which its tokens are bound. A proof is for one request and works once.
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */

import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { AssentError } from '../../engine/errors.ts'
import { weaknessOf } from '../../engine/key-strength.ts'
import { normalizeUri } from '../../engine/oauth/uri.ts'
import { onceRecord } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OnceRecord } from '../../engine/records.ts'
import type { PublicJwk } from '../../engine/registry.ts'
import { CLOCK_TOLERANCE_SECONDS } from './client-jwt.ts'
import { OAuthError } from './errors.ts'

export const DPOP_ALGORITHMS: string[] = ['ES256', 'EdDSA', 'Ed25519', 'PS256']
/** How long nonces and proofs are valid. */
const NONCE_SECONDS = 300
const MAX_PROOF_LENGTH = 4096
const MAX_ID_LENGTH = 256

export type DpopOptions = {
  readonly ports: Pick<Ports, 'store' | 'hasher' | 'credentials'>
  readonly issuer: string
  readonly clock: () => number
}

/** A valid proof. Anybody can make one, so it is recorded only when the caller has also proven a credential. */
export type DpopProof = {
  /** Thumbprint of the key. */
  readonly jkt: string
  /** The record that makes the proof single-use. */
  readonly once: OnceRecord
}

/**
 * Verifies the proof and records nothing: see {@link DpopProof}.
 * @param accessToken the token of the request, to which the proof must be bound (`ath`); absent at the token endpoint
 * @returns `undefined` if the request has no proof
 * @throws {OAuthError} `invalid_dpop_proof`; `use_dpop_nonce`, with a nonce in the reply
 */
export async function readDpopProof(
  options: DpopOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  accessToken?: string,
): Promise<DpopProof | undefined> {
  const { ports, issuer, clock } = options
  const proof = request.headers['dpop']
  if (proof === undefined) return undefined
  const now = clock()
  reply.header('dpop-nonce', ports.credentials.sealProofNonce(now))
  // Node joins several headers with commas, and the result is not a JWT.
  if (typeof proof !== 'string' || proof.length > MAX_PROOF_LENGTH)
    throw invalidProof(`Send one DPoP header of at most ${MAX_PROOF_LENGTH} characters.`)
  const { jkt, nonce, jti } = await verifyProof(proof, {
    htm: request.method,
    htu: issuer + (request.originalUrl.split('?', 1)[0] ?? ''),
    now,
    ...(accessToken !== undefined && { accessToken }),
  })
  const createdAt = nonce === undefined ? undefined : ports.credentials.openProofNonce(nonce)
  if (createdAt === undefined || now - createdAt > NONCE_SECONDS)
    throw new OAuthError(
      'use_dpop_nonce',
      'Create the DPoP proof with the nonce of the DPoP-Nonce header, and send the request again.',
    )
  return { jkt, once: onceRecord(ports, 'proof', `${jkt} ${jti}`, now + 2 * NONCE_SECONDS) }
}

type Expectations = {
  readonly htm: string
  readonly htu: string
  readonly now: number
  readonly accessToken?: string
}

/** The checks of RFC 9449 §4.3, in its order. */
async function verifyProof(
  proof: string,
  { htm, htu, now, accessToken }: Expectations,
): Promise<{ readonly jkt: string; readonly jti: string; readonly nonce: string | undefined }> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: DPOP_ALGORITHMS,
    typ: 'dpop+jwt',
    currentDate: new Date(now * 1000),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    maxTokenAge: NONCE_SECONDS,
  }).catch((cause: unknown) => {
    throw invalidProof(
      'It must be a dpop+jwt that was just signed with the key in its header.',
      cause,
    )
  })
  const { jti, nonce, ath } = payload
  if (Object.hasOwn(protectedHeader.jwk ?? {}, 'd'))
    throw invalidProof('The jwk header must contain the public key only.')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH)
    throw invalidProof(`jti must have 1 to ${MAX_ID_LENGTH} characters.`)
  if (payload['htm'] !== htm) throw invalidProof(`htm must be ${htm}.`)
  if (typeof payload['htu'] !== 'string' || !isSameTarget(payload['htu'], htu))
    throw invalidProof(`htu must be ${htu}.`)
  if (nonce !== undefined && typeof nonce !== 'string')
    throw invalidProof('nonce must be a string.')
  const isForToken = accessToken === undefined || ath === hash('sha256', accessToken, 'base64url')
  if (!isForToken) throw invalidProof('ath must be the hash of the access token.')
  const { jwk = {} } = decodeProtectedHeader(proof)
  const jkt = await calculateJwkThumbprint(jwk)
  requireStrongKey(jwk, jkt)
  return { jkt, jti, nonce }
}

/** Thumbprints of keys that were checked, because a key signs many proofs. */
const strongKeys = new LRUCache<string, true>({ max: 10_000 })

/** @throws {OAuthError} `invalid_dpop_proof` */
function requireStrongKey(jwk: PublicJwk, jkt: string): void {
  if (strongKeys.has(jkt)) return
  const weakness = weaknessOf(jwk)
  if (weakness !== undefined) throw invalidProof(`The key in the jwk header ${weakness}.`)
  strongKeys.set(jkt, true)
}

/** RFC 9449 §4.3: query and fragment are ignored, and equivalent spellings are equal. */
function isSameTarget(htu: string, target: string): boolean {
  const [withoutQuery = ''] = htu.split(/[?#]/, 1)
  const normalized = normalizeUri(withoutQuery)
  return normalized !== undefined && normalized === normalizeUri(target)
}

function invalidProof(problem: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_dpop_proof', `Invalid DPoP proof. ${problem}`, { cause })
}

/** An access token as it was presented. */
export type PresentedToken = {
  readonly accessToken: string
  /** The key of the DPoP proof, if there is one. */
  readonly jkt: string | undefined
  /** The record of the proof. To be written when the token has been verified (`requireFirst`). */
  readonly once: OnceRecord | undefined
}

/** The access token of a request, and the key of its DPoP proof if there is one. @throws {AssentError} `ACCESS_TOKEN_INVALID` */
export async function readAccessToken(
  options: DpopOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  tokenInBody?: string,
): Promise<PresentedToken> {
  const header = tokenInBody === undefined ? request.headers.authorization : `Bearer ${tokenInBody}`
  const [, scheme = '', accessToken = ''] = AUTHORIZATION.exec(header ?? '') ?? []
  if (accessToken === '') throw new AssentError('ACCESS_TOKEN_INVALID')
  const isDpop = scheme.toLowerCase() === 'dpop'
  const proof = await readDpopProof(options, request, reply, accessToken)
  if (isDpop !== (proof !== undefined)) throw new AssentError('ACCESS_TOKEN_INVALID')
  return { accessToken, jkt: proof?.jkt, once: proof?.once }
}

/** The authentication scheme of the request, which the challenge in the response repeats. */
export function schemeOf({ headers: { authorization = '' } }: FastifyRequest): 'DPoP' | 'Bearer' {
  return /^dpop /i.test(authorization) ? 'DPoP' : 'Bearer'
}

const AUTHORIZATION = /^(Bearer|DPoP) ([A-Za-z0-9_.-]{1,4096})$/i
