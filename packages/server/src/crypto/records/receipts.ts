/**
 * @module Signed consent receipts: JWS with ES256 ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515.html)). The user is named only in
 * a field that is encrypted with the user's own key. When that key is erased, the signature still verifies and the field cannot be
 * read (docs/consent.md#receipts).
 */
import {
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { SealedRecord } from '../../engine/receipt-records.ts'
import { type UserRef, userKey } from '../../engine/records.ts'
import type { ReceiptStore, Receipts } from '../../engine/store/receipts.ts'
import type { Installation } from '../installation.ts'
import type { AssertionKeys } from '../keys/key-ring.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const TYPE = 'assent-receipt+jwt'

export function createReceipts(options: {
  readonly store: Pick<ReceiptStore, 'findOrCreateUserKey'>
  readonly keys: Pick<AssertionKeys, 'current'>
  readonly userKeyEncryptionKey: Buffer
  readonly installation: Installation
}): Receipts {
  const { store, keys, userKeyEncryptionKey, installation } = options
  const { issuer: iss, environment } = installation
  return {
    async sign(record, user) {
      const newKey = encryptNewUserKey(userKeyEncryptionKey, user)
      const encryptedKey = await store.findOrCreateUserKey(user, newKey)
      const keyOfUser = decryptUserKey(userKeyEncryptionKey, encryptedKey, user)
      const principal = encrypt(keyOfUser, Buffer.from(userKey(user)), record.recordId)
      const { id: kid, key } = keys.current()
      const header = encode({ alg: 'ES256', kid, typ: TYPE })
      const body = encode({
        iss,
        environment,
        ...record,
        principal: principal.toString('base64url'),
      })
      const content = `${header}.${body}`
      const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
      return `${content}.${signature.toString('base64url')}`
    },
    read: readReceipt,
  }
}

/** @returns `undefined` when the receipt was not signed with this key */
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

/** Parses a receipt without verifying its signature. @throws {Error} when it is not one */
export function readReceipt(document: string): SealedRecord {
  const [, body = ''] = document.split('.')
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as SealedRecord
}

/**
 * Decrypts the user of a receipt, for auditors who have both keys.
 * @throws {Error} when the receipt is not about this user
 */
export function openPrincipal(
  { principal, recordId }: Pick<SealedRecord, 'principal' | 'recordId'>,
  userKeyEncryptionKey: Buffer,
  user: UserRef,
  encryptedKey: Uint8Array,
): string {
  const key = decryptUserKey(userKeyEncryptionKey, encryptedKey, user)
  return decrypt(key, Buffer.from(principal, 'base64url'), recordId).toString()
}

/** Whether a receipt is about this user. */
export function isAboutUser(
  userKeyEncryptionKey: Buffer,
  receipt: Pick<SealedRecord, 'principal' | 'recordId'>,
  user: UserRef,
  encryptedKey: Uint8Array,
): boolean {
  try {
    return openPrincipal(receipt, userKeyEncryptionKey, user, encryptedKey) === userKey(user)
  } catch {
    return false
  }
}

/** Whether an encrypted key is one of this user. */
export function isKeyOfUser(
  userKeyEncryptionKey: Buffer,
  user: UserRef,
  encryptedKey: Uint8Array,
): boolean {
  try {
    return decryptUserKey(userKeyEncryptionKey, encryptedKey, user).length === KEY_BYTES
  } catch {
    return false
  }
}

function encryptNewUserKey(userKeyEncryptionKey: Buffer, user: UserRef): Buffer {
  return encrypt(userKeyEncryptionKey, randomBytes(KEY_BYTES), userKeyContext(user))
}

/** @throws {Error} when the key of the user was encrypted with another key */
function decryptUserKey(
  userKeyEncryptionKey: Buffer,
  encryptedKey: Uint8Array,
  user: UserRef,
): Buffer {
  try {
    return decrypt(userKeyEncryptionKey, Buffer.from(encryptedKey), userKeyContext(user))
  } catch (cause) {
    throw new Error(
      'The key of the user was encrypted with another user-kek-1.key. Copy the same user-kek-1.key to every node.',
      { cause },
    )
  }
}

/** Additional authenticated data, which ties an encrypted key to its user. */
function userKeyContext(user: UserRef): string {
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
