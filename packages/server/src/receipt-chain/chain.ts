/**
 * @module The hash chain of receipts. The hash of a link covers its receipt and all earlier links (docs/consent.md#receipt-chain).
 */
import { createHash } from 'node:crypto'
import type { ChainHead } from '../engine/store/receipts.ts'

export const CHAIN_START: ChainHead = { sequence: 0, hash: '' }

/** The link after `head`. @param document the receipt as a JWS */
export function nextLink(head: ChainHead, document: string): ChainHead {
  const sequence = head.sequence + 1
  const digest = createHash('sha256').update(document).digest('base64url')
  const hash = createHash('sha256')
    .update(`${head.hash}\n${sequence}\n${digest}`)
    .digest('base64url')
  return { sequence, hash }
}
