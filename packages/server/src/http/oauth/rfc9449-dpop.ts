/**
 * @module Proof of possession: the caller has the key that its tokens are bound to, for this request, now, and once.
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { CLOCK_TOLERANCE_SECONDS } from './client-jwt.ts'
import { OAuthError } from './errors.ts'

export const DPOP_ALGORITHMS: string[] = ['ES256', 'EdDSA', 'Ed25519', 'PS256']
/** A nonce of ours is good for so long, and so is a proof. */
const NONCE_SECONDS = 300
const MAX_PROOF_LENGTH = 4096
const MAX_ID_LENGTH = 256

export type DpopOptions = {
  readonly ports: Pick<Ports, 'store' | 'hasher' | 'credentials'>
  readonly issuer: string
  readonly clock: () => number
}

/**
 * @param accessToken which the proof has to be for; absent where none is sent
 * @returns the thumbprint of the key; `undefined` when no proof was sent
 * @throws {OAuthError} `invalid_dpop_proof`; `use_dpop_nonce`, and the reply then has the nonce
 */
export async function readDpopProof(
  options: DpopOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  accessToken?: string,
): Promise<string | undefined> {
  const { ports, issuer, clock } = options
  const proof = request.headers['dpop']
  if (proof === undefined) return undefined
  const now = clock()
  reply.header('dpop-nonce', ports.credentials.sealProofNonce(now))
  // Several are one text with commas in between, which is no JWT.
  if (typeof proof !== 'string' || proof.length > MAX_PROOF_LENGTH)
    throw invalidProof('There is one DPoP header, of at most 4096 characters.')
  const { jkt, nonce, jti } = await verifyProof(proof, {
    htm: request.method,
    htu: issuer + (request.originalUrl.split('?', 1)[0] ?? ''),
    now,
    ...(accessToken !== undefined && { accessToken }),
  })
  const madeAt = nonce === undefined ? undefined : ports.credentials.openProofNonce(nonce)
  if (madeAt === undefined || now - madeAt > NONCE_SECONDS)
    throw new OAuthError(
      'use_dpop_nonce',
      'Make the proof with the nonce of the DPoP-Nonce header, and send the request again.',
    )
  const name = ports.hasher.sha256(`proof ${jkt} ${jti}`)
  if (!(await ports.store.consumeOnce(name, now + 2 * NONCE_SECONDS)))
    throw invalidProof('This proof was used before: make a new one for each request.')
  return jkt
}

type Expected = {
  readonly htm: string
  readonly htu: string
  readonly now: number
  readonly accessToken?: string
}

/** RFC 9449 §4.3, in its order. */
async function verifyProof(
  proof: string,
  { htm, htu, now, accessToken }: Expected,
): Promise<{ readonly jkt: string; readonly jti: string; readonly nonce: string | undefined }> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: DPOP_ALGORITHMS,
    typ: 'dpop+jwt',
    currentDate: new Date(now * 1000),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    maxTokenAge: NONCE_SECONDS,
  }).catch((cause: unknown) => {
    throw invalidProof('It is no dpop+jwt that its own key has signed a moment ago.', cause)
  })
  const { jti, nonce, ath } = payload
  if (Object.hasOwn(protectedHeader.jwk ?? {}, 'd')) throw invalidProof('It holds a private key.')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH)
    throw invalidProof('jti is missing.')
  if (payload['htm'] !== htm) throw invalidProof(`htm is not ${htm}.`)
  if (typeof payload['htu'] !== 'string' || withoutQuery(payload['htu']) !== htu)
    throw invalidProof(`htu is not ${htu}.`)
  if (nonce !== undefined && typeof nonce !== 'string') throw invalidProof('nonce is no text.')
  const isForToken = accessToken === undefined || ath === hash('sha256', accessToken, 'base64url')
  if (!isForToken) throw invalidProof('ath is not the hash of the access token.')
  const jkt = await calculateJwkThumbprint(decodeProtectedHeader(proof).jwk ?? {})
  return { jkt, jti, nonce }
}

/** RFC 9449 §4.3: query and fragment do not count. */
function withoutQuery(uri: string): string {
  return uri.split(/[?#]/, 1)[0] ?? ''
}

function invalidProof(what: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_dpop_proof', `The DPoP proof is not right. ${what}`, { cause })
}

/** What comes with a call: a token, and the key that it is bound to when it is. @throws {AssentError} `ACCESS_TOKEN_INVALID` */
export async function readAccessToken(
  options: DpopOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly accessToken: string; readonly jkt: string | undefined }> {
  const [, scheme = '', accessToken = ''] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? []
  if (accessToken === '') throw new AssentError('ACCESS_TOKEN_INVALID')
  const isDpop = scheme.toLowerCase() === 'dpop'
  const jkt = await readDpopProof(options, request, reply, accessToken)
  if (isDpop !== (jkt !== undefined)) throw new AssentError('ACCESS_TOKEN_INVALID')
  return { accessToken, jkt }
}

/** The scheme that the caller has used, and is answered in. */
export function schemeOf({ headers: { authorization = '' } }: FastifyRequest): 'DPoP' | 'Bearer' {
  return /^dpop /i.test(authorization) ? 'DPoP' : 'Bearer'
}

const AUTHORIZATION = /^(Bearer|DPoP) ([A-Za-z0-9_.-]{1,4096})$/i
