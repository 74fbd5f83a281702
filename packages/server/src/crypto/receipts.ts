/**
 * @module Receipts as they leave: JWS (RFC 7515), ES256. Who the user is, is sealed under the user's own key: when that is
 * destroyed, the receipt still verifies and no longer says whose it was (requirements R086, R087, R115).
 */
import {
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { SealedRecord } from '../engine/consent/receipt.ts'
import type { ReceiptStore, Receipts } from '../engine/ports/receipts.ts'
import { type UserRef, userKey } from '../engine/records.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const TYPE = 'assent-receipt+jwt'

export function createReceipts(options: {
  readonly store: Pick<ReceiptStore, 'findOrCreateUserKey'>
  readonly key: KeyObject
  readonly keyId: string
  readonly vault: Buffer
  readonly issuer: string
}): Receipts {
  const { store, key, keyId, vault, issuer } = options
  const header = encode({ alg: 'ES256', kid: keyId, typ: TYPE })
  return {
    async sign(record, user) {
      const wrapped = await store.findOrCreateUserKey(user, wrapNewKey(vault, user))
      const userKeyBytes = unwrap(vault, wrapped, user)
      const principal = encrypt(userKeyBytes, Buffer.from(userKey(user)), record.recordId)
      const body = encode({ iss: issuer, ...record, principal: principal.toString('base64url') })
      const content = `${header}.${body}`
      const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
      return `${content}.${signature.toString('base64url')}`
    },
    read: readReceipt,
  }
}

/** @returns `undefined` when it was not signed with this key */
export function openReceipt(document: string, publicKey: KeyObject): SealedRecord | undefined {
  const [header = '', body = '', signature = ''] = document.split('.')
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${header}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  return isGenuine ? readReceipt(document) : undefined
}

function readReceipt(document: string): SealedRecord {
  const [, body = ''] = document.split('.')
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as SealedRecord
}

/** Whose receipt it is, for an auditor who has the vault and the user's key. @throws {Error} when it is not theirs */
export function openPrincipal(
  { principal, recordId }: SealedRecord,
  vault: Buffer,
  user: UserRef,
  wrapped: Uint8Array,
): string {
  const key = unwrap(vault, wrapped, user)
  return decrypt(key, Buffer.from(principal, 'base64url'), recordId).toString()
}

function wrapNewKey(vault: Buffer, user: UserRef): Buffer {
  return encrypt(vault, randomBytes(KEY_BYTES), wrapContext(user))
}

/** @throws {Error} when another vault has wrapped it */
function unwrap(vault: Buffer, wrapped: Uint8Array, user: UserRef): Buffer {
  try {
    return decrypt(vault, Buffer.from(wrapped), wrapContext(user))
  } catch (cause) {
    throw new Error('user-kek-1.key has not wrapped this key: every node needs the same file', {
      cause,
    })
  }
}

function wrapContext(user: UserRef): string {
  return `user-key|${userKey(user)}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([
    decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
    decipher.final(),
  ])
}
