/**
 * @module Sealed credentials: their lengths and formats, confidentiality, and rejection of everything that was not sealed here.
 */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasterKeys } from '../../src/crypto/keys/master-keys.ts'
import { createSealedCredentials } from '../../src/crypto/sealed-credentials.ts'
import type {
  AccessTokenClaims,
  CodeBinding,
  CodeClaims,
  RefreshTokenClaims,
  TokenBinding,
} from '../../src/engine/ports/credentials.ts'
import { INSTALLATION } from '../support/installation.ts'

const INVITATION = { redirectHosts: ['a.example'], isVouchedFor: false }
const first = randomBytes(32)
const credentials = createSealedCredentials(createMasterKeys(new Map([[1, first]])), INSTALLATION)
/** Another node with the same keys. */
const otherNode = createSealedCredentials(createMasterKeys(new Map([[1, first]])), INSTALLATION)
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })
const instant = fc.integer({ min: 1_700_000_000, max: 2_100_000_000 })

const code: fc.Arbitrary<Omit<CodeClaims, 'authorizationId'>> = fc.record(
  {
    grantId: uint(48),
    epoch: uint(24),
    scopeSet: uint(32),
    issuedAt: instant,
    codeChallenge: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('base64url')),
  },
  { requiredKeys: ['grantId', 'epoch', 'scopeSet', 'issuedAt'] },
)

const authorizationId = instant.map(
  (time) => time.toString(16).padStart(8, '0') + randomBytes(12).toString('hex'),
)

const accessToken: fc.Arbitrary<AccessTokenClaims> = fc.record({
  authorizationId,
  grantId: uint(48),
  epoch: uint(48),
  clientNumber: uint(32),
  scopeSet: uint(32),
  issuedAt: instant,
  expiresAt: instant,
})

const refreshToken: fc.Arbitrary<RefreshTokenClaims> = fc.record({
  authorizationId,
  grantId: uint(48),
  epoch: uint(48),
  scopeSet: uint(32),
  generation: uint(32),
  keyVersion: fc.constant(1),
})

const text = (maxLength: number) => fc.string({ minLength: 1, maxLength, unit: 'grapheme' })

const tokenBinding: fc.Arbitrary<TokenBinding> = fc.record(
  {
    clientId: text(128),
    jkt: text(43),
    resources: fc.array(text(100), { minLength: 1, maxLength: 4 }),
    authTime: instant,
  },
  { requiredKeys: ['clientId'] },
)
const codeBinding: fc.Arbitrary<CodeBinding> = fc
  .tuple(
    tokenBinding,
    fc.record(
      {
        redirectHash: fc.string({ minLength: 43, maxLength: 43 }),
        challenge: fc.string({ minLength: 43, maxLength: 43 }),
        nonce: text(255),
      },
      { requiredKeys: ['redirectHash', 'challenge'] },
    ),
  )
  .map(([common, own]) => ({ ...common, ...own }))

const kinds = [
  'openCode',
  'openAccessToken',
  'openRefreshToken',
  'openAuthRequest',
  'openTokenId',
  'openClientToken',
  'openRegistrationToken',
  'openProofNonce',
  'openPrivacySession',
  'openAdminSignIn',
] as const
const prefixes = ['ac', 'at', 'rt', 'pr', 'ti', 'ct', 'ir', 'pn', 'ps', 'as'] as const

describe('sealed credentials', () => {
  it('seals a code in 63 characters, or 106 with a code challenge, and derives the authorization ID from its time and nonce', () => {
    fc.assert(
      fc.property(code, (claims) => {
        const sealed = credentials.sealCode(claims)
        expect(sealed).toHaveLength(claims.codeChallenge === undefined ? 63 : 106)
        const { authorizationId, ...opened } = otherNode.openCode(sealed) as CodeClaims
        expect(opened).toEqual(claims)
        expect(authorizationId.slice(0, 8)).toBe(claims.issuedAt.toString(16).padStart(8, '0'))
        expect(authorizationId).toHaveLength(32)
      }),
    )
  })

  it('opens a code with the same claims on every node', () => {
    const codeOfClient = fc
      .tuple(code, codeBinding)
      .map(([{ codeChallenge: _, ...claims }, binding]) => ({ ...claims, binding }))
    fc.assert(
      fc.property(fc.oneof(code, codeOfClient), (claims) => {
        const sealed = credentials.sealCode(claims)
        expect(credentials.openCode(sealed)).toMatchObject(claims)
        expect(credentials.openCode(sealed)).toStrictEqual(otherNode.openCode(sealed))
      }),
    )
  })

  it('seals an access token in 105 characters', () => {
    fc.assert(
      fc.property(accessToken, (claims) => {
        const sealed = credentials.sealAccessToken(claims)
        expect(sealed).toHaveLength(105)
        expect(credentials.openAccessToken(sealed)).toEqual(claims)
      }),
    )
  })

  it('makes a refresh token of 99 characters, always the same one for the same claims', () => {
    fc.assert(
      fc.property(refreshToken, (claims) => {
        const made = credentials.makeRefreshToken(claims)
        expect(made).toHaveLength(99)
        expect(credentials.makeRefreshToken(claims)).toBe(made)
        expect(credentials.openRefreshToken(made)).toEqual(claims)
      }),
    )
  })

  it.each([
    {
      name: 'of a merchant',
      binding: undefined,
      token:
        'rt_AQehIGtJ0gAAAQIDBAUGBwgJCgsAAAAAAAEAAAAAAAIAAAADAAAABNlsXXfnVsD8grgT9xQciUgiTvR9-t86qUCwb_v7LreY',
    },
    {
      name: 'of an OAuth client',
      binding: { clientId: 'c' },
      token:
        'rt_AQehIGtJ0gAAAQIDBAUGBwgJCgsAAAAAAAEAAAAAAAIAAAADAAAABHsiY2xpZW50SWQiOiJjIn3zRZsUIM0gCeGB2mNQQQ6Hui8Srqkdhpb3tm_-61hTyw',
    },
  ])(
    'keeps the format and MAC of a refresh token $name, so that issued tokens stay valid',
    ({ binding, token }) => {
      const node = createSealedCredentials(
        createMasterKeys(new Map([[1, Buffer.alloc(32, 7)]])),
        INSTALLATION,
      )
      const claims = {
        authorizationId: '6b49d200000102030405060708090a0b',
        grantId: 1,
        epoch: 2,
        scopeSet: 3,
        generation: 4,
        keyVersion: 1,
        ...(binding && { binding }),
      }
      expect(node.makeRefreshToken(claims)).toBe(token)
      expect(node.openRefreshToken(token)).toEqual(claims)
    },
  )

  it('carries the binding in the credentials of OAuth clients', () => {
    fc.assert(
      fc.property(
        code,
        codeBinding,
        accessToken,
        refreshToken,
        tokenBinding,
        ({ codeChallenge: _, ...plain }, bound, access, refresh, carried) => {
          const sealed = credentials.sealCode({ ...plain, binding: bound })
          expect(otherNode.openCode(sealed)).toMatchObject({ ...plain, binding: bound })
          const claims = { ...access, binding: carried }
          const opened = credentials.openAccessToken(credentials.sealAccessToken(claims))
          expect(opened).toEqual(claims)
          expect(credentials.openTokenId(credentials.sealTokenId(claims))).toEqual(claims)
          const chain = { ...refresh, binding: carried }
          const made = credentials.makeRefreshToken(chain)
          expect(credentials.openRefreshToken(made)).toEqual(chain)
          expect(made).not.toBe(credentials.makeRefreshToken(refresh))
        },
      ),
    )
  })

  it('rejects a credential with one character changed, added or removed, without an exception', () => {
    const sealed = fc.oneof(
      code.map((claims) => ({ text: credentials.sealCode(claims), kind: 0 })),
      accessToken.map((claims) => ({ text: credentials.sealAccessToken(claims), kind: 1 })),
      refreshToken.map((claims) => ({ text: credentials.makeRefreshToken(claims), kind: 2 })),
    )
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ']
    fc.assert(
      fc.property(
        sealed,
        fc.nat(),
        fc.constantFrom(...alphabet),
        fc.constantFrom(-1, 0, 1),
        ({ text, kind }, index, character, change) => {
          const at = index % text.length
          const altered =
            text.slice(0, at) +
            (change < 0 ? '' : character) +
            text.slice(at + (change > 0 ? 0 : 1))
          fc.pre(altered !== text)
          expect(credentials[kinds[kind] ?? 'openCode'](altered)).toBeUndefined()
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('opens no credential as another type', () => {
    fc.assert(
      fc.property(
        code,
        accessToken,
        refreshToken,
        instant,
        (codeClaims, accessClaims, refreshClaims, now) => {
          const texts = [
            credentials.sealCode(codeClaims),
            credentials.sealAccessToken(accessClaims),
            credentials.makeRefreshToken(refreshClaims),
            credentials.sealAuthRequest(
              { appId: 'a', scopes: [{ scope: 's' }], expiresAt: now },
              now,
            ),
            credentials.sealTokenId(accessClaims),
            credentials.sealClientToken({
              scopes: [],
              issuedAt: now,
              expiresAt: now,
              binding: { clientId: 'c' },
            }),
            credentials.sealRegistrationToken({ ...INVITATION, appId: 'a', expiresAt: now }, now),
            credentials.sealProofNonce(now),
            credentials.sealPrivacySession(
              { user: { walletId: 'w', userId: 'u' }, expiresAt: now },
              now,
            ),
            credentials.sealAdminSignIn({ step: 'passkey', challenge: 'c', expiresAt: now }, now),
          ]
          texts.forEach((text, made) => {
            kinds.forEach((open, kind) => {
              for (const prefix of prefixes) {
                const opened = credentials[open](prefix + text.slice(2))
                const isOwn = made === kind && text.startsWith(prefix)
                expect(opened !== undefined, `${open} of ${made} as ${prefix}`).toBe(isOwn)
              }
            })
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  it('rejects credentials of other master keys, and accepts those of older keys after a rotation', () => {
    const claims = { grantId: 1, epoch: 1, scopeSet: 1, issuedAt: 1_800_000_000 }
    const sealed = credentials.sealCode(claims)
    const refresh = {
      authorizationId: '6b49d200000102030405060708090a0b',
      grantId: 1,
      epoch: 1,
      scopeSet: 1,
      generation: 0,
      keyVersion: 1,
    }
    const stranger = createSealedCredentials(
      createMasterKeys(new Map([[1, randomBytes(32)]])),
      INSTALLATION,
    )
    expect(stranger.openCode(sealed)).toBeUndefined()
    expect(stranger.openRefreshToken(credentials.makeRefreshToken(refresh))).toBeUndefined()
    const rotated = createSealedCredentials(
      createMasterKeys(
        new Map([
          [1, first],
          [2, randomBytes(32)],
        ]),
      ),
      INSTALLATION,
    )
    expect(rotated.keyVersion).toBe(2)
    expect(rotated.openCode(sealed)).toMatchObject(claims)
    expect(rotated.makeRefreshToken(refresh)).toBe(credentials.makeRefreshToken(refresh))
    expect(credentials.openCode(rotated.sealCode(claims))).toBeUndefined()
  })

  it('seals the same claims to a different text each time', () => {
    const claims = { grantId: 1, epoch: 1, scopeSet: 1, issuedAt: 1_800_000_000 }
    const codes = new Set(Array.from({ length: 1000 }, () => credentials.sealCode(claims)))
    expect(codes.size).toBe(1000)
    const contents = new Set([...codes].map((text) => text.slice(-40)))
    expect(contents.size).toBe(1000)
  })

  it.each([
    { keys: new Map<number, Buffer>(), name: 'no key' },
    { keys: new Map([[1, randomBytes(16)]]), name: 'a short key' },
    { keys: new Map([[0, randomBytes(32)]]), name: 'version 0' },
    { keys: new Map([[256, randomBytes(32)]]), name: 'version 256' },
  ])('rejects $name as a master key', ({ keys }) => {
    expect(() => createMasterKeys(keys)).toThrow(TypeError)
  })
})

describe('credentials of another installation with the same master keys', () => {
  const keys = createMasterKeys(new Map([[1, first]]))
  const token: AccessTokenClaims = {
    authorizationId: '00'.repeat(16),
    grantId: 1,
    epoch: 1,
    clientNumber: 1,
    scopeSet: 1,
    issuedAt: 1_800_000_000,
    expiresAt: 1_800_003_600,
  }
  const refreshToken: RefreshTokenClaims = {
    authorizationId: '6b49d200'.padEnd(32, '0'),
    grantId: 1,
    epoch: 1,
    scopeSet: 1,
    generation: 0,
    keyVersion: 1,
  }
  const user = { walletId: 'w', userId: 'u' }
  const now = token.issuedAt
  type Own = typeof credentials
  const kinds: Record<
    string,
    readonly [(own: Own) => string, (own: Own, text: string) => unknown]
  > = {
    code: [
      (own) => own.sealCode({ grantId: 1, epoch: 1, scopeSet: 1, issuedAt: now }),
      (own, text) => own.openCode(text),
    ],
    'access token': [(own) => own.sealAccessToken(token), (own, text) => own.openAccessToken(text)],
    'refresh token': [
      (own) => own.makeRefreshToken(refreshToken),
      (own, text) => own.openRefreshToken(text),
    ],
    'id of a JWT': [(own) => own.sealTokenId(token), (own, text) => own.openTokenId(text)],
    'client token': [
      (own) => own.sealClientToken({ ...token, scopes: [], binding: { clientId: 'c' } }),
      (own, text) => own.openClientToken(text),
    ],
    'initial access token': [
      (own) => own.sealRegistrationToken({ ...INVITATION, appId: 'app', expiresAt: now }, now),
      (own, text) => own.openRegistrationToken(text),
    ],
    'DPoP nonce': [(own) => own.sealProofNonce(now), (own, text) => own.openProofNonce(text)],
    'authorization request': [
      (own) => own.sealAuthRequest({ appId: 'app', scopes: [], expiresAt: now }, now),
      (own, text) => own.openAuthRequest(text),
    ],
    'form response': [
      (own) =>
        own.sealFormResponse({ uri: 'https://c.example', parameters: {}, expiresAt: now }, now),
      (own, text) => own.openFormResponse(text),
    ],
    'privacy session': [
      (own) => own.sealPrivacySession({ user, expiresAt: now }, now),
      (own, text) => own.openPrivacySession(text),
    ],
    'sign-in of an administrator': [
      (own) => own.sealAdminSignIn({ step: 'passkey', challenge: 'c', expiresAt: now }, now),
      (own, text) => own.openAdminSignIn(text),
    ],
  }
  const others = {
    'another environment': { ...INSTALLATION, environment: 'staging' },
    'another issuer': { ...INSTALLATION, issuer: 'https://staging.example' },
  }

  it('covers every kind', () => {
    const openers = Object.keys(credentials).filter((name) => name.startsWith('open'))
    expect(Object.keys(kinds)).toHaveLength(openers.length)
  })

  it.each(Object.keys(kinds))('refuses a %s of another environment, in both directions', (kind) => {
    const [seal, open] = kinds[kind] as (typeof kinds)[string]
    const staging = createSealedCredentials(keys, others['another environment'])
    expect(open(credentials, seal(credentials))).toBeDefined()
    expect(open(staging, seal(staging))).toBeDefined()
    expect(open(staging, seal(credentials))).toBeUndefined()
    expect(open(credentials, seal(staging))).toBeUndefined()
  })

  it.each(Object.keys(kinds).filter((kind) => kind !== 'refresh token'))(
    'refuses a %s of another issuer',
    (kind) => {
      const [seal, open] = kinds[kind] as (typeof kinds)[string]
      const renamed = createSealedCredentials(keys, others['another issuer'])
      expect(open(renamed, seal(credentials))).toBeUndefined()
      expect(open(credentials, seal(renamed))).toBeUndefined()
    },
  )

  it('keeps refresh tokens when the issuer changes: their authorization is in the database', () => {
    const renamed = createSealedCredentials(keys, others['another issuer'])
    expect(renamed.openRefreshToken(credentials.makeRefreshToken(refreshToken))).toEqual(
      refreshToken,
    )
  })
})
