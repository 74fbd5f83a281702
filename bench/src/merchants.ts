/**
 * @module Merchants with their mini programs, as files declare them.
 */
import { randomBytes } from 'node:crypto'

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

/** The product of the primes through 751, which a modulus must not have as factors. */
const SMALL_PRIMES = Array.from({ length: 752 }, (_, n) => n)
  .filter((n) => n > 1 && Array.from({ length: n - 2 }, (_, k) => k + 2).every((k) => n % k !== 0))
  .reduce((product, prime) => product * BigInt(prime), 1n)
/** A prime, so that no modulus has a small factor. */
const REMAINDER = 757n

/** A modulus that looks like that of a key. Thirty thousand real keys would take hours. */
function publicKey(): string {
  const bytes = randomBytes(256)
  bytes[0] = 0xc0
  const random = BigInt(`0x${bytes.toString('hex')}`)
  const modulus = random - (random % SMALL_PRIMES) + REMAINDER
  return pemOf(Buffer.from(modulus.toString(16), 'hex'))
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
