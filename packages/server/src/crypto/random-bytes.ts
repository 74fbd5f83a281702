/**
 * @module Random bytes, taken from the system a page at a time: every credential needs a few, and asking for them one by one costs
 * more than what they are used for.
 */
import { randomFillSync } from 'node:crypto'

const PAGE_BYTES = 4096

let page = Buffer.alloc(0)
let used = 0

/** Bytes that nobody was given before. */
export function randomBytes(size: number): Buffer {
  if (used + size > page.length) {
    page = randomFillSync(Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, size)))
    used = 0
  }
  used += size
  return page.subarray(used - size, used)
}
