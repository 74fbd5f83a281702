/**
 * @module Explain: why a signature does not verify. A signature carries the hash of what was signed; so a guess at the mistake is not
 * believed, but proven (contract: openapi §1).
 */
import {
  DIALECTS,
  formatTime,
  LIMITS,
  parseRequestTime,
  parseSignatureHeader,
  pathOfTarget,
  signedPrefix,
} from '@assent/protocol'
import {
  bodyCandidates,
  type Candidate,
  clientIdCandidates,
  layoutCandidates,
  methodCandidates,
  pathCandidates,
  timeCandidates,
} from './candidates.ts'
import { type RequestText, readRequestText } from './raw-request.ts'

export type Diagnosis = {
  /** `FINE`, or what is wrong. */
  readonly cause: DiagnosisCause
  /** What is wrong and what to do. */
  readonly message: string
  /** Where what was signed first differs from what has to be signed, when it is known. Credentials are covered. */
  readonly difference?: {
    /** Offset in bytes from the beginning of the signed content. */
    readonly at: number
    readonly expected: string
    readonly signed: string
  }
}

export type DiagnosisCause =
  | 'VALID'
  | 'NO_REQUEST'
  | 'CLIENT_UNKNOWN'
  | 'HEADER_MISSING'
  | 'HEADER_MALFORMED'
  | 'SIGNATURE_ENCODING'
  | 'SIGNATURE_LENGTH'
  | 'KEY_VERSION'
  | 'KEY'
  | 'PADDING'
  | 'HASH_ALGORITHM'
  | 'HASHED_TWICE'
  | 'CONTENT'
  | 'CONTENT_UNKNOWN'
  | 'TIME'

/** What this needs of cryptography. */
export type DiagnosticTools = {
  readonly sha256: (content: Buffer) => Buffer
  readonly recover: (key: DiagnosticKey, signature: Buffer) => Recovered
  readonly isPss: (key: DiagnosticKey, content: Buffer, signature: Buffer) => boolean
  readonly signatureLength: (key: DiagnosticKey) => number
}

type Recovered =
  | { readonly kind: 'digest'; readonly algorithm: string; readonly digest: Buffer }
  | { readonly kind: 'bare'; readonly content: Buffer }
  | { readonly kind: 'none' }

/** Opaque here: a public key of the client. */
export type DiagnosticKey = object

export type DiagnosticClient = {
  readonly keys: ReadonlyMap<number, DiagnosticKey>
  readonly toleranceSeconds: number
}

const CONTEXT_BYTES = 24
/** Thousands of guesses are hashed. */
const MAX_PAIRED_CANDIDATES = 8 * 1024
const ALGORITHM = 'SHA-256'
/** Prefixes of all dialects, the longest first. */
const PREFIXES: readonly string[] = [
  ...new Set(
    Object.values(DIALECTS).map(({ paths }) =>
      (paths.applyToken[0] ?? '').replace(/\/v\d\/.*$/, ''),
    ),
  ),
]
  .filter(Boolean)
  .sort((a, b) => b.length - a.length)

/** @param bytes the request as text: request line, headers, an empty line, the body @param now epoch seconds */
export function diagnoseSignature(
  bytes: Buffer,
  clientOf: (clientId: string) => DiagnosticClient | undefined,
  tools: DiagnosticTools,
  now: number,
): Diagnosis {
  const request = bytes.length > 2 * LIMITS.body ? undefined : readRequestText(bytes)
  if (!request)
    return no(
      'NO_REQUEST',
      'This is no HTTP request: a request line, headers, an empty line, the body.',
    )
  const clientId = request.headers.get('client-id') ?? ''
  const client = clientOf(clientId)
  if (!client)
    return no(
      'CLIENT_UNKNOWN',
      'The Client-Id is not registered here. Check the header and the environment.',
    )
  for (const name of ['request-time', 'signature']) {
    if (!request.headers.get(name)) return no('HEADER_MISSING', `The ${name} header is missing.`)
  }
  const header = request.headers.get('signature') ?? ''
  const signature = parseSignatureHeader(header)
  if (!signature) return diagnoseHeader(header)
  const version = signature.keyVersion ?? Math.max(...client.keys.keys())
  const key = client.keys.get(version)
  const versions = [...client.keys.keys()].join(', ')
  if (!key)
    return no(
      'KEY_VERSION',
      `keyVersion ${version} is not registered for this client. Registered: ${versions}.`,
    )
  const value = Buffer.from(signature.base64, 'base64')
  const content = contentOf(request, clientId)
  const found = tools.recover(key, value)
  if (found.kind === 'none') return diagnoseMissingDigest(client, version, value, content, tools)
  if (found.kind === 'bare')
    return no(
      'HASH_ALGORITHM',
      'What was signed is not a hash with its algorithm. Use SHA256withRSA, which hashes and signs.',
    )
  if (found.algorithm !== ALGORITHM)
    return no(
      'HASH_ALGORITHM',
      `It was signed with ${found.algorithm} and RSA. Use SHA-256 with RSA (SHA256withRSA).`,
    )
  if (found.digest.equals(tools.sha256(content))) return diagnoseTime(request, client, now)
  return diagnoseDigest(request, clientId, content, found.digest, tools)
}

function no(cause: DiagnosisCause, message: string): Diagnosis {
  return { cause, message }
}

function contentOf({ target, headers, body }: RequestText, clientId: string): Buffer {
  const prefix = signedPrefix(pathOfTarget(target), clientId, headers.get('request-time') ?? '')
  return Buffer.concat([Buffer.from(prefix), body])
}

function diagnoseHeader(header: string): Diagnosis {
  const value = /signature=(.*)$/i.exec(header)?.[1]?.trim()
  const form = 'algorithm=RSA256, keyVersion=1, signature=…'
  if (value === undefined || value === '')
    return no('HEADER_MALFORMED', `The Signature header has no signature. Write it as: ${form}`)
  if (/%25[0-9a-f]{2}/i.test(value))
    return no(
      'SIGNATURE_ENCODING',
      'The signature is percent-encoded twice. Encode it once, or send it as base64.',
    )
  if (/ /.test(value))
    return no(
      'SIGNATURE_ENCODING',
      'The signature has spaces where + belongs: it was decoded as a form. Send it percent-encoded, or as base64url.',
    )
  if (!/algorithm=(rsa256|sha256withrsa)\b/i.test(header))
    return no(
      'HEADER_MALFORMED',
      `The Signature header names no algorithm that is accepted. Write it as: ${form}`,
    )
  return no('HEADER_MALFORMED', `The Signature header cannot be read. Write it as: ${form}`)
}

function diagnoseMissingDigest(
  { keys }: DiagnosticClient,
  version: number,
  signature: Buffer,
  content: Buffer,
  tools: DiagnosticTools,
): Diagnosis {
  const key = keys.get(version) as DiagnosticKey
  const expected = tools.signatureLength(key)
  const text = signature.toString('latin1')
  if (signature.length === (expected * 3) / 2)
    return no('SIGNATURE_ENCODING', 'The signature is in hexadecimal. Send it as base64.')
  if (/^[A-Za-z0-9+/=_-]+$/.test(text) && Buffer.from(text, 'base64').length === expected)
    return no('SIGNATURE_ENCODING', 'The signature is in base64 twice. Encode it once.')
  if (signature.length !== expected)
    return no(
      'SIGNATURE_LENGTH',
      `The signature has ${signature.length} bytes, and one of this key has ${expected}: it was cut off, or another key made it.`,
    )
  if (tools.isPss(key, content, signature))
    return no('PADDING', 'It was signed with the padding PSS. Use PKCS #1 v1.5 (SHA256withRSA).')
  for (const [other, otherKey] of keys) {
    if (other !== version && tools.recover(otherKey, signature).kind !== 'none')
      return no(
        'KEY_VERSION',
        `It was signed with the key of version ${other}, and the header says ${version}.`,
      )
  }
  return no(
    'KEY',
    'Another key than the registered one made this signature. Compare the public key of yours with the one that the wallet operator has.',
  )
}

function diagnoseTime(
  { headers }: RequestText,
  { toleranceSeconds }: DiagnosticClient,
  now: number,
): Diagnosis {
  const sentAt = parseRequestTime(headers.get('request-time') ?? '')
  if (toleranceSeconds > 0 && sentAt === undefined)
    return no(
      'TIME',
      `The signature verifies, but Request-Time is no time. Write it as: ${formatTime(now)}`,
    )
  const off = now - (sentAt ?? now)
  if (toleranceSeconds > 0 && Math.abs(off) > toleranceSeconds)
    return no(
      'TIME',
      `The signature verifies, but Request-Time is ${Math.abs(off)} seconds ${off > 0 ? 'ago' : 'ahead'}, and ${toleranceSeconds} are allowed. Sign each request anew, and check the clock.`,
    )
  return no('VALID', 'The signature verifies.')
}

/** One mistake in one part, or one in each of two. */
function diagnoseDigest(
  request: RequestText,
  clientId: string,
  content: Buffer,
  digest: Buffer,
  tools: DiagnosticTools,
): Diagnosis {
  const { sha256 } = tools
  const hash = (of: Buffer, encoding: 'hex' | 'base64'): string => sha256(of).toString(encoding)
  for (const hashed of [hash(content, 'hex'), hash(content, 'base64')].map((one) =>
    Buffer.from(one),
  ))
    if (sha256(hashed).equals(digest)) return hashedTwice()
  if (sha256(sha256(content)).equals(digest)) return hashedTwice()
  const found = findMistakes(request, clientId, hash, (signed) => sha256(signed).equals(digest))
  if (!found)
    return no(
      'CONTENT_UNKNOWN',
      `Something else was signed. What has to be signed is: ${visible(content, 0, 200)}, in all ${content.length} bytes with the SHA-256 ${hash(content, 'hex')}; what was signed has ${digest.toString('hex')}.`,
    )
  return {
    cause: 'CONTENT',
    message: `You signed ${found.mistakes.join(', and ')}. Sign "POST <path>\\n<Client-Id>.<Request-Time>.<body>" over the exact bytes sent.`,
    difference: differenceOf(content, found.signed),
  }
}

function hashedTwice(): Diagnosis {
  return no(
    'HASHED_TWICE',
    'The content was hashed before it was signed. SHA256withRSA hashes by itself: give it the content.',
  )
}

type Found = { readonly mistakes: readonly string[]; readonly signed: Buffer }

function findMistakes(
  request: RequestText,
  clientId: string,
  hash: (content: Buffer, encoding: 'hex' | 'base64') => string,
  isSigned: (content: Buffer) => boolean,
): Found | undefined {
  const host = request.headers.get('host') ?? ''
  const parts = {
    method: methodCandidates(),
    path: pathCandidates(pathOfTarget(request.target), host, PREFIXES),
    clientId: clientIdCandidates(clientId),
    time: timeCandidates(request.headers.get('request-time') ?? ''),
    body: bodyCandidates(request, hash),
    layout: layoutCandidates(),
  }
  type Name = keyof typeof parts
  const names = Object.keys(parts) as Name[]

  function check(chosen: Readonly<Partial<Record<Name, Candidate<unknown>>>>): Found | undefined {
    const of = (name: Exclude<Name, 'layout'>): Buffer =>
      (chosen[name] ?? (parts[name][0] as Candidate)).value as Buffer
    const layout = (chosen.layout ?? parts.layout[0])?.value as ReturnType<
      typeof layoutCandidates
    >[number]['value']
    const signed = layout(of('method'), of('path'), of('clientId'), of('time'), of('body'))
    const mistakes = Object.values(chosen).map(({ mistake }) => mistake)
    return isSigned(signed) ? { mistakes, signed } : undefined
  }

  for (const name of names) {
    for (const guess of parts[name].slice(1)) {
      const found = check({ [name]: guess })
      if (found) return found
    }
  }
  if (request.body.length > MAX_PAIRED_CANDIDATES) return undefined
  for (const [index, first] of names.entries()) {
    for (const second of names.slice(index + 1)) {
      for (const one of parts[first].slice(1)) {
        for (const other of parts[second].slice(1)) {
          const found = check({ [first]: one, [second]: other })
          if (found) return found
        }
      }
    }
  }
  return undefined
}

function differenceOf(expected: Buffer, signed: Buffer): NonNullable<Diagnosis['difference']> {
  let at = 0
  while (at < expected.length && at < signed.length && expected[at] === signed[at]) at++
  return {
    at,
    expected: visible(expected, at - CONTEXT_BYTES, at + CONTEXT_BYTES),
    signed: visible(signed, at - CONTEXT_BYTES, at + CONTEXT_BYTES),
  }
}

/** A stretch of it as a string of JSON; what looks like a credential is covered, also where it is cut. */
function visible(content: Buffer, from: number, to: number): string {
  const covered = content
    .toString('latin1')
    .replace(/(a[ct]|rt)_[A-Za-z0-9_-]+/g, (token) => token.slice(0, 3).padEnd(token.length, '*'))
  return JSON.stringify(Buffer.from(covered, 'latin1').toString('utf8', Math.max(0, from), to))
}
