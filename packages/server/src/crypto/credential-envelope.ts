/**
 * @module The envelope of a sealed credential: `prefix_` + base64url of key id (4), nonce (12), ciphertext, AES-GCM tag. The key id is
 * the version of the master key (1) and the hour (3). It selects the derived key, so a changed key id fails the authentication.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { InstallationKeys } from './installation.ts'
import type { Purpose } from './keys/master-keys.ts'

export const NONCE_BYTES = 12
const KEY_ID_BYTES = 4
const SECONDS_PER_HOUR = 3600

export type EnvelopeFormat = {
  readonly prefix: string
  readonly purpose: Purpose
  /** AES-GCM tag: 14 bytes for codes, whose length is limited, otherwise 16. */
  readonly tagBytes: 14 | 16
}

export type OpenedEnvelope = {
  readonly nonce: Buffer
  readonly plain: Buffer
  /** Start of the hour in which it was sealed, in epoch seconds. */
  readonly hourStart: number
}

export function hourOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / SECONDS_PER_HOUR)
}

export function writeKeyId(version: number, hour: number): Buffer {
  const keyId = Buffer.alloc(KEY_ID_BYTES)
  keyId.writeUInt8(version, 0)
  keyId.writeUIntBE(hour, 1, 3)
  return keyId
}

export function readKeyId(bytes: Buffer): { readonly version: number; readonly hour: number } {
  return { version: bytes.readUInt8(0), hour: bytes.readUIntBE(1, 3) }
}

export function seal(
  keys: InstallationKeys,
  { prefix, purpose, tagBytes }: EnvelopeFormat,
  nonce: Buffer,
  plain: Buffer,
  now: number,
): string {
  const hour = hourOf(now)
  const key = keys.derive(keys.version, purpose, hour)
  if (!key) throw new Error(`The current master key ${keys.version} is missing.`)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  const sealed = cipher.update(plain)
  // GCM is a stream mode: update() returns all bytes, and final() only computes the tag.
  cipher.final()
  return encode(prefix, [writeKeyId(keys.version, hour), nonce, sealed, cipher.getAuthTag()])
}

/** @returns `undefined` when the text was not sealed with these keys, prefix and purpose */
export function open(
  keys: InstallationKeys,
  { prefix, purpose, tagBytes }: EnvelopeFormat,
  text: string,
): OpenedEnvelope | undefined {
  const bytes = decode(prefix, text)
  if (!bytes || bytes.length < KEY_ID_BYTES + NONCE_BYTES + tagBytes) return undefined
  const { version, hour } = readKeyId(bytes)
  const key = keys.derive(version, purpose, hour)
  if (!key) return undefined
  const nonce = bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const plain = decipher.update(bytes.subarray(KEY_ID_BYTES + NONCE_BYTES, -tagBytes))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return { nonce, plain, hourStart: hour * SECONDS_PER_HOUR }
}

export function encode(prefix: string, parts: readonly Buffer[]): string {
  return `${prefix}_${Buffer.concat(parts).toString('base64url')}`
}

/** Accepts the canonical encoding only. Otherwise two texts could be the same credential. */
export function decode(prefix: string, text: string): Buffer | undefined {
  if (!text.startsWith(`${prefix}_`)) return undefined
  const encoded = text.slice(prefix.length + 1)
  const bytes = Buffer.from(encoded, 'base64url')
  return bytes.toString('base64url') === encoded ? bytes : undefined
}
