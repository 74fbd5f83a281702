/**
 * @module Random bytes. Requests need a few bytes several times each, and a call of `randomBytes` in `node:crypto` costs microseconds
 * whatever its size, so the bytes are read from the system in blocks.
 */
import { randomFillSync } from 'node:crypto'
import type { RandomSource } from '../engine/ports.ts'

const BLOCK_BYTES = 4096

let block = Buffer.alloc(0)
let usedBytes = 0

/** Cryptographically secure random bytes. No byte of a block is returned twice. */
export function randomBytes(size: number): Buffer {
  if (usedBytes + size > block.length) {
    block = randomFillSync(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, size)))
    usedBytes = 0
  }
  usedBytes += size
  return block.subarray(usedBytes - size, usedBytes)
}

export const random: RandomSource = {
  text: (byteLength) => randomBytes(byteLength).toString('base64url'),
  integer48: () => randomBytes(6).readUIntBE(0, 6),
}
