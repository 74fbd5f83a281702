/**
 * @module The words on the wire.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DIALECTS,
  ERRORS,
  formatSignatureHeader,
  formatTime,
  JSAPI_CAUSES,
  OPERATIONS,
  parseRequestTime,
  parseScopes,
  parseSignatureHeader,
  pathOfTarget,
  ROUTES,
  toResult,
} from '../src/index.ts'

describe(parseScopes, () => {
  it.each([
    { input: undefined, scopes: [{ scope: 'auth_base' }] },
    { input: null, scopes: [{ scope: 'auth_base' }] },
    { input: 'a', scopes: [{ scope: 'a' }] },
    { input: 'a, b,a', scopes: [{ scope: 'a' }, { scope: 'b' }] },
    {
      input: ['a', { scope: 'b', required: true }],
      scopes: [{ scope: 'a' }, { scope: 'b', required: true }],
    },
    {
      input: [{ scope: 'a', required: false, lifetime: '30d' }],
      scopes: [{ scope: 'a', lifetime: '30d' }],
    },
    { input: [{ scope: 'a', lifetime: null }], scopes: [{ scope: 'a' }] },
    { input: ['a', { scope: 'a', required: true }, 'a'], scopes: [{ scope: 'a', required: true }] },
  ])('$input', ({ input, scopes }) => {
    expect(parseScopes(input)).toEqual(scopes)
  })

  it.each([
    [''],
    [[]],
    [['']],
    [7],
    [true],
    [{}],
    [['a', 7]],
    [['a b']],
    [[null]],
    [[{ required: true }]],
    [[{ scope: 'a', required: 'yes' }]],
    [['a'.repeat(65)]],
    [['1a']],
    ['a,,b'],
    [Array.from({ length: 33 }, (_, n) => `s${n}`)],
  ])('%j is none', (input) => {
    expect(parseScopes(input)).toBeUndefined()
  })
})

describe(parseSignatureHeader, () => {
  const base64 = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .map((bytes) => Buffer.from(bytes).toString('base64'))
  it('reads what formatSignatureHeader writes, in every encoding', () => {
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
  ])('%j names key version %s', (header, keyVersion) => {
    expect(parseSignatureHeader(header)).toEqual({
      keyVersion,
      base64: 'AA',
      encoding: 'base64url',
    })
  })

  it('never throws', () => {
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
  ])('%j is none', (header) => {
    expect(parseSignatureHeader(header)).toBeUndefined()
  })
})

describe(parseRequestTime, () => {
  it('reads what formatTime writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseRequestTime(formatTime(seconds))).toBe(seconds)
      }),
    )
  })

  it.each([
    ['1647833552770', 1647833552],
    ['2022-03-21T11:32:32.770+08:00', 1647833552],
    ['2022-03-21T11:32:32+0800', 1647833552],
    ['2022-03-21T03:32:32.123456789Z', 1647833552],
    ['2022-03-21T03:32:32.Z', 1647833552],
    ['2022-03-21T03:32Z', 1647833520],
    ['2022-03-21 03:32:32Z', undefined],
    ['2022-03-21T03:32:32', undefined],
    ['2022-03-21', undefined],
    ['1647833552', undefined],
    ['2022-13-21T03:32:32Z', undefined],
    ['', undefined],
  ])('%s → %s', (text, seconds) => {
    expect(parseRequestTime(text)).toBe(seconds)
  })

  it('writes an offset with a colon', () => {
    expect(formatTime(1647833552)).toBe('2022-03-21T03:32:32+00:00')
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
  ])('%s → %s', (target, path) => {
    expect(pathOfTarget(target)).toBe(path)
  })
})

describe('results', () => {
  const rows = Object.keys(ERRORS) as (keyof typeof ERRORS)[]
  it.each(rows)('%s fits its limits in every vocabulary, and says what to do', (cause) => {
    for (const vocabulary of ['v1', 'v2', 'ams'] as const) {
      const { resultCode, resultMessage, resultStatus } = toResult(
        cause,
        vocabulary,
        'x'.repeat(300),
      )
      expect(resultCode).toMatch(/^[A-Z_]{1,64}$/)
      expect(resultMessage.length).toBeLessThanOrEqual(256)
      expect(['F', 'U']).toContain(resultStatus)
    }
    expect(ERRORS[cause].message).toMatch(/\.$/)
  })

  it('no cause of the same family of credentials shares a code with another', () => {
    const credentials = rows.filter((cause) => /^(CODE|REFRESH_TOKEN|ACCESS_TOKEN)_/.test(cause))
    for (const vocabulary of ['v1', 'v2', 'ams'] as const) {
      const codes = credentials.map((cause) => toResult(cause, vocabulary).resultCode)
      expect(new Set(codes).size).toBe(codes.length)
    }
  })
})

describe('JSAPI causes', () => {
  it('have the documented numbers', () => {
    const numbers = Object.fromEntries(
      Object.entries(JSAPI_CAUSES).map(([cause, { error }]) => [cause, error]),
    )
    expect(numbers).toEqual({
      PARAM_INVALID: 2,
      INTERNAL: 3,
      NOT_PERMITTED: 4,
      SCOPE_NOT_APPROVED: 4,
      NOT_A_TESTER: 4,
      FIRST_SCREEN: 4,
      DEEP_LINK: 4,
      NO_USER_GESTURE: 4,
      NOT_VISIBLE: 4,
      CONSENT_ALREADY_OPEN: 4,
      DISMISSED: 10,
      GUARDIAN_PENDING: 10,
      PAGE_GONE: 10,
      USER_DECLINED: 11,
      DECLINED_RECENTLY: 11,
      DECLINED_REPEATEDLY: 11,
      NETWORK: 12,
      TIMEOUT: 12,
    })
  })
})

describe('dialects', () => {
  it('every path of every dialect is served, as its own operation', () => {
    for (const dialect of Object.values(DIALECTS)) {
      for (const operation of OPERATIONS) {
        for (const path of dialect.paths[operation]) {
          expect(ROUTES.get(path)).toMatchObject({
            operation,
            dialect: { vocabulary: dialect.resultDialect },
          })
        }
      }
    }
  })
})
