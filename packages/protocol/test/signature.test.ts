/**
 * @module The `Signature` header and the signed path.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSignatureHeader, parseSignatureHeader, pathOfTarget } from '../src/signature.ts'

describe(parseSignatureHeader, () => {
  const base64 = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .map((bytes) => Buffer.from(bytes).toString('base64'))
  it('parses a formatted header in every encoding', () => {
    fc.assert(
      fc.property(
        base64,
        fc.nat(1000),
        fc.constantFrom('percent', 'base64', 'base64url'),
        (value, version, encoding) => {
          const parsed = parseSignatureHeader(
            formatSignatureHeader(version, value, encoding as 'percent'),
          )
          expect(parsed?.keyVersion).toBe(version)
          const bytes = (text: string | undefined) =>
            Buffer.from(text ?? '', 'base64').toString('hex')
          expect(bytes(parsed?.base64)).toBe(bytes(value))
        },
      ),
    )
  })

  it.each([
    ['algorithm=RSA256,keyVersion=1,signature=AA', 1],
    ['algorithm=RSA256, keyVersion=12, signature=AA', 12],
    ['keyVersion = 3 , algorithm = RSA256 , signature= AA ', 3],
    ['ALGORITHM=rsa256,KEYVERSION=4,SIGNATURE=AA', 4],
    ['algorithm=SHA256withRSA,signature=AA', undefined],
    ['algorithm=RSA256,other=1,signature=AA', undefined],
  ])('%j has key version %s', (header, keyVersion) => {
    expect(parseSignatureHeader(header)).toEqual({
      keyVersion,
      base64: 'AA',
      encoding: 'base64url',
    })
  })

  it('never throws, whatever the header contains', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSignatureHeader(text)))
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void parseSignatureHeader(`algorithm=RSA256,signature=${text}`),
      ),
    )
  })

  it.each([
    '',
    'signature=',
    'RSA256',
    'algorithm=RSA256,signature=',
    'algorithm=RSA256;signature=AA',
    'algorithm=RSA256,signature=A%',
    'algorithm=RSA256,signature=A*',
    'algorithm=RSA256,signature=A=A',
    'algorithm=RSA256,signature====',
    'algorithm=RSA512,signature=AA',
    'algorithm=RSA2560,signature=AA',
    'noalgorithm=RSA256,signature=AA',
    'keyVersion=1,signature=AA',
    'algorithm=RSA256,keyVersion=-1,signature=AA',
    'algorithm=RSA256,keyVersion=,signature=AA',
    'algorithm=RSA256,keyVersion,signature=AA',
    'algorithm=RSA256,keyVersion=1 2,signature=AA',
  ])('rejects %j', (header) => {
    expect(parseSignatureHeader(header)).toBeUndefined()
  })
})

describe(pathOfTarget, () => {
  it.each([
    ['/v1/a?b=c', '/v1/a?b=c'],
    ['https://host/v1/a?b', '/v1/a?b'],
    ['HTTP://host:1/v1', '/v1'],
    ['http://host', '/'],
    ['//v1/a', '//v1/a'],
    ['/http://host/a', '/http://host/a'],
  ])('the signed path of %s is %s', (target, path) => {
    expect(pathOfTarget(target)).toBe(path)
  })
})
