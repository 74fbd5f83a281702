/**
 * @module Public keys whose private key anybody can compute, or that are written in two ways, do not pass; keys of good generators do.
 */
import { checkPrimeSync, generateKeyPairSync, generatePrimeSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { identityOfKey, weaknessOf } from '../../src/engine/key-strength.ts'
import type { PublicJwk } from '../../src/engine/registry.ts'

function publicJwk(type: 'rsa' | 'ec' | 'ed25519', options: object = {}): PublicJwk {
  const generate = generateKeyPairSync as (
    type: string,
    options: object,
  ) => { publicKey: import('node:crypto').KeyObject }
  return generate(type, options).publicKey.export({ format: 'jwk' }) as PublicJwk
}

const RSA = publicJwk('rsa', { modulusLength: 2048 })
const EC = publicJwk('ec', { namedCurve: 'P-256' })
const ED25519 = publicJwk('ed25519')

function encode(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

function decode(text: unknown): bigint {
  return BigInt(`0x${Buffer.from(String(text), 'base64url').toString('hex')}`)
}

const N = decode(RSA['n'])
/** The same bytes with zeros in front. */
function padded(text: unknown, zeros: number): string {
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(String(text), 'base64url')]).toString(
    'base64url',
  )
}

function nextPrime(from: bigint): bigint {
  for (let candidate = from + (from % 2n === 0n ? 1n : 2n); ; candidate += 2n)
    if (checkPrimeSync(candidate)) return candidate
}

function closeFactors(): bigint {
  const p = generatePrimeSync(1024, { bigint: true })
  return p * nextPrime(p)
}

/** A prime of the generator of CVE-2017-15361: a power of 65537 modulo the product of small primes. */
function primeOfInfineon(): bigint {
  const product = [...Array(166).keys()]
    .map((n) => n + 2)
    .filter((n) => checkPrimeSync(BigInt(n)))
    .map(BigInt)
    .reduce((a, b) => a * b)
  let power = 1n
  for (let n = 0; n < 1000; n++) power = (power * 65_537n) % product
  for (;;) {
    const factor = BigInt(`0xc0${randomBytes(100).toString('hex')}`)
    const candidate = factor * product + power
    if (checkPrimeSync(candidate)) return candidate
  }
}

describe(weaknessOf, () => {
  it.each<[string, PublicJwk]>([
    ['RSA of 2048 bits', RSA],
    ['RSA of 3072 bits', publicJwk('rsa', { modulusLength: 3072 })],
    ['P-256', EC],
    ['Ed25519', ED25519],
    ['a key for signatures', { ...EC, use: 'sig', key_ops: ['verify'], kid: '1', alg: 'ES256' }],
  ])('accepts %s', (_name, jwk) => {
    expect(weaknessOf(jwk)).toBeUndefined()
  })

  it.each<[string, PublicJwk, RegExp]>([
    ['e = 1', { ...RSA, e: 'AQ' }, /public exponent 1,/],
    ['e = 3', { ...RSA, e: 'Aw' }, /public exponent 3,/],
    ['an even e', { ...RSA, e: encode(65_538n) }, /public exponent 65538,/],
    ['a huge e', { ...RSA, e: encode(2n ** 65n + 1n) }, /more than 64 bits/],
    ['an even modulus', { ...RSA, n: encode(N + 1n) }, /small factor/],
    ['a modulus with the factor 3', { ...RSA, n: encode((N / 6n) * 6n + 3n) }, /small factor/],
    ['1024 bits', publicJwk('rsa', { modulusLength: 1024 }), /1024 bits/],
    [
      '1024 bits, padded with zeros to the length of 2048',
      { ...RSA, n: padded(publicJwk('rsa', { modulusLength: 1024 })['n'], 128) },
      /without leading zeros/,
    ],
    ['a padded modulus', { ...RSA, n: padded(RSA['n'], 1) }, /without leading zeros/],
    ['a padded exponent', { ...RSA, e: padded(RSA['e'], 1) }, /without leading zeros/],
    ['16384 bits', { ...RSA, n: encode(2n ** 16_383n + 1n) }, /at most 8192/],
    ['no exponent', { kty: 'RSA', n: RSA['n'] }, /not base64url/],
    ['a modulus in base64', { ...RSA, n: `${RSA['n']}=` }, /not base64url/],
    ['close factors', { ...RSA, n: encode(closeFactors()) }, /too close/],
    ['ROCA', { ...RSA, n: encode(primeOfInfineon() * primeOfInfineon()) }, /ROCA/],
    ['a point off the curve', { ...EC, y: EC['x'] }, /not a point/],
    ['the point at infinity', { ...EC, x: 'A'.repeat(43), y: 'A'.repeat(43) }, /not a point/],
    ['a padded coordinate', { ...EC, x: padded(EC['x'], 1) }, /32 bytes/],
    ['P-384', publicJwk('ec', { namedCurve: 'P-384' }), /another curve/],
    ['secp256k1', { ...EC, crv: 'secp256k1' }, /another curve/],
    ['a small point of Ed25519', { ...ED25519, x: `AQ${'A'.repeat(41)}` }, /not a usable point/],
    ['X25519', { ...ED25519, crv: 'X25519' }, /another curve/],
    ['31 bytes', { ...ED25519, x: 'A'.repeat(42) }, /32 bytes/],
    ['a private key', { ...EC, d: 'AA' }, /private or symmetric/],
    ['a symmetric key', { kty: 'oct', k: 'AAAA' }, /private or symmetric/],
    ['an unknown type', { kty: 'AKP' }, /neither/],
    ['a key for encryption', { ...RSA, use: 'enc' }, /use other than sig/],
    ['key_ops without verify', { ...RSA, key_ops: ['encrypt'] }, /key_ops without verify/],
  ])('refuses %s', (_name, jwk, weakness) => {
    expect(weaknessOf(jwk)).toMatch(weakness)
  })
})

it('identifies a key whatever it is called', () => {
  expect(identityOfKey({ ...RSA, kid: 'a', use: 'sig' })).toBe(identityOfKey({ ...RSA, kid: 'b' }))
  expect(identityOfKey(EC)).not.toBe(identityOfKey(ED25519))
})
