/**
 * @module Codes, access tokens and refresh tokens that carry their claims, so that no row is stored for them
 * (docs/decisions/0002-sealed-credentials.md). Lengths: code 63 characters (106 with a code challenge), access token 105, refresh
 * token 99. Credentials of OAuth clients also contain their binding and are longer.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type {
  AccessTokenClaims,
  AdminSignInClaims,
  AuthRequestClaims,
  ClientTokenClaims,
  CodeBinding,
  CodeClaims,
  Credentials,
  FormResponseClaims,
  PrivacySessionClaims,
  RefreshTokenClaims,
  RegistrationClaims,
  TokenBinding,
} from '../engine/ports/credentials.ts'
import { CODE_EPOCHS, issueTimeOf } from '../engine/records.ts'
import {
  decode,
  type EnvelopeFormat,
  encode,
  hourOf,
  NONCE_BYTES,
  open,
  readKeyId,
  seal,
  writeKeyId,
} from './credential-envelope.ts'
import { bindToInstallation, type Installation, type InstallationKeys } from './installation.ts'
import type { MasterKeys } from './keys/master-keys.ts'
import { randomBytes } from './random.ts'

const CODE: EnvelopeFormat = { prefix: 'ac', purpose: 'authorization-code', tagBytes: 14 }
const ACCESS_TOKEN: EnvelopeFormat = { prefix: 'at', purpose: 'access-token', tagBytes: 16 }
const AUTH_REQUEST: EnvelopeFormat = { prefix: 'pr', purpose: 'auth-request', tagBytes: 16 }
const TOKEN_ID: EnvelopeFormat = { prefix: 'ti', purpose: 'token-id', tagBytes: 16 }
const CLIENT_TOKEN: EnvelopeFormat = { prefix: 'ct', purpose: 'client-token', tagBytes: 16 }
const REGISTRATION: EnvelopeFormat = { prefix: 'ir', purpose: 'registration', tagBytes: 16 }
const PROOF_NONCE: EnvelopeFormat = { prefix: 'pn', purpose: 'proof-nonce', tagBytes: 16 }
const FORM_RESPONSE: EnvelopeFormat = { prefix: 'fr', purpose: 'form-response', tagBytes: 16 }
const PRIVACY_SESSION: EnvelopeFormat = { prefix: 'ps', purpose: 'page-session', tagBytes: 16 }
const ADMIN_SIGN_IN: EnvelopeFormat = { prefix: 'as', purpose: 'admin-sign-in', tagBytes: 16 }
const REFRESH_TOKEN_PREFIX = 'rt'

const CODE_BYTES = 15
const CODE_CHALLENGE_BYTES = 32
const ACCESS_TOKEN_BYTES = 44
const REFRESH_TOKEN_CLAIMS_BYTES = 40
const MAC_BYTES = 32
/** Access tokens are used many times and their claims never change, so opened tokens are cached. About 20 MB at most. */
const TOKEN_CACHE_SIZE = 50_000

/** A credential whose claims are sealed as JSON, because its length is not limited. */
type JsonCredential<T> = {
  readonly seal: (claims: T, now: number) => string
  readonly open: (text: string) => T | undefined
}

type TextEncoding = { write(text: string): Buffer; read(bytes: Buffer): string }

const PLAIN: TextEncoding = {
  write: (text) => Buffer.from(text),
  read: (bytes) => bytes.toString(),
}
/** For requests, which are parts of URLs and repeat the names of their members. */
const COMPRESSED: TextEncoding = {
  write: (text) => deflateRawSync(text),
  read: (bytes) => inflateRawSync(bytes).toString(),
}

/**
 * @param installation no other installation opens these credentials, even if it has the same master keys
 * @param random the source of nonces, which tests replace to get the same ones again
 */
export function createSealedCredentials(
  masterKeys: MasterKeys,
  installation: Installation,
  random: (size: number) => Buffer = randomBytes,
): Credentials {
  const keys = bindToInstallation(masterKeys, installation)
  const json = <T>(format: EnvelopeFormat, { write, read } = PLAIN): JsonCredential<T> => ({
    seal: (claims, now) =>
      seal(keys, format, random(NONCE_BYTES), write(JSON.stringify(claims)), now),
    open(text) {
      const opened = open(keys, format, text)
      return opened && (JSON.parse(read(opened.plain)) as T)
    },
  })
  const authRequests = json<AuthRequestClaims>(AUTH_REQUEST, COMPRESSED)
  const formResponses = json<FormResponseClaims>(FORM_RESPONSE)
  const privacySessions = json<PrivacySessionClaims>(PRIVACY_SESSION)
  const adminSignIns = json<AdminSignInClaims>(ADMIN_SIGN_IN)
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
      const plain = Buffer.alloc(4)
      plain.writeUInt32BE(now)
      return seal(keys, PROOF_NONCE, random(NONCE_BYTES), plain, now)
    },
    openProofNonce(nonce) {
      return open(keys, PROOF_NONCE, nonce)?.plain.readUInt32BE(0)
    },
    sealAuthRequest: authRequests.seal,
    openAuthRequest: authRequests.open,
    sealFormResponse: formResponses.seal,
    openFormResponse: formResponses.open,
    sealPrivacySession: privacySessions.seal,
    openPrivacySession: privacySessions.open,
    sealAdminSignIn: adminSignIns.seal,
    openAdminSignIn: adminSignIns.open,
  }
}

/**
 * Grant 6, epoch 3 (its low bytes: the grant has the others), scope set 4, second of the hour 2; then a code challenge 32, or the binding to an OAuth client as JSON, which is
 * longer.
 */
function writeCode(claims: Omit<CodeClaims, 'authorizationId'>): Buffer {
  const plain = Buffer.alloc(CODE_BYTES)
  plain.writeUIntBE(claims.grantId, 0, 6)
  plain.writeUIntBE(claims.epoch % CODE_EPOCHS, 6, 3)
  plain.writeUInt32BE(claims.scopeSet, 9)
  plain.writeUInt16BE(claims.issuedAt % 3600, 13)
  if (claims.binding) return Buffer.concat([plain, writeBinding(claims.binding)])
  if (claims.codeChallenge === undefined) return plain
  const challenge = Buffer.from(claims.codeChallenge, 'base64url')
  if (challenge.length !== CODE_CHALLENGE_BYTES)
    throw new TypeError('codeChallenge must be a SHA-256 in base64url.')
  return Buffer.concat([plain, challenge])
}

function readCode(plain: Buffer, nonce: Buffer, hourStart: number): CodeClaims {
  const hasChallenge = plain.length === CODE_BYTES + CODE_CHALLENGE_BYTES
  const issuedAt = hourStart + plain.readUInt16BE(13)
  return {
    authorizationId: authorizationId(issuedAt, nonce),
    grantId: plain.readUIntBE(0, 6),
    epoch: plain.readUIntBE(6, 3),
    scopeSet: plain.readUInt32BE(9),
    issuedAt,
    ...(hasChallenge
      ? { codeChallenge: plain.subarray(CODE_BYTES).toString('base64url') }
      : readBinding<CodeBinding>(plain.subarray(CODE_BYTES))),
  }
}

/** The issue time comes first, so that ids sort by time. The nonce makes the id unique to the code. */
function authorizationId(issuedAt: number, nonce: Buffer): string {
  const time = Buffer.alloc(4)
  time.writeUInt32BE(issuedAt)
  return Buffer.concat([time, nonce]).toString('hex')
}

/** The binding follows the members that every credential of the kind has. Credentials of merchants have none. */
function writeBinding(binding: TokenBinding | undefined): Buffer {
  return Buffer.from(binding ? JSON.stringify(binding) : '')
}

function readBinding<T extends TokenBinding>(bytes: Buffer): { readonly binding?: T } {
  return bytes.length > 0 ? { binding: JSON.parse(bytes.toString()) as T } : {}
}

/** Authorization 16, grant 6, epoch 6, client 4, scope set 4, issued at 4, expires at 4, binding. */
function writeAccessToken(claims: AccessTokenClaims): Buffer {
  const plain = Buffer.alloc(ACCESS_TOKEN_BYTES)
  plain.write(claims.authorizationId, 0, 16, 'hex')
  plain.writeUIntBE(claims.grantId, 16, 6)
  plain.writeUIntBE(claims.epoch, 22, 6)
  plain.writeUInt32BE(claims.clientNumber, 28)
  plain.writeUInt32BE(claims.scopeSet, 32)
  plain.writeUInt32BE(claims.issuedAt, 36)
  plain.writeUInt32BE(claims.expiresAt, 40)
  return Buffer.concat([plain, writeBinding(claims.binding)])
}

function readAccessToken(plain: Buffer): AccessTokenClaims {
  return {
    authorizationId: plain.toString('hex', 0, 16),
    grantId: plain.readUIntBE(16, 6),
    epoch: plain.readUIntBE(22, 6),
    clientNumber: plain.readUInt32BE(28),
    scopeSet: plain.readUInt32BE(32),
    issuedAt: plain.readUInt32BE(36),
    expiresAt: plain.readUInt32BE(40),
    ...readBinding(plain.subarray(ACCESS_TOKEN_BYTES)),
  }
}

/**
 * Key id 4 (the hour of the authorization, which all its refresh tokens share), authorization 16, grant 6, epoch 6, scope set 4,
 * generation 4, binding.
 */
function writeRefreshToken(claims: RefreshTokenClaims): Buffer {
  const body = Buffer.alloc(REFRESH_TOKEN_CLAIMS_BYTES)
  writeKeyId(claims.keyVersion, hourOf(issueTimeOf(claims.authorizationId))).copy(body)
  body.write(claims.authorizationId, 4, 16, 'hex')
  body.writeUIntBE(claims.grantId, 20, 6)
  body.writeUIntBE(claims.epoch, 26, 6)
  body.writeUInt32BE(claims.scopeSet, 32)
  body.writeUInt32BE(claims.generation, 36)
  return Buffer.concat([body, writeBinding(claims.binding)])
}

function readRefreshToken(body: Buffer): RefreshTokenClaims {
  return {
    keyVersion: readKeyId(body).version,
    authorizationId: body.toString('hex', 4, 20),
    grantId: body.readUIntBE(20, 6),
    epoch: body.readUIntBE(26, 6),
    scopeSet: body.readUInt32BE(32),
    generation: body.readUInt32BE(36),
    ...readBinding(body.subarray(REFRESH_TOKEN_CLAIMS_BYTES)),
  }
}

/** With an unknown key, the MAC is random and equals no other. */
function macOf(keys: InstallationKeys, body: Buffer): Buffer {
  const { version, hour } = readKeyId(body)
  const key = keys.derive(version, 'refresh-token', hour) ?? createSecretKey(randomBytes(MAC_BYTES))
  return createHmac('sha256', key).update(body).digest()
}
