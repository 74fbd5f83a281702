/**
 * @module MACs that cost nothing and prove nothing: each is the same 33 bytes, so rows have the size that they have in the product.
 */
import type { createRecordIntegrity as original } from '../../../packages/server/dist/crypto/records/record-integrity.js'

const MAC = Buffer.alloc(33)

export const createRecordIntegrity: typeof original = (_keys, reportForged) => ({
  macOf: () => MAC,
  isGenuine: () => true,
  reportForged,
})
