/**
 * @module The gate for every public key that comes in: from assent.yaml, from registrations, from the key sets of clients, in DPoP proofs.
 * The public part alone shows whether anybody can compute the private part.
 * @see [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518.html#section-6), [NIST SP 800-56B §6.4](https://csrc.nist.gov/pubs/sp/800/56/b/r2/final)
 */
import type { PublicJwk } from './registry.ts'

const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192
const MIN_EXPONENT = 65_537n
const MAX_EXPONENT_BITS = 64
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/**
 * Why a key must not be used, as the predicate of a sentence about the key; `undefined` when it may be used.
 *
 * @example
 * ```ts
 * weaknessOf({ kty: 'RSA', n, e: 'AQ' }) // 'has the public exponent 1, which must be odd and at least 65537'
 * ```
 */
export function weaknessOf(jwk: PublicJwk): string | undefined {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member)))
    return 'is a private or symmetric key: register the public key only'
  return weaknessOfUse(jwk) ?? weaknessOfType(jwk)
}

/** Names the key itself, whatever its `kid`, `alg` and `use` are. Two parties must not have the same. */
export function identityOfKey({ kty, n, e, crv, x, y }: PublicJwk): string {
  return [kty, n, e, crv, x, y].map((member) => member ?? '').join('.')
}

function weaknessOfUse({ use, key_ops: operations }: PublicJwk): string | undefined {
  if (use !== undefined && use !== 'sig') return 'has a use other than sig'
  const canVerify =
    operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
  return canVerify ? undefined : 'has key_ops without verify'
}

function weaknessOfType(jwk: PublicJwk): string | undefined {
  switch (jwk['kty']) {
    case 'RSA':
      return weaknessOfRsa(jwk)
    case 'EC':
      return weaknessOfEc(jwk)
    case 'OKP':
      return weaknessOfOkp(jwk)
    default:
      return 'is neither an RSA, nor a P-256, nor an Ed25519 key'
  }
}

function weaknessOfRsa({ n, e }: PublicJwk): string | undefined {
  const [modulus, exponent] = [readInteger(n), readInteger(e)]
  if (modulus === undefined || exponent === undefined)
    return 'has numbers that are not base64url without leading zeros'
  const bits = modulus.toString(2).length
  if (bits < MIN_RSA_BITS)
    return `has a modulus of ${bits} bits, which must have at least ${MIN_RSA_BITS}`
  if (bits > MAX_RSA_BITS)
    return `has a modulus of ${bits} bits, which must have at most ${MAX_RSA_BITS}`
  if (exponent % 2n === 0n || exponent < MIN_EXPONENT)
    return `has the public exponent ${exponent}, which must be odd and at least ${MIN_EXPONENT}`
  if (exponent.toString(2).length > MAX_EXPONENT_BITS)
    return `has a public exponent of more than ${MAX_EXPONENT_BITS} bits`
  if (SMALL_PRIMES.some((prime) => modulus % prime === 0n))
    return 'has a modulus with a small factor'
  if (hasCloseFactors(modulus)) return 'has a modulus whose factors are too close to each other'
  return isOfInfineon(modulus)
    ? 'is of a generator with the weakness ROCA (CVE-2017-15361)'
    : undefined
}

const P256 = {
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
}

/** The equation of the curve is y² = x³ - 3x + b. */
function weaknessOfEc({ crv, x, y }: PublicJwk): string | undefined {
  if (crv !== 'P-256') return 'is on another curve than P-256'
  const [pointX, pointY] = [readBytes(x, 32), readBytes(y, 32)]
  if (pointX === undefined || pointY === undefined)
    return 'has coordinates of another size than 32 bytes'
  const { p, b } = P256
  const isOnCurve =
    pointX < p &&
    pointY < p &&
    (pointY * pointY - (pointX * pointX * pointX - 3n * pointX + b)) % p === 0n
  return isOnCurve ? undefined : 'is not a point of P-256'
}

/** The points of small order, whose signatures anybody can compute: y is 0, 1, -1 or one of two others, with either sign. */
const ED25519_P = 2n ** 255n - 19n
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  ED25519_P - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
])

function weaknessOfOkp({ crv, x }: PublicJwk): string | undefined {
  if (crv !== 'Ed25519') return 'is on another curve than Ed25519'
  const bytes = readBytes(x, 32)
  if (bytes === undefined) return 'is not 32 bytes in base64url'
  const y = reverseBytes(bytes) % 2n ** 255n
  return y >= ED25519_P || SMALL_ORDER.has(y) ? 'is not a usable point of Ed25519' : undefined
}

function reverseBytes(value: bigint): bigint {
  const bytes = value.toString(16).padStart(64, '0').match(/../g) ?? []
  return BigInt(`0x${bytes.reverse().join('')}`)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** @returns `undefined` unless the text is the shortest encoding of a number */
function readInteger(text: unknown): bigint | undefined {
  const hex = decodeHex(text)
  return hex === undefined || hex === '' || hex.startsWith('00') ? undefined : BigInt(`0x${hex}`)
}

function readBytes(text: unknown, size: number): bigint | undefined {
  const hex = decodeHex(text)
  return hex?.length === 2 * size ? BigInt(`0x${hex}`) : undefined
}

/** @returns `undefined` unless the text is base64url without padding, in the only encoding of its bytes */
function decodeHex(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1)
    return undefined
  // Two characters are twelve bits, which are three hexadecimal digits.
  const pairs = (text.length % 2 === 0 ? text : `${text}A`).match(/../g) ?? []
  const digits = pairs.map((pair) => digitsOf(pair).toString(16).padStart(3, '0')).join('')
  const used = 2 * Math.floor((text.length * 6) / 8)
  return /^0*$/.test(digits.slice(used)) ? digits.slice(0, used) : undefined
}

function digitsOf(pair: string): number {
  return 64 * ALPHABET.indexOf(pair.charAt(0)) + ALPHABET.indexOf(pair.charAt(1))
}

const MAX_SMALL_PRIME = 751
const SMALL_PRIMES: readonly bigint[] = primesThrough(MAX_SMALL_PRIME)

function primesThrough(max: number): readonly bigint[] {
  const primes: number[] = []
  for (let n = 2; n <= max; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map(BigInt)
}

const FERMAT_ROUNDS = 20

/** Fermat's method finds factors that are close to each other within a few rounds. */
function hasCloseFactors(modulus: bigint): boolean {
  let a = squareRoot(modulus)
  if (a * a < modulus) a++
  for (let round = 0; round < FERMAT_ROUNDS; round++, a++) {
    if (isSquare(a * a - modulus)) return true
  }
  return false
}

/** One number of 26 is a square modulo this one, so few roots have to be computed. */
const FILTER = 5040
const SQUARES_OF_FILTER: ReadonlySet<bigint> = new Set(
  Array.from({ length: FILTER }, (_, n) => BigInt(n ** 2 % FILTER)),
)

function isSquare(value: bigint): boolean {
  if (!SQUARES_OF_FILTER.has(value % BigInt(FILTER))) return false
  const root = squareRoot(value)
  return root * root === value
}

/** Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

const ROCA_PRIMES: readonly bigint[] = primesThrough(167).slice(1)

/**
 * Moduli of the generator are powers of 65537 modulo every small prime.
 * @see [The Return of Coppersmith's Attack](https://crocs.fi.muni.cz/public/papers/rsa_ccs17)
 */
function isOfInfineon(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => powersOf(MIN_EXPONENT, prime).has(modulus % prime))
}

function powersOf(base: bigint, prime: bigint): ReadonlySet<bigint> {
  const powers = new Set<bigint>()
  for (let power = 1n; !powers.has(power); power = (power * base) % prime) powers.add(power)
  return powers
}
