/**
 * @module Reads RSA keys as tools write them, and says what is wrong with others.
 */
import { createPrivateKey, createPublicKey, KeyObject, X509Certificate } from 'node:crypto'
import { KEY_PROBLEMS, type KeyProblem, MIN_RSA_BITS, readKeyText } from '@assent/protocol'

/**
 * A key: the content of a key file, as text or as bytes, or a `KeyObject` of `node:crypto`. Files may be PEM (PKCS#8, PKCS#1 or
 * X.509, in any layout), base64, or DER. A public key may also be a certificate. Read a file without an encoding, because it
 * can be binary or UTF-16.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import type { KeyInput } from '@assent/merchant'
 *
 * export const fromFile: KeyInput = readFileSync('private-key.pem')
 * export const fromEnvironment: KeyInput = process.env['PRIVATE_KEY'] ?? ''
 * ```
 * @see [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468.html), PEM
 */
export type KeyInput = string | Uint8Array | KeyObject

/**
 * @param name begins the error message
 * @throws {TypeError} that says what the input is, and what to do
 */
export function readPrivateKey(name: string, input: KeyInput): KeyObject {
  return readKey(name, input, 'private')
}

/** Like {@link readPrivateKey}, for a public key or a certificate. */
export function readPublicKey(name: string, input: KeyInput): KeyObject {
  return readKey(name, input, 'public')
}

type KeyKind = 'private' | 'public'

function readKey(name: string, input: KeyInput, kind: KeyKind): KeyObject {
  const found = input instanceof KeyObject ? [toContent(input)] : findContents(input)
  const key = typeof found === 'string' ? found : chooseKey(found, kind)
  const problem = typeof key === 'string' ? key : findWeakness(key)
  if (problem !== undefined) throw new TypeError(`${name} ${KEY_PROBLEMS[problem]}`)
  return key as KeyObject
}

/** What a block of a file contains: a key, or a reason why it has none. */
type Content =
  | { readonly kind: KeyKind | 'certificate'; readonly key: KeyObject }
  | { readonly kind: 'none'; readonly problem: KeyProblem }

function toContent(key: KeyObject): Content {
  if (key.type === 'secret') return { kind: 'none', problem: 'NOT_RSA' }
  return { kind: key.type, key }
}

function chooseKey(found: readonly Content[], wanted: KeyKind): KeyObject | KeyProblem {
  const keysOf = (kind: Content['kind']) =>
    found.flatMap((one) => (one.kind === kind && one.kind !== 'none' ? one.key : []))
  const [privates, publics, certificates] = [
    keysOf('private'),
    keysOf('public'),
    keysOf('certificate'),
  ]
  // A private key beside the public one would leave the server that signs.
  if (wanted === 'public' && privates.length > 0) return 'IS_PRIVATE'
  const [first, ...others] = wanted === 'private' ? privates : publics
  if (first) return others.length > 0 ? 'SEVERAL_KEYS' : first
  if (wanted === 'private' && certificates.length > 0) return 'IS_CERTIFICATE'
  if (wanted === 'private' && publics.length > 0) return 'IS_PUBLIC'
  // In a chain, the certificate of the key comes first.
  return certificates[0] ?? found.find((one) => one.kind === 'none')?.problem ?? 'UNREADABLE'
}

function findWeakness({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): KeyProblem | undefined {
  if (asymmetricKeyType !== 'rsa') return 'NOT_RSA'
  return (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS ? 'TOO_SMALL' : undefined
}

function findContents(input: string | Uint8Array): readonly Content[] | KeyProblem {
  if (typeof input !== 'string' && isBinary(input)) return [openDer(Buffer.from(input))]
  const text = typeof input === 'string' ? input : decodeText(Buffer.from(input))
  const blocks = readKeyText(text, (base64) => Buffer.from(base64, 'base64').toString())
  if (typeof blocks === 'string') return blocks
  return blocks.map(({ base64 }) => openDer(Buffer.from(base64, 'base64')))
}

/** DER begins with a sequence of more than 127 bytes, and a Java key store with 0xFE. A text begins with neither. */
function isBinary([first = 0, second = 0]: Uint8Array): boolean {
  return (first === 0x30 && second >= 0x80 && second <= 0x84) || (first === 0xfe && second === 0xed)
}

/** UTF-16 has a byte order mark, or a zero in every other byte. */
function decodeText(bytes: Buffer): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || second === 0) return bytes.toString('utf16le')
  if ((first === 0xfe && second === 0xff) || first === 0)
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le')
  return bytes.toString()
}

/** The version of a PKCS#12 file is 3; that of a key is 0 or 1. */
const KEY_STORE = /^(?:feedfeed|30(?:80|8[1-4](?:..){1,4}?)020103)/

const READERS: readonly (readonly [KeyKind | 'certificate', (der: Buffer) => KeyObject])[] = [
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })],
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' })],
  ['private', (key) => createPrivateKey({ key, format: 'der', type: 'sec1' })],
  ['public', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
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
