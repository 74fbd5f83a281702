/**
 * @module Finds out which content was signed, by its hash. Tries one mistake in one part of the content, then one mistake in each of
 * two parts.
 */
import { DIALECTS } from '../dialects.ts'
import { pathOfTarget } from '../signature.ts'
import {
  areEqual,
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  toBase64,
  toHex,
} from './bytes.ts'
import {
  bodyCandidates,
  type Candidate,
  clientIdCandidates,
  layoutCandidates,
  methodCandidates,
  pathCandidates,
  timeCandidates,
} from './candidates.ts'
import { type Diagnosis, type DiagnosticTools, diagnosis } from './diagnosis.ts'
import type { RawRequest } from './raw-request.ts'

/** Shown before and after the first difference. */
const CONTEXT_BYTES = 24
/** The search pauses after this time, because it runs on the event loop. */
const SLICE_MS = 4
/** Thousands of pairs of candidates are hashed, so pairs are tried for short bodies only. */
const MAX_BODY_BYTES_FOR_PAIRS = 8 * 1024
/** The path prefixes of all dialects, the longest first. */
const PREFIXES: readonly string[] = [
  ...new Set(
    Object.values(DIALECTS).map(({ paths }) =>
      (paths.applyToken[0] ?? '').replace(/\/v\d\/.*$/, ''),
    ),
  ),
]
  .filter(Boolean)
  .sort((a, b) => b.length - a.length)

/** What the search needs of the tools. */
type SearchTools = Pick<DiagnosticTools, 'sha256' | 'pause'>

/**
 * @param content the content that must be signed
 * @param digest the hash of the content that was signed
 */
export async function diagnoseDigest(
  request: RawRequest,
  clientId: string,
  content: Uint8Array,
  digest: Uint8Array,
  { sha256, pause }: SearchTools,
): Promise<Diagnosis> {
  if (await isHashedTwice(content, digest, sha256))
    return diagnosis(
      'HASHED_TWICE',
      'The content was hashed before it was signed. SHA256withRSA already hashes: pass the content itself.',
    )
  const isSigned = async (signed: Uint8Array): Promise<boolean> =>
    areEqual(await sha256(signed), digest)
  const contents = listContents(request, clientId, await sha256(request.body))
  const mistakes = await searchInSlices(contents, isSigned, pause)
  if (!mistakes)
    return diagnosis(
      'CONTENT_UNKNOWN',
      `Other content was signed. The content that must be signed is ${maskedText(content, 0, 200)}, ${content.length} bytes long, with the SHA-256 ${toHex(await sha256(content))}. The signed content has the SHA-256 ${toHex(digest)}.`,
    )
  return {
    cause: 'CONTENT',
    message: `You signed ${mistakes.descriptions.join(', and ')}. Sign "POST <path>\\n<Client-Id>.<Request-Time>.<body>" over the exact bytes sent.`,
    difference: differenceOf(content, mistakes.signedContent),
  }
}

async function isHashedTwice(
  content: Uint8Array,
  digest: Uint8Array,
  sha256: SearchTools['sha256'],
): Promise<boolean> {
  const hashed = await sha256(content)
  const inputs = [encodeUtf8(toHex(hashed)), encodeUtf8(toBase64(hashed)), hashed]
  const digests = await Promise.all(inputs.map((input) => sha256(input)))
  return digests.some((one) => areEqual(one, digest))
}

type ContentMistakes = {
  readonly descriptions: readonly string[]
  readonly signedContent: Uint8Array
}

/** Every content that a client may have signed instead: one mistake in one part, then one in each of two parts. */
function* listContents(
  request: RawRequest,
  clientId: string,
  bodyHash: Uint8Array,
): Generator<ContentMistakes, undefined> {
  const parts = {
    method: methodCandidates(),
    path: pathCandidates(pathOfTarget(request.target), request.headers.get('host') ?? '', PREFIXES),
    clientId: clientIdCandidates(clientId),
    time: timeCandidates(request.headers.get('request-time') ?? ''),
    body: bodyCandidates(request, bodyHash),
    layout: layoutCandidates(),
  }
  type Part = keyof typeof parts
  const names = Object.keys(parts) as Part[]

  function contentOf(chosen: Readonly<Partial<Record<Part, Candidate<unknown>>>>): ContentMistakes {
    const candidateValue = (name: Exclude<Part, 'layout'>): Uint8Array =>
      (chosen[name] ?? (parts[name][0] as Candidate)).value as Uint8Array
    const layout = (chosen.layout ?? parts.layout[0])?.value as ReturnType<
      typeof layoutCandidates
    >[number]['value']
    const signedContent = layout(
      candidateValue('method'),
      candidateValue('path'),
      candidateValue('clientId'),
      candidateValue('time'),
      candidateValue('body'),
    )
    const descriptions = Object.values(chosen).map(({ description }) => description)
    return { descriptions, signedContent }
  }

  for (const name of names)
    for (const candidate of parts[name].slice(1)) yield contentOf({ [name]: candidate })
  if (request.body.length > MAX_BODY_BYTES_FOR_PAIRS) return
  for (const [index, first] of names.entries())
    for (const second of names.slice(index + 1))
      for (const firstCandidate of parts[first].slice(1))
        for (const secondCandidate of parts[second].slice(1))
          yield contentOf({ [first]: firstCandidate, [second]: secondCandidate })
}

/** @returns the first content that was signed */
async function searchInSlices(
  contents: Iterable<ContentMistakes>,
  isSigned: (content: Uint8Array) => Promise<boolean>,
  pause: () => Promise<void>,
): Promise<ContentMistakes | undefined> {
  let startedAt = Date.now()
  for (const candidate of contents) {
    if (await isSigned(candidate.signedContent)) return candidate
    if (Date.now() - startedAt < SLICE_MS) continue
    await pause()
    startedAt = Date.now()
  }
  return undefined
}

function differenceOf(
  expected: Uint8Array,
  signed: Uint8Array,
): NonNullable<Diagnosis['difference']> {
  let at = 0
  while (at < expected.length && at < signed.length && expected[at] === signed[at]) at++
  return {
    at,
    expected: maskedText(expected, at - CONTEXT_BYTES, at + CONTEXT_BYTES),
    signed: maskedText(signed, at - CONTEXT_BYTES, at + CONTEXT_BYTES),
  }
}

/** A part of the content as a JSON string. Credentials are masked before the part is cut out, so that truncated credentials are masked too. */
function maskedText(content: Uint8Array, from: number, to: number): string {
  const masked = decodeLatin1(content).replace(/(a[ct]|rt)_[A-Za-z0-9_-]+/g, (token) =>
    token.slice(0, 3).padEnd(token.length, '*'),
  )
  return JSON.stringify(decodeUtf8(encodeLatin1(masked).subarray(Math.max(0, from), to)))
}
