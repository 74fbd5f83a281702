/**
 * @module Codes, access tokens and refresh tokens without a stored row (architecture: credentials are sealed). Lengths:
 * code 63 (106 when bound), access token 101, refresh token 95 characters.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type {
  AccessTokenClaims,
  AuthRequestClaims,
  CodeClaims,
  Credentials,
  PageSessionClaims,
  RefreshTokenClaims,
} from '../engine/ports.ts'
import { issueTimeOf } from '../engine/records.ts'
import type { MasterKeys } from './master-keys.ts'
import { randomBytes } from './random-bytes.ts'
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
} from './sealed-bytes.ts'

const CODE: Envelope = { prefix: 'ac', purpose: 'authorization-code', tagBytes: 14 }
const ACCESS_TOKEN: Envelope = { prefix: 'at', purpose: 'access-token', tagBytes: 16 }
const AUTH_REQUEST: Envelope = { prefix: 'pr', purpose: 'auth-request', tagBytes: 16 }
const PAGE_SESSION: Envelope = { prefix: 'ps', purpose: 'page-session', tagBytes: 16 }
const REFRESH_TOKEN_PREFIX = 'rt'

const CODE_BYTES = 15
const BINDING_BYTES = 32
const ACCESS_TOKEN_BYTES = 41
const REFRESH_TOKEN_CLAIMS_BYTES = 37
const MAC_BYTES = 32
/** An access token is used again and again, and its claims never change: opening it once is enough. Some 20 MB at most. */
const REMEMBERED_TOKENS = 50_000

/** @param random nonces; replaced only by tests that need the same ones again */
export function createCredentials(
  keys: MasterKeys,
  random: (size: number) => Buffer = randomBytes,
): Credentials {
  const openedTokens = new LRUCache<string, AccessTokenClaims>({ max: REMEMBERED_TOKENS })
  return {
    get keyVersion() {
      return keys.version
    },
    sealCode(claims) {
      return seal(keys, CODE, random(NONCE_BYTES), writeCode(claims), claims.issuedAt)
    },
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
      if (bytes?.length !== REFRESH_TOKEN_CLAIMS_BYTES + MAC_BYTES) return undefined
      const body = bytes.subarray(0, REFRESH_TOKEN_CLAIMS_BYTES)
      const isGenuine = timingSafeEqual(
        macOf(keys, body),
        bytes.subarray(REFRESH_TOKEN_CLAIMS_BYTES),
      )
      return isGenuine ? readRefreshToken(body) : undefined
    },
    sealAuthRequest(claims, now) {
      const plain = Buffer.from(JSON.stringify(claims))
      return seal(keys, AUTH_REQUEST, random(NONCE_BYTES), plain, now)
    },
    openAuthRequest(text) {
      const opened = open(keys, AUTH_REQUEST, text)
      return opened && (JSON.parse(opened.plain.toString()) as AuthRequestClaims)
    },
    sealPageSession(claims, now) {
      const plain = Buffer.from(JSON.stringify(claims))
      return seal(keys, PAGE_SESSION, random(NONCE_BYTES), plain, now)
    },
    openPageSession(text) {
      const opened = open(keys, PAGE_SESSION, text)
      return opened && (JSON.parse(opened.plain.toString()) as PageSessionClaims)
    },
  }
}

/** grant 6, epoch 3, scope set 4, second of the hour 2, and the binding of a bound code 32. */
function writeCode(claims: Omit<CodeClaims, 'authorizationId'>): Buffer {
  const plain = Buffer.alloc(CODE_BYTES)
  plain.writeUIntBE(claims.grantId, 0, 6)
  plain.writeUIntBE(claims.epoch, 6, 3)
  plain.writeUInt32BE(claims.scopeSet, 9)
  plain.writeUInt16BE(claims.issuedAt % 3600, 13)
  if (claims.binding === undefined) return plain
  const binding = Buffer.from(claims.binding, 'base64url')
  if (binding.length !== BINDING_BYTES) throw new TypeError('a binding is a SHA-256')
  return Buffer.concat([plain, binding])
}

function readCode(plain: Buffer, nonce: Buffer, hourStart: number): CodeClaims | undefined {
  const isBound = plain.length === CODE_BYTES + BINDING_BYTES
  if (plain.length !== CODE_BYTES && !isBound) return undefined
  const issuedAt = hourStart + plain.readUInt16BE(13)
  return {
    authorizationId: authorizationId(issuedAt, nonce),
    grantId: plain.readUIntBE(0, 6),
    epoch: plain.readUIntBE(6, 3),
    scopeSet: plain.readUInt32BE(9),
    issuedAt,
    ...(isBound && { binding: plain.subarray(CODE_BYTES).toString('base64url') }),
  }
}

/** The issue time first, so that ids sort by time; then the code's nonce, so that one code has one id. */
function authorizationId(issuedAt: number, nonce: Buffer): string {
  const time = Buffer.alloc(4)
  time.writeUInt32BE(issuedAt)
  return Buffer.concat([time, nonce]).toString('hex')
}

/** authorization 16, grant 6, epoch 3, client 4, scope set 4, issued at 4, expires at 4. */
function writeAccessToken(claims: AccessTokenClaims): Buffer {
  const plain = Buffer.alloc(ACCESS_TOKEN_BYTES)
  plain.write(claims.authorizationId, 0, 16, 'hex')
  plain.writeUIntBE(claims.grantId, 16, 6)
  plain.writeUIntBE(claims.epoch, 22, 3)
  plain.writeUInt32BE(claims.clientNumber, 25)
  plain.writeUInt32BE(claims.scopeSet, 29)
  plain.writeUInt32BE(claims.issuedAt, 33)
  plain.writeUInt32BE(claims.expiresAt, 37)
  return plain
}

function readAccessToken(plain: Buffer): AccessTokenClaims | undefined {
  if (plain.length !== ACCESS_TOKEN_BYTES) return undefined
  return {
    authorizationId: plain.toString('hex', 0, 16),
    grantId: plain.readUIntBE(16, 6),
    epoch: plain.readUIntBE(22, 3),
    clientNumber: plain.readUInt32BE(25),
    scopeSet: plain.readUInt32BE(29),
    issuedAt: plain.readUInt32BE(33),
    expiresAt: plain.readUInt32BE(37),
  }
}

/** key id 4 (hour of the authorization, the same for the whole chain), authorization 16, grant 6, epoch 3, scope set 4, generation 4. */
function writeRefreshToken(claims: RefreshTokenClaims): Buffer {
  const body = Buffer.alloc(REFRESH_TOKEN_CLAIMS_BYTES)
  writeKeyId(claims.keyVersion, hourOf(issueTimeOf(claims.authorizationId))).copy(body)
  body.write(claims.authorizationId, 4, 16, 'hex')
  body.writeUIntBE(claims.grantId, 20, 6)
  body.writeUIntBE(claims.epoch, 26, 3)
  body.writeUInt32BE(claims.scopeSet, 29)
  body.writeUInt32BE(claims.generation, 33)
  return body
}

function readRefreshToken(body: Buffer): RefreshTokenClaims {
  return {
    keyVersion: readKeyId(body).version,
    authorizationId: body.toString('hex', 4, 20),
    grantId: body.readUIntBE(20, 6),
    epoch: body.readUIntBE(26, 3),
    scopeSet: body.readUInt32BE(29),
    generation: body.readUInt32BE(33),
  }
}

/** An unknown key gives a MAC that nothing has. */
function macOf(keys: MasterKeys, body: Buffer): Buffer {
  const { version, hour } = readKeyId(body)
  const key = keys.derive(version, 'refresh-token', hour) ?? randomBytes(MAC_BYTES)
  return createHmac('sha256', key).update(body).digest()
}
