/**
 * @module How the platform family's own tools verify a signed request: what each of them does with the `Signature` header before the RSA
 * operation, which is the same in all. Written from their public behavior.
 */
import { type KeyObject, verify } from 'node:crypto'

export type SignedMessage = {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Decodes the header to the bytes of the signature. @returns `undefined` when the tool rejects the text */
type DecodeHeader = (header: string) => Buffer | undefined

function afterName(header: string): string {
  return header.split('signature=')[1] ?? ''
}

/** As `application/x-www-form-urlencoded`: a plus sign is a space. */
function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** RFC 4648 §4 and nothing else. */
function strictBase64(text: string | undefined): Buffer | undefined {
  const isBase64 =
    text !== undefined && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : undefined
}

/** Skips what is not in the alphabet. */
function lenientBase64(text: string | undefined): Buffer | undefined {
  return text === undefined
    ? undefined
    : Buffer.from(text.replaceAll(/[^A-Za-z0-9+/=]/g, ''), 'base64')
}

/** Skips what is in neither alphabet, and takes both. */
function lenientBothAlphabets(text: string | undefined): Buffer | undefined {
  return lenientBase64(text?.replaceAll('-', '+').replaceAll('_', '/'))
}

export const FAMILY_VERIFIERS = {
  'Go SDK': (header) => strictBase64(formDecode(afterName(header))),
  'Python SDK': (header) => lenientBase64(formDecode(afterName(header))),
  'PHP SDK': (header) => {
    const value = afterName(header)
    return /[=+/]/.test(value) ? lenientBase64(value) : lenientBase64(formDecode(value))
  },
  'Java SDK': (header) => lenientBothAlphabets(formDecode(afterName(header))),
  'Java SDK, earlier': (header) => strictBase64(formDecode(afterName(header))),
  'Laravel middleware': (header) => lenientBothAlphabets(/signature=(.+)$/.exec(header)?.[1]),
} as const satisfies Record<string, DecodeHeader>

export type FamilyVerifier = keyof typeof FAMILY_VERIFIERS

/** The verifiers that accept a message. */
export function acceptedBy(key: KeyObject, message: SignedMessage): readonly FamilyVerifier[] {
  const names = Object.keys(FAMILY_VERIFIERS) as FamilyVerifier[]
  return names.filter((name) => isAccepted(key, message, FAMILY_VERIFIERS[name]))
}

function isAccepted(key: KeyObject, message: SignedMessage, decode: DecodeHeader): boolean {
  const { path, headers, body } = message
  const signature = decode(String(headers['signature']))
  const content = `POST ${path}\n${headers['client-id']}.${headers['request-time']}.${body}`
  return signature !== undefined && verify('sha256', Buffer.from(content), key, signature)
}
