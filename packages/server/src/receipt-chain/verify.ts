/**
 * @module Verifies receipt chains without trusting the database: from the exported links, the checkpoints and the public keys.
 */
import { type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { ChainHead } from '../engine/store/receipts.ts'
import { CHAIN_START, nextLink } from './chain.ts'
import type { Checkpoint, PublicKeys } from './checkpoints.ts'

/** A link as it is exported, one per line. */
export type ExportedLink = ChainHead & {
  readonly walletId: string
  readonly receiptId: string
  /** The receipt as a JWS in compact serialization. */
  readonly document: string
}

export type VerificationResult = {
  /** The number of links that were checked. */
  readonly links: number
  /** The last link of each chain, by wallet. */
  readonly heads: ReadonlyMap<string, ChainHead>
  /** One sentence per problem; empty when nothing was altered. */
  readonly problems: readonly string[]
}

const BATCH_SIZE = 2000
/** The first problems show where an alteration begins. */
const MAX_PROBLEMS = 20

const verifyInPool = promisify(verify)

/**
 * @param links the chains, each in its order; links of different chains may be mixed
 * @param checkpoints signed earlier, and stored apart from the chains
 * @param publicKeys by key id
 * @param environment whose receipts the chains must consist of, such as `production`
 */
export async function verifyChains(
  links: AsyncIterable<ExportedLink> | Iterable<ExportedLink>,
  checkpoints: readonly Checkpoint[],
  publicKeys: PublicKeys,
  environment: string,
): Promise<VerificationResult> {
  const isSigned = createSignatureCheck(publicKeys)
  const heads = new Map<string, ChainHead>()
  const problems: string[] = []
  const checkpointHashes = indexCheckpoints(checkpoints)
  let count = 0
  let batch: ExportedLink[] = []

  function report(link: ExportedLink, problem: string): void {
    if (problems.length < MAX_PROBLEMS)
      problems.push(`${link.walletId} ${link.sequence} (${link.receiptId}): ${problem}`)
  }

  async function verifyBatch(): Promise<void> {
    const links = batch
    batch = []
    const results = await Promise.all(links.map((link) => isSigned(link.document)))
    for (const [index, link] of links.entries())
      if (!results[index]) report(link, 'The signature of the receipt is invalid.')
  }

  for await (const link of links) {
    const head = heads.get(link.walletId) ?? CHAIN_START
    const expectedHash = checkpointHashes.get(link.walletId)?.get(link.sequence)
    for (const problem of problemsOfLink(link, head, expectedHash)) report(link, problem)
    const origin = environmentOf(link.document)
    if (origin !== undefined && origin !== environment)
      report(link, `The receipt is of the environment ${origin}, not of ${environment}.`)
    heads.set(link.walletId, { sequence: link.sequence, hash: link.hash })
    count++
    batch.push(link)
    if (batch.length === BATCH_SIZE) await verifyBatch()
  }
  await verifyBatch()
  problems.push(...findTruncatedChains(heads, checkpointHashes))
  return { links: count, heads, problems }
}

/** @param checkpointHash the hash that a checkpoint states for this link */
function problemsOfLink(
  link: ExportedLink,
  head: ChainHead,
  checkpointHash: string | undefined,
): readonly string[] {
  const expected = nextLink(head, link.document)
  const isOutOfOrder = link.sequence !== expected.sequence
  const isUnconnected = !isOutOfOrder && link.hash !== expected.hash
  const isRewritten = checkpointHash !== undefined && checkpointHash !== expected.hash
  return [
    ...(isOutOfOrder
      ? [`The link follows link ${head.sequence}: links are missing, added or out of order.`]
      : []),
    ...(isUnconnected
      ? ['The hash of the link does not match its receipt and the previous link.']
      : []),
    ...(isRewritten ? ['The link does not match its checkpoint: the chain was rewritten.'] : []),
  ]
}

type CheckpointHashes = ReadonlyMap<string, ReadonlyMap<number, string>>

function findTruncatedChains(
  heads: ReadonlyMap<string, ChainHead>,
  checkpointHashes: CheckpointHashes,
): readonly string[] {
  return [...checkpointHashes].flatMap(([walletId, hashes]) => {
    const lastCheckpoint = Math.max(...hashes.keys())
    const end = heads.get(walletId)?.sequence ?? 0
    return end < lastCheckpoint
      ? [
          `${walletId}: The chain ends at link ${end}, but there is a checkpoint for link ${lastCheckpoint}: the chain was truncated.`,
        ]
      : []
  })
}

/** Hashes by wallet and sequence, without those of the registry. Of two checkpoints for one link the first counts: if they differ, a chain matches only one of them. */
function indexCheckpoints(checkpoints: readonly Checkpoint[]): CheckpointHashes {
  const index = new Map<string, Map<number, string>>()
  for (const { walletId, sequence, hash } of checkpoints) {
    if (walletId === undefined) continue
    const hashes = index.get(walletId) ?? new Map<number, string>()
    if (!hashes.has(sequence)) hashes.set(sequence, hash)
    index.set(walletId, hashes)
  }
  return index
}

/** @returns `undefined` when the receipt cannot be read, which its signature shows as well */
function environmentOf(document: string): string | undefined {
  try {
    const [, body = ''] = document.split('.')
    return String(JSON.parse(Buffer.from(body, 'base64url').toString()).environment)
  } catch {
    return undefined
  }
}

/** @returns a function that verifies the signature of one receipt */
export function createSignatureCheck(
  publicKeys: PublicKeys,
): (document: string) => Promise<boolean> {
  const keyOf = createKeyLookup(publicKeys)
  return (document) => verifySignature(document, keyOf)
}

/** All receipts of one key have the same header, so each header is parsed once. */
function createKeyLookup(publicKeys: PublicKeys): (header: string) => KeyObject | undefined {
  const keyByHeader = new Map<string, KeyObject | undefined>()
  return (header) => {
    if (!keyByHeader.has(header)) keyByHeader.set(header, publicKeys.get(keyIdIn(header)))
    return keyByHeader.get(header)
  }
}

function keyIdIn(header: string): string {
  try {
    return String(JSON.parse(Buffer.from(header, 'base64url').toString()).kid)
  } catch {
    return ''
  }
}

async function verifySignature(
  document: string,
  keyOf: (header: string) => KeyObject | undefined,
): Promise<boolean> {
  const key = keyOf(document.slice(0, document.indexOf('.')))
  if (!key) return false
  const end = document.lastIndexOf('.')
  const signature = Buffer.from(document.slice(end + 1), 'base64url')
  const content = Buffer.from(document.slice(0, Math.max(end, 0)))
  return verifyInPool('sha256', content, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
