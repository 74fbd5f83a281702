/**
 * @module The kinds of keys of the platform: what signs or seals with them, what they are, and how they are made.
 */
import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { TokenAlgorithm } from '../../engine/oauth/token-algorithms.ts'
import { generateRsaKeyPair, generateSymmetricKey, generateTokenKey } from './key-generation.ts'

/** In the order in which commands list them. */
export const KEY_KINDS = ['master', 'reply', 'assertion', 'token'] as const
/**
 * - `master` (32 bytes) seals codes, access tokens and other credentials.
 * - `reply` (RSA) signs replies, notifications and calls to the user directory.
 * - `assertion` (P-256) signs upstream assertions, receipts, checkpoints and Security Event Tokens.
 * - `token` (RSA, P-256 or Ed25519) signs the tokens of the OAuth endpoints, with a current key for each algorithm.
 */
export type KeyKind = (typeof KEY_KINDS)[number]

export const KEY_EXTENSIONS: Readonly<Record<KeyKind, 'key' | 'pem'>> = {
  master: 'key',
  reply: 'pem',
  assertion: 'pem',
  token: 'pem',
}

const SYMMETRIC_KEY_BYTES = 32
/** The version of a master key has one byte in a credential. */
const MAX_MASTER_VERSION = 255

const EXPECTED: Readonly<Record<KeyKind, string>> = {
  master: '32 bytes in base64url',
  reply: 'an RSA private key of at least 2048 bits in PEM',
  assertion: 'a P-256 private key in PEM',
  token: 'an RSA, P-256 or Ed25519 private key in PEM',
}

/** Why a text is not a key of a kind. The message is a predicate about the file. */
export class KeyTextError extends Error {
  override readonly name = 'KeyTextError'
  readonly reason: 'empty' | 'damaged' | 'wrong-kind'

  constructor(reason: KeyTextError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** @throws {KeyTextError} */
export function parseKey(kind: KeyKind, version: number, text: string): KeyObject {
  if (text.trim() === '') throw new KeyTextError('empty', 'is empty. Copy the whole file again.')
  const key = kind === 'master' ? parseSymmetricKey(text) : parsePrivateKey(text)
  const isAllowed = kind === 'master' ? version <= MAX_MASTER_VERSION : isOfKind(kind, key)
  if (!isAllowed)
    throw new KeyTextError(
      'wrong-kind',
      `is a key of another kind, but must be ${EXPECTED[kind]}. Replace it, or remove it.`,
    )
  return key
}

function parseSymmetricKey(text: string): KeyObject {
  const bytes = Buffer.from(text.trim(), 'base64url')
  if (text.includes('-----BEGIN'))
    throw new KeyTextError('wrong-kind', `must be ${EXPECTED.master}. Replace it, or remove it.`)
  if (bytes.length !== SYMMETRIC_KEY_BYTES) throw damaged()
  return createSecretKey(bytes)
}

function parsePrivateKey(text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch {
    // The message of OpenSSL would name neither the file nor a remedy.
    throw damaged()
  }
}

function damaged(): KeyTextError {
  return new KeyTextError(
    'damaged',
    'is damaged, or was copied in part. Copy the whole file again, or restore it from a backup.',
  )
}

const MIN_RSA_BITS = 2048

function isOfKind(kind: KeyKind, key: KeyObject): boolean {
  const algorithm = tokenAlgorithmOf(key)
  switch (kind) {
    case 'reply':
      return algorithm === 'RS256'
    case 'assertion':
      return algorithm === 'ES256'
    default:
      return algorithm !== undefined
  }
}

/** @returns `undefined` for a key of another type */
export function tokenAlgorithmOf({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): TokenAlgorithm | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS)
    return 'RS256'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  return undefined
}

/** A new key as the text of its file. @param algorithm of a token key */
export function generateKey(kind: KeyKind, algorithm: TokenAlgorithm): string {
  switch (kind) {
    case 'master':
      return generateSymmetricKey()
    case 'reply':
      return generateRsaKeyPair().privateKey
    case 'assertion':
      return generateTokenKey('ES256')
    case 'token':
      return generateTokenKey(algorithm)
  }
}
