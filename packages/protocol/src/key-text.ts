/**
 * @module Reads the text of a key file as tools write it: PEM in any layout, or bare base64. It finds the encoded keys in the text.
 * What is in them, only a cryptographic library can tell.
 *
 * @see [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468.html), PEM
 */

/** Why a key cannot be used, as the end of a sentence that begins with the name of the key. */
export const KEY_PROBLEMS = {
  EMPTY: 'is empty.',
  FILE_PATH:
    'is the path of a file, not a key. Pass the content of the file, for example readFileSync(path).',
  UNREADABLE:
    'is not a key that can be read. It must be PEM, base64 or DER of an RSA key. It may be damaged: compare it with the original file.',
  BINARY_AS_TEXT:
    'is a binary (DER) file that was read as text. Read it without an encoding, or convert it to PEM with openssl pkey -inform DER.',
  CUT_OFF: 'is cut off: the line that begins with -----END is missing. Copy the whole file.',
  ENCRYPTED:
    'is encrypted with a passphrase. Decrypt it: openssl pkey -in FILE -out decrypted.pem, and protect that file.',
  OPENSSH:
    'is in the format of OpenSSH. Convert a private key with ssh-keygen -p -m PEM -f FILE, a public key with ssh-keygen -e -m PKCS8 -f FILE.',
  PUTTY: 'is in the format of PuTTY. Export it with PuTTYgen: Conversions, Export OpenSSL key.',
  PGP: 'is an OpenPGP key. Make an RSA key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048.',
  JWK: 'is a JSON Web Key. Convert it to PEM first.',
  XML: 'is an XML key of .NET. Export it as PEM: ExportSubjectPublicKeyInfoPem() or ExportPkcs8PrivateKeyPem().',
  KEY_STORE:
    'is a key store (PKCS#12 or Java). Take the key out of it: openssl pkcs12 -in FILE -nodes, for a .jks after keytool -importkeystore.',
  CERTIFICATE_REQUEST:
    'is a certificate request, not a key. Take the public key out of it: openssl req -in FILE -pubkey -noout.',
  SEVERAL_KEYS: 'holds several keys. Pass one of them.',
  IS_PRIVATE:
    'is a private key, but must be a public one. Keep the private key on the server that signs, and pass the public key: openssl pkey -in FILE -pubout.',
  IS_PUBLIC:
    'is a public key, but must be the private one that belongs to it. It begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----.',
  IS_CERTIFICATE:
    'is a certificate, which holds only the public key. Pass the private key that belongs to it.',
  NOT_RSA:
    'must be an RSA key. Make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048.',
  TOO_SMALL:
    'must have at least 2048 bits. Make a new one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048.',
} as const
/** A reason in {@link KEY_PROBLEMS}. */
export type KeyProblem = keyof typeof KEY_PROBLEMS

/** RSA keys must have this many bits. */
export const MIN_RSA_BITS = 2048

/** A key, or something else, in base64 of DER. */
export type KeyBlock = {
  /** The type in the PEM header, such as `PUBLIC KEY`. Tools also write wrong ones. `undefined` for bare base64. */
  readonly label: string | undefined
  readonly base64: string
}

/** Texts of other formats, by what they contain. */
const OTHER_FORMATS: readonly (readonly [RegExp, KeyProblem])[] = [
  [/OPENSSH PRIVATE KEY|BEGIN SSH2|^(?:ssh-|ecdsa-)\S+ /, 'OPENSSH'],
  [/^PuTTY-User-Key-File/, 'PUTTY'],
  [/BEGIN PGP/, 'PGP'],
  [/^\{[\s\S]*"kty"/, 'JWK'],
  [/<RSAKeyValue>/, 'XML'],
  [/BEGIN (?:NEW )?CERTIFICATE REQUEST/, 'CERTIFICATE_REQUEST'],
  [/ENCRYPTED PRIVATE KEY|Proc-Type:\s*4\s*,\s*ENCRYPTED/, 'ENCRYPTED'],
]

const PEM_BEGIN = /-+BEGIN ([A-Z0-9 ]+?)-+/
const PEM_BLOCK = /-+BEGIN ([A-Z0-9 ]+?)-+([\s\S]*?)-+END \1-+/g
/** Lines such as `Proc-Type: …` at the start of a block (RFC 1421 §4.4). */
const PEM_HEADER = /^\s*[\w-]+:.*$/gm
const BASE64 = /^[A-Za-z0-9+/_-]{40,}={0,2}$/
/** `-----BEGIN` in base64: a PEM file that was encoded once more, as secret stores do. */
const ENCODED_PEM = 'LS0tLS1CRUdJTi'
const FILE_PATH =
  /^[^\n]{1,1000}\.(?:pem|key|pub|txt|der|cer|crt|p8|p12|pfx|jks)$|^(?:\.{0,2}\/|[A-Za-z]:\\|~)[^\n]{1,1000}$/

/**
 * Finds the keys in a text: PEM blocks, wherever they begin and however their lines are broken, or bare base64.
 *
 * @param text the content of a key file or of an environment variable
 * @param decode decodes base64 of text
 * @returns at least one block, or why there is none
 * @example
 * ```ts
 * import { readKeyText } from '@assent/protocol'
 *
 * const decode = (base64: string) => Buffer.from(base64, 'base64').toString()
 * const found = readKeyText('-----BEGIN PUBLIC KEY-----\\nMIIBIjANBgkqhkiG9w0BAQEFAAOC…\\n-----END PUBLIC KEY-----', decode)
 * ```
 */
export function readKeyText(
  text: string,
  decode: (base64: string) => string,
): readonly KeyBlock[] | KeyProblem {
  const plain = normalize(text)
  if (plain === '') return 'EMPTY'
  const other = OTHER_FORMATS.find(([pattern]) => pattern.test(plain))
  if (other) return other[1]
  if (PEM_BEGIN.test(plain)) return readPem(plain)
  const base64 = plain.replaceAll(/\s+/g, '')
  if (base64.startsWith(ENCODED_PEM)) return readKeyText(decode(base64), decode)
  // A long path can look like base64, and base64 of a key never ends like a file.
  if (FILE_PATH.test(plain) && !isEncodedKey(base64)) return 'FILE_PATH'
  if (plain.includes('\uFFFD')) return 'BINARY_AS_TEXT'
  return BASE64.test(base64) ? [{ label: undefined, base64 }] : 'UNREADABLE'
}

/** Every key is a DER sequence of more than 127 bytes, so its base64 begins with `MI`. */
function isEncodedKey(base64: string): boolean {
  return base64.startsWith('MI') && BASE64.test(base64)
}

function readPem(text: string): readonly KeyBlock[] | KeyProblem {
  const blocks = [...text.matchAll(PEM_BLOCK)].map(([, label = '', body = '']) => ({
    label,
    base64: body.replaceAll(PEM_HEADER, '').replaceAll(/\s+/g, ''),
  }))
  if (blocks.length === 0) return 'CUT_OFF'
  return blocks.every(({ base64 }) => BASE64.test(base64)) ? blocks : 'UNREADABLE'
}

/**
 * Undoes what happens to a key on its way: UTF-16 that was read as UTF-8, byte order marks, quotes and `\n` of environment files,
 * line ends of every system, dashes of word processors.
 */
function normalize(text: string): string {
  return text
    .replaceAll('\0', '')
    .replaceAll(/^[\uFEFF\uFFFD]+/g, '')
    .replaceAll(/\\r|\\n/g, '\n')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll(/\u00A0/g, ' ')
    .trim()
    .replaceAll(/^(["'`])([\s\S]*)\1$/g, '$2')
    .trim()
}
