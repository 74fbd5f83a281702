/**
 * @module Checks chains of receipts without trusting who kept them: with the links, the signed heads and the public keys.
 */
import { type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { ChainHead } from '../engine/ports/receipts.ts'
import { CHAIN_START, nextLink } from './chain.ts'
import type { Checkpoint, PublicKeys } from './checkpoints.ts'

/** A link as it is exported: one a line. */
export type ExportedLink = ChainHead & {
  readonly walletId: string
  readonly receiptId: string
  /** JWS, compact. */
  readonly document: string
}

export type Verified = {
  /** Links that were checked. */
  readonly links: number
  /** Where each chain ends. */
  readonly heads: ReadonlyMap<string, ChainHead>
  /** What is wrong, each in a line; none: nothing was altered. */
  readonly problems: readonly string[]
}

const CHECKED_AT_ONCE = 2000
/** Enough to see where it begins. */
const MAX_PROBLEMS = 20

const verifyInPool = promisify(verify)

/**
 * @param links each chain in its order; chains may be mixed
 * @param heads signed before, and kept where the chains were not
 * @param publicKeys by their ids
 */
export async function verifyChains(
  links: AsyncIterable<ExportedLink> | Iterable<ExportedLink>,
  heads: readonly Checkpoint[],
  publicKeys: PublicKeys,
): Promise<Verified> {
  const keyOf = keysByHeader(publicKeys)
  const ends = new Map<string, ChainHead>()
  const anchors = anchorsOf(heads)
  const problems: string[] = []
  let count = 0
  let batch: ExportedLink[] = []

  function report(link: ExportedLink, what: string): void {
    if (problems.length < MAX_PROBLEMS)
      problems.push(`${link.walletId} ${link.sequence} (${link.receiptId}): ${what}`)
  }

  async function checkSignatures(): Promise<void> {
    const checking = batch
    batch = []
    const genuine = await Promise.all(checking.map((link) => isSigned(link.document, keyOf)))
    for (const [index, link] of checking.entries())
      if (!genuine[index]) report(link, 'the receipt is not what was signed')
  }

  for await (const link of links) {
    const from = ends.get(link.walletId) ?? CHAIN_START
    const expected = nextLink(from, link.document)
    if (link.sequence !== expected.sequence) {
      report(link, `comes after ${from.sequence}: links are missing, added or out of order`)
    } else if (link.hash !== expected.hash) {
      report(link, 'does not follow from the link before it')
    }
    const anchor = anchors.get(link.walletId)?.get(link.sequence)
    if (anchor !== undefined && anchor !== expected.hash)
      report(link, 'is not what was signed as the head of the chain: it was written anew')
    ends.set(link.walletId, { sequence: link.sequence, hash: link.hash })
    count++
    batch.push(link)
    if (batch.length === CHECKED_AT_ONCE) await checkSignatures()
  }
  await checkSignatures()
  for (const [walletId, signed] of anchors) {
    const last = Math.max(...signed.keys())
    const end = ends.get(walletId)?.sequence ?? 0
    if (end < last)
      problems.push(`${walletId}: ends at ${end}, and ${last} was signed: it was cut off`)
  }
  return { links: count, heads: ends, problems }
}

/** By chain and number; a number that was signed twice, differently, keeps the first: the other is then found. */
function anchorsOf(heads: readonly Checkpoint[]): ReadonlyMap<string, Map<number, string>> {
  const anchors = new Map<string, Map<number, string>>()
  for (const { walletId, sequence, hash } of heads) {
    const ofTenant = anchors.get(walletId) ?? new Map<number, string>()
    if (!ofTenant.has(sequence)) ofTenant.set(sequence, hash)
    anchors.set(walletId, ofTenant)
  }
  return anchors
}

/** Receipts of one key have one header: it is read once. */
function keysByHeader(publicKeys: PublicKeys): (header: string) => KeyObject | undefined {
  const known = new Map<string, KeyObject | undefined>()
  return (header) => {
    if (!known.has(header)) known.set(header, publicKeys.get(keyIdIn(header)))
    return known.get(header)
  }
}

function keyIdIn(header: string): string {
  try {
    return String(JSON.parse(Buffer.from(header, 'base64url').toString()).kid)
  } catch {
    return ''
  }
}

async function isSigned(
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
