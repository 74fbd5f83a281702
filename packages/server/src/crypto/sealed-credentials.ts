/**
 * @module Codes, access tokens and refresh tokens without a stored row (architecture: credentials are sealed). Lengths:
 * code 63 (106 when bound), access token 101, refresh token 95 characters; those of OAuth clients have their terms inside and are longer.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type {
  AccessTokenClaims,
  AuthRequestClaims,
  ClientTokenClaims,
  CodeBinding,
  CodeClaims,
  Credentials,
  PrivacySessionClaims,
  RefreshTokenClaims,
  RegistrationClaims,
  TokenBinding,
} from '../engine/ports.ts'
import { issueTimeOf } from '../engine/records.ts'
import {
  decode,
  type Envelope,
  encode,
  hourOf,
  NONCE_BYTES,
  open,
  readKeyId,
  seal,
  writeKeyId,
  zeroedBuffer,
} from './credential-envelope.ts'
import type { MasterKeys } from './keys/master-keys.ts'
import { randomBytes } from './random-bytes.ts'

const CODE: Envelope = { prefix: 'ac', purpose: 'authorization-code', tagBytes: 14 }
const ACCESS_TOKEN: Envelope = { prefix: 'at', purpose: 'access-token', tagBytes: 16 }
const AUTH_REQUEST: Envelope = { prefix: 'pr', purpose: 'auth-request', tagBytes: 16 }
const TOKEN_ID: Envelope = { prefix: 'ti', purpose: 'token-id', tagBytes: 16 }
const CLIENT_TOKEN: Envelope = { prefix: 'ct', purpose: 'client-token', tagBytes: 16 }
const REGISTRATION: Envelope = { prefix: 'ir', purpose: 'registration', tagBytes: 16 }
const PROOF_NONCE: Envelope = { prefix: 'pn', purpose: 'proof-nonce', tagBytes: 16 }
const PAGE_SESSION: Envelope = { prefix: 'ps', purpose: 'page-session', tagBytes: 16 }
const REFRESH_TOKEN_PREFIX = 'rt'

const CODE_BYTES = 15
const BINDING_BYTES = 32
const ACCESS_TOKEN_BYTES = 41
const REFRESH_TOKEN_CLAIMS_BYTES = 37
const MAC_BYTES = 32
/** An access token is used again and again, and its claims never change: opening it once is enough. Some 20 MB at most. */
const TOKEN_CACHE_SIZE = 50_000

/** What is not so small that each byte counts. */
type JsonSealing<T> = {
  readonly seal: (claims: T, now: number) => string
  readonly open: (text: string) => T | undefined
}

/** @param random nonces; replaced only by tests that need the same ones again */
export function createSealedCredentials(
  keys: MasterKeys,
  random: (size: number) => Buffer = randomBytes,
): Credentials {
  const json = <T>(envelope: Envelope): JsonSealing<T> => ({
    seal: (claims, now) =>
      seal(keys, envelope, random(NONCE_BYTES), Buffer.from(JSON.stringify(claims)), now),
    open(text) {
      const opened = open(keys, envelope, text)
      return opened && (JSON.parse(opened.plain.toString()) as T)
    },
  })
  const authRequests = json<AuthRequestClaims>(AUTH_REQUEST)
  const pageSessions = json<PrivacySessionClaims>(PAGE_SESSION)
  const clientTokens = json<ClientTokenClaims>(CLIENT_TOKEN)
  const registrationTokens = json<RegistrationClaims>(REGISTRATION)
  const openedTokens = new LRUCache<string, AccessTokenClaims>({ max: TOKEN_CACHE_SIZE })
  return {
    get keyVersion() {
      return keys.version
    },
    sealCode: (claims) => seal(keys, CODE, random(NONCE_BYTES), writeCode(claims), claims.issuedAt),
    openCode(code) {
      const opened = open(keys, CODE, code)
      return opened && readCode(opened.plain, opened.nonce, opened.hourStart)
    },
    sealAccessToken(claims) {
      const plain = writeAccessToken(claims)
      return seal(keys, ACCESS_TOKEN, random(NONCE_BYTES), plain, claims.issuedAt)
    },
    openAccessToken(token) {
      const known = openedTokens.get(token)
      if (known) return known
      const opened = open(keys, ACCESS_TOKEN, token)
      const claims = opened && readAccessToken(opened.plain)
      if (claims) openedTokens.set(token, claims)
      return claims
    },
    makeRefreshToken(claims) {
      const body = writeRefreshToken(claims)
      return encode(REFRESH_TOKEN_PREFIX, [body, macOf(keys, body)])
    },
    openRefreshToken(token) {
      const bytes = decode(REFRESH_TOKEN_PREFIX, token)
      if (!bytes || bytes.length < REFRESH_TOKEN_CLAIMS_BYTES + MAC_BYTES) return undefined
      const body = bytes.subarray(0, -MAC_BYTES)
      const isGenuine = timingSafeEqual(macOf(keys, body), bytes.subarray(-MAC_BYTES))
      return isGenuine ? readRefreshToken(body) : undefined
    },
    sealTokenId(claims) {
      const plain = writeAccessToken(claims)
      return seal(keys, TOKEN_ID, random(NONCE_BYTES), plain, claims.issuedAt)
    },
    openTokenId(id) {
      const opened = open(keys, TOKEN_ID, id)
      return opened && readAccessToken(opened.plain)
    },
    sealClientToken: (claims) => clientTokens.seal(claims, claims.issuedAt),
    openClientToken: clientTokens.open,
    sealRegistrationToken: registrationTokens.seal,
    openRegistrationToken: registrationTokens.open,
    sealProofNonce(now) {
      const plain = zeroedBuffer(4)
      plain.writeUInt32BE(now)
      return seal(keys, PROOF_NONCE, random(NONCE_BYTES), plain, now)
    },
    openProofNonce(nonce) {
      return open(keys, PROOF_NONCE, nonce)?.plain.readUInt32BE(0)
    },
    sealAuthRequest: authRequests.seal,
    openAuthRequest: authRequests.open,
    sealPrivacySession: pageSessions.seal,
    openPrivacySession: pageSessions.open,
  }
}

/** grant 6, epoch 3, scope set 4, second of the hour 2; then the binding of a bound code 32, or the terms of an OAuth client's as JSON, which is longer. */
function writeCode(claims: Omit<CodeClaims, 'authorizationId'>): Buffer {
  const plain = zeroedBuffer(CODE_BYTES)
  plain.writeUIntBE(claims.grantId, 0, 6)
  plain.writeUIntBE(claims.epoch, 6, 3)
  plain.writeUInt32BE(claims.scopeSet, 9)
  plain.writeUInt16BE(claims.issuedAt % 3600, 13)
  if (claims.binding) return Buffer.concat([plain, writeBinding(claims.binding)])
  if (claims.codeChallenge === undefined) return plain
  const binding = Buffer.from(claims.codeChallenge, 'base64url')
  if (binding.length !== BINDING_BYTES) throw new TypeError('a binding is a SHA-256')
  return Buffer.concat([plain, binding])
}

function readCode(plain: Buffer, nonce: Buffer, hourStart: number): CodeClaims {
  const isBound = plain.length === CODE_BYTES + BINDING_BYTES
  const issuedAt = hourStart + plain.readUInt16BE(13)
  return {
    authorizationId: authorizationId(issuedAt, nonce),
    grantId: plain.readUIntBE(0, 6),
    epoch: plain.readUIntBE(6, 3),
    scopeSet: plain.readUInt32BE(9),
    issuedAt,
    ...(isBound
      ? { codeChallenge: plain.subarray(CODE_BYTES).toString('base64url') }
      : readBinding<CodeBinding>(plain.subarray(CODE_BYTES))),
  }
}

/** The issue time first, so that ids sort by time; then the code's nonce, so that one code has one id. */
function authorizationId(issuedAt: number, nonce: Buffer): string {
  const time = zeroedBuffer(4)
  time.writeUInt32BE(issuedAt)
  return Buffer.concat([time, nonce]).toString('hex')
}

/** The terms of an OAuth client, after what every credential of the kind has. None: no bytes. */
function writeBinding(binding: TokenBinding | undefined): Buffer {
  return Buffer.from(binding ? JSON.stringify(binding) : '')
}

function readBinding<T extends TokenBinding>(bytes: Buffer): { readonly binding?: T } {
  return bytes.length > 0 ? { binding: JSON.parse(bytes.toString()) as T } : {}
}

/** authorization 16, grant 6, epoch 3, client 4, scope set 4, issued at 4, expires at 4, terms. */
function writeAccessToken(claims: AccessTokenClaims): Buffer {
  const plain = zeroedBuffer(ACCESS_TOKEN_BYTES)
  plain.write(claims.authorizationId, 0, 16, 'hex')
  plain.writeUIntBE(claims.grantId, 16, 6)
  plain.writeUIntBE(claims.epoch, 22, 3)
  plain.writeUInt32BE(claims.clientNumber, 25)
  plain.writeUInt32BE(claims.scopeSet, 29)
  plain.writeUInt32BE(claims.issuedAt, 33)
  plain.writeUInt32BE(claims.expiresAt, 37)
  return Buffer.concat([plain, writeBinding(claims.binding)])
}

function readAccessToken(plain: Buffer): AccessTokenClaims {
  return {
    authorizationId: plain.toString('hex', 0, 16),
    grantId: plain.readUIntBE(16, 6),
    epoch: plain.readUIntBE(22, 3),
    clientNumber: plain.readUInt32BE(25),
    scopeSet: plain.readUInt32BE(29),
    issuedAt: plain.readUInt32BE(33),
    expiresAt: plain.readUInt32BE(37),
    ...readBinding(plain.subarray(ACCESS_TOKEN_BYTES)),
  }
}

/** key id 4 (hour of the authorization, the same for the whole chain), authorization 16, grant 6, epoch 3, scope set 4, generation 4, terms. */
function writeRefreshToken(claims: RefreshTokenClaims): Buffer {
  const body = zeroedBuffer(REFRESH_TOKEN_CLAIMS_BYTES)
  writeKeyId(claims.keyVersion, hourOf(issueTimeOf(claims.authorizationId))).copy(body)
  body.write(claims.authorizationId, 4, 16, 'hex')
  body.writeUIntBE(claims.grantId, 20, 6)
  body.writeUIntBE(claims.epoch, 26, 3)
  body.writeUInt32BE(claims.scopeSet, 29)
  body.writeUInt32BE(claims.generation, 33)
  return Buffer.concat([body, writeBinding(claims.binding)])
}

function readRefreshToken(body: Buffer): RefreshTokenClaims {
  return {
    keyVersion: readKeyId(body).version,
    authorizationId: body.toString('hex', 4, 20),
    grantId: body.readUIntBE(20, 6),
    epoch: body.readUIntBE(26, 3),
    scopeSet: body.readUInt32BE(29),
    generation: body.readUInt32BE(33),
    ...readBinding(body.subarray(REFRESH_TOKEN_CLAIMS_BYTES)),
  }
}

/** An unknown key gives a MAC that nothing has. */
function macOf(keys: MasterKeys, body: Buffer): Buffer {
  const { version, hour } = readKeyId(body)
  const key = keys.derive(version, 'refresh-token', hour) ?? createSecretKey(randomBytes(MAC_BYTES))
  return createHmac('sha256', key).update(body).digest()
}
