/**
 * @module Merchants with their mini programs, as files declare them.
 */
import { randomBytes } from 'node:crypto'
import { weaknessOf } from '../../packages/server/dist/engine/key-strength.js'

export type MerchantEntry = ReturnType<typeof merchantsOf>[number]

/** @param miniProgramsEach how many mini programs a merchant has on average */
export function merchantsOf(count: number, miniProgramsEach: number) {
  return Array.from({ length: count }, (_, n) => {
    const first = Math.round(n * miniProgramsEach)
    const next = Math.round((n + 1) * miniProgramsEach)
    return {
      clientId: `merchant-${n}`,
      name: `Merchant ${n} Trading`,
      country: 'SG',
      keys: [{ version: 1, publicKey: publicKey() }],
      miniPrograms: Array.from({ length: next - first }, (_, index) => ({
        appId: `app-${first + index}`,
        name: `Shop ${first + index}`,
        domains: [`https://shop-${first + index}.example`],
        scopes: ['auth_base', 'auth_user'],
        verified: true,
      })),
    }
  })
}

/** A modulus that looks like that of a key. Thirty thousand real keys would take hours. */
function publicKey(): string {
  for (;;) {
    const bytes = randomBytes(256)
    bytes[0] = 0xc0
    const jwk = { kty: 'RSA', n: bytes.toString('base64url'), e: 'AQAB' }
    if (weaknessOf(jwk) === undefined) return pemOf(bytes)
  }
}

/** DER of an RSA key of 2048 bits with the exponent 65537, up to the modulus, and after it (RFC 8017 A.1.1). */
const PREFIX = Buffer.from(
  '30820122300d06092a864886f70d01010105000382010f003082010a0282010100',
  'hex',
)
const SUFFIX = Buffer.from('0203010001', 'hex')

function pemOf(modulus: Buffer): string {
  return Buffer.concat([PREFIX, modulus, SUFFIX]).toString('base64')
}
