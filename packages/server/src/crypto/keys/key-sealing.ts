/**
 * @module Seals the keys of the platform for the database: AES-256-GCM under a key that is derived from the key-encryption key. Kind, version
 * and time are authenticated, so a row that was edited cannot be opened.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyRecord } from '../../engine/store/platform-keys.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a {@link KeyRecord} says in the clear. */
export type KeyRecordHead = Omit<KeyRecord, 'sealed'>

/** Seals and opens the texts of keys. A key management service can take its place. */
export interface KeySealer {
  seal(head: KeyRecordHead, text: string): Buffer
  /** @returns `undefined` when the record was sealed with another key-encryption key, or was edited */
  open(record: KeyRecord): string | undefined
}

export function createKeySealer(keyEncryptionKey: Buffer): KeySealer {
  const key = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'assent platform-keys', 32))
  return {
    seal(head, text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(contextOf(head))
      return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
    },
    open(record) {
      const sealed = Buffer.from(record.sealed)
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(contextOf(record))
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return plain.toString()
    },
  }
}

function contextOf({ kind, version, activeFrom }: KeyRecordHead): Buffer {
  return Buffer.from(`platform-key|${kind}|${version}|${activeFrom ?? 'never'}`)
}
