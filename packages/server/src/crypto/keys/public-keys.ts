/**
 * @module Reads public RSA keys from the configuration as tools write them: the path of a file, or the content of one. Files may be
 * PEM (X.509 or PKCS#1, in any layout), base64, DER, or a certificate.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { KEY_PROBLEMS, type KeyProblem, MIN_RSA_BITS, readKeyText } from '@assent/protocol'
import { weaknessOf } from '../../engine/key-strength.ts'
import type { PublicJwk } from '../../engine/registry.ts'

/** Longer texts are not paths. */
const MAX_PATH_CHARACTERS = 1024
const MAX_KEY_FILE_BYTES = 64 * 1024

/**
 * @param text the content of a key file, or its path
 * @param folder the folder in which relative paths start
 * @throws {Error} whose message is a predicate about the key: what it is, and what to do
 */
export function readPublicKey(text: string, folder: string): KeyObject {
  const content = readFile(text.trim(), folder) ?? text
  const found = findContents(content)
  if (found === 'FILE_PATH')
    throw new Error(
      `is the path of a file that does not exist: ${resolve(folder, text.trim())}. Relative paths start in the folder of assent.yaml.`,
    )
  const key = typeof found === 'string' ? found : choosePublicKey(found)
  const problem = typeof key === 'string' ? key : findProblem(key)
  if (problem !== undefined) throw new Error(KEY_PROBLEMS[problem])
  return requireStrong(key as KeyObject)
}

/** @throws {Error} when anybody can compute the private key */
function requireStrong(key: KeyObject): KeyObject {
  const weakness = weaknessOf(key.export({ format: 'jwk' }) as PublicJwk)
  if (weakness === undefined) return key
  throw new Error(`${weakness}. Create a new key pair with assent keys generate.`)
}

/** @returns `undefined` when the text is not the path of a file */
function readFile(text: string, folder: string): Buffer | undefined {
  if (text === '' || text.length > MAX_PATH_CHARACTERS || text.includes('-----BEGIN'))
    return undefined
  const path = resolve(folder, text)
  try {
    const { size } = statSync(path)
    if (size > MAX_KEY_FILE_BYTES) throw new Error(`is too large a file for a public key: ${path}`)
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'EISDIR') throw new Error(`is the path of a folder: ${path}. Name a file in it.`)
    if (code === 'EACCES' || code === 'EPERM')
      throw new Error(
        `is the path of a file that cannot be read: ${resolve(folder, text)}. Check its permissions.`,
      )
    return undefined
  }
}

/** What a block of a file contains: a key, or a reason why it has none. */
type Content =
  | { readonly kind: 'private' | 'public' | 'certificate'; readonly key: KeyObject }
  | { readonly kind: 'none'; readonly problem: KeyProblem }

function choosePublicKey(found: readonly Content[]): KeyObject | KeyProblem {
  const keysOf = (kind: Content['kind']) =>
    found.flatMap((one) => (one.kind === kind && one.kind !== 'none' ? one.key : []))
  // A private key beside the public one would leave the server that signs.
  if (keysOf('private').length > 0) return 'IS_PRIVATE'
  const [first, ...others] = keysOf('public')
  if (first) return others.length > 0 ? 'SEVERAL_KEYS' : first
  // In a chain, the certificate of the key comes first.
  const problem = found.find((one) => one.kind === 'none')?.problem
  return keysOf('certificate')[0] ?? problem ?? 'UNREADABLE'
}

function findProblem({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): KeyProblem | undefined {
  if (asymmetricKeyType !== 'rsa') return 'NOT_RSA'
  return (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS ? 'TOO_SMALL' : undefined
}

function findContents(content: string | Buffer): readonly Content[] | KeyProblem {
  if (typeof content !== 'string' && isBinary(content)) return [openDer(content)]
  const text = typeof content === 'string' ? content : decodeText(content)
  const blocks = readKeyText(text, (base64) => Buffer.from(base64, 'base64').toString())
  if (typeof blocks === 'string') return blocks
  return blocks.map(({ base64 }) => openDer(Buffer.from(base64, 'base64')))
}

/** DER begins with a sequence of more than 127 bytes, and a Java key store with 0xFE 0xED. A text begins with neither. */
function isBinary([first = 0, second = 0]: Uint8Array): boolean {
  return (first === 0x30 && second >= 0x80 && second <= 0x84) || (first === 0xfe && second === 0xed)
}

/** UTF-16 has a byte order mark, or a zero in every other byte. */
function decodeText(bytes: Buffer): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || second === 0) return bytes.toString('utf16le')
  if ((first === 0xfe && second === 0xff) || first === 0)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  return bytes.toString()
}

/** The version of a PKCS#12 file is 3; that of a key is 0 or 1. */
const KEY_STORE = /^(?:feedfeed|30(?:80|8[1-4](?:..){1,4}?)020103)/

const READERS: readonly (readonly [
  'private' | 'public' | 'certificate',
  (der: Buffer) => KeyObject,
])[] = [
  // The usual one comes first: trying to read it as a private key takes milliseconds.
  ['public', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })],
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' })],
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'sec1' })],
  ['public', (key) => createPublicKey({ key, format: 'der', type: 'pkcs1' })],
  ['certificate', (der) => new X509Certificate(der).publicKey],
]

/** Tries every type, because the labels of PEM files can be wrong. */
function openDer(der: Buffer): Content {
  if (KEY_STORE.test(der.toString('hex', 0, 12))) return { kind: 'none', problem: 'KEY_STORE' }
  for (const [kind, read] of READERS) {
    try {
      return { kind, key: read(der) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE')
        return { kind: 'none', problem: 'ENCRYPTED' }
    }
  }
  return { kind: 'none', problem: 'UNREADABLE' }
}
