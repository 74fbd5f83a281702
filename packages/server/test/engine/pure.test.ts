/**
 * @module The engine's pure parts.
 */
import { CONSENT_DURATIONS } from '@assent/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasher } from '../../src/crypto/hashes.ts'
import { authorizeApi } from '../../src/engine/apis/authorize-api.ts'
import { canonicalJson, type Json } from '../../src/engine/canonical-json.ts'
import { chooseLocale, LOCALES } from '../../src/engine/consent/prompt.ts'
import {
  applyDecision,
  clearDenials,
  type DecisionChange,
  effectiveScopes,
  type GrantTerms,
  withdraw,
  withdrawnAtOf,
} from '../../src/engine/grant.ts'
import type { Grant } from '../../src/engine/records.ts'
import type { Api, Registry } from '../../src/engine/registry.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import { maskDate, maskEmail, maskPhone, maskWords } from '../../src/engine/users/masking.ts'
import { previewOf, profileOf } from '../../src/engine/users/profile.ts'
import { grantOf } from '../stores/records.ts'
import { clientOf, miniProgramOf } from '../support/memory.ts'

const NOW = 1_800_000_000

const TERMS: GrantTerms = { sheetHash: 'h', lifetime: 'until_withdrawn', fields: [] }

function termsFor(...scopes: readonly string[]): DecisionChange['granted'] {
  return Object.fromEntries(scopes.map((scope) => [scope, TERMS]))
}

describe(effectiveScopes, () => {
  const registryOf = (scopes: readonly string[], active = true): Registry => ({
    scopes: new Map(),
    clients: new Map([['client', clientOf('client', 1)]]),
    clientsByNumber: new Map(),
    miniPrograms: new Map([['app', { ...miniProgramOf('app', 'client', scopes), active }]]),
    oauthClients: new Map(),
    wallets: new Map(),
    apis: new Map(),
    consentDurations: {
      basic: CONSENT_DURATIONS,
      sensitive: CONSENT_DURATIONS,
      restricted: CONSENT_DURATIONS,
    },
  })
  const registry = registryOf(['a', 'b'])

  it('opens a scope only from the epoch at which it was granted', () => {
    const first = applyDecision(
      grantOf(),
      { implicit: [], granted: termsFor('a'), denied: [] },
      NOW,
    )
    const second = applyDecision(first, { implicit: [], granted: termsFor('b'), denied: [] }, NOW)
    expect(effectiveScopes(registry, second, first.epoch, ['a', 'b'], NOW)).toEqual(['a'])
    expect(effectiveScopes(registry, second, second.epoch, ['a', 'b'], NOW)).toEqual(['a', 'b'])
    const third = withdraw(second, ['a'], NOW)
    expect(effectiveScopes(registry, third, second.epoch, ['a', 'b'], NOW)).toEqual(['b'])
    const fourth = applyDecision(third, { implicit: [], granted: termsFor('a'), denied: [] }, NOW)
    expect(effectiveScopes(registry, fourth, second.epoch, ['a', 'b'], NOW)).toEqual(['b'])
    expect(effectiveScopes(registry, fourth, fourth.epoch, ['a', 'b'], NOW)).toEqual(['a', 'b'])
  })

  it('opens nothing from before a whole withdrawal, whatever was granted since', () => {
    const granted = applyDecision(
      grantOf(),
      { implicit: [], granted: termsFor('a'), denied: [] },
      NOW,
    )
    const again = applyDecision(
      withdraw(granted, ['a'], NOW),
      { implicit: [], granted: termsFor('a'), denied: [] },
      NOW,
    )
    expect(effectiveScopes(registry, again, granted.epoch, ['a'], NOW)).toEqual([])
  })

  it.each([
    { name: 'a scope that is not approved any more', now: registryOf(['b']), live: ['b'] },
    { name: 'a suspended mini program', now: registryOf(['a', 'b'], false), live: [] },
    {
      name: 'a mini program that is gone',
      now: { ...registry, miniPrograms: new Map() },
      live: [],
    },
  ])('opens nothing of $name', ({ now, live }) => {
    const grant = applyDecision(
      grantOf(),
      { implicit: [], granted: termsFor('a', 'b'), denied: [] },
      NOW,
    )
    expect(effectiveScopes(now, grant, grant.epoch, ['a', 'b'], NOW)).toEqual(live)
  })
})

describe(applyDecision, () => {
  it('does not take away what is held, neither by asking again nor by a no', () => {
    const settlement = { implicit: ['s'], granted: termsFor('a'), denied: ['b'] }
    const first = applyDecision(grantOf(), settlement, NOW)
    expect(first.epoch).toBe(1)
    expect(first.denied).toEqual({ b: { at: NOW, times: 1 } })
    // What was not on the sheet does not carry its hash.
    expect(first.granted).toEqual({
      a: { grantedAt: NOW, since: 1, ...TERMS },
      s: { grantedAt: NOW, since: 1 },
    })
    const second = applyDecision(
      first,
      { implicit: [], granted: termsFor('a', 'b'), denied: ['a'] },
      NOW + 5,
    )
    // Older credentials keep opening it.
    expect(second.granted['a']).toEqual({ ...first.granted['a'], grantedAt: NOW + 5 })
    expect(second.denied).toEqual({})
  })
})

describe(withdrawnAtOf, () => {
  const allow =
    (...scopes: readonly string[]) =>
    (grant: Grant, now: number) =>
      applyDecision(grant, { implicit: [], granted: termsFor(...scopes), denied: [] }, now)
  const refuse = (scope: string) => (grant: Grant, now: number) =>
    applyDecision(grant, { implicit: [], granted: {}, denied: [scope] }, now)
  const end =
    (...scopes: readonly string[]) =>
    (grant: Grant, now: number) =>
      withdraw(grant, scopes, now)

  it.each([
    { name: 'refused only', changes: [refuse('a')], at: undefined },
    { name: 'given up', changes: [allow('a'), end('a')], at: 2 },
    { name: 'given up in part', changes: [allow('a', 'b'), end('a')], at: undefined },
    { name: 'given up bit by bit', changes: [allow('a', 'b'), end('a'), end('b')], at: 3 },
    { name: 'refused afterwards', changes: [allow('a'), end('a'), refuse('a')], at: 2 },
    { name: 'another refused afterwards', changes: [allow('a'), end('a'), refuse('b')], at: 2 },
    {
      name: 'may be asked again',
      changes: [allow('a'), end('a'), refuse('a'), clearDenials],
      at: 2,
    },
    { name: 'refused, may be asked again', changes: [refuse('a'), clearDenials], at: undefined },
    { name: 'granted again', changes: [allow('a'), end('a'), allow('a')], at: undefined },
    { name: 'given up twice', changes: [allow('a'), end('a'), allow('a'), end('a')], at: 4 },
  ])('$name: $at', ({ changes, at }) => {
    const grant = changes.reduce((one, change, index) => change(one, index + 1), grantOf())
    expect(withdrawnAtOf(grant)).toBe(at)
  })
})

describe(canonicalJson, () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
  it('is JSON of the same value, whatever the order of names', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(reversed(value))).toBe(text)
      }),
    )
  })

  it('sorts by UTF-16 code units and leaves out what is undefined (RFC 8785 §3.2.3)', () => {
    const value = { '€': 1, '\r': 2, '1': 3, '😀': 4, ö: 5, '\ufb33': 6, gone: undefined }
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":3,"ö":5,"€":1,"😀":4,"\ufb33":6}')
  })
})

function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member as Json)]),
  )
}

describe(authorizeApi, () => {
  const api = (fields: Api['fields']): Api => ({
    name: 'cards',
    scopes: ['a', 'b'],
    scopeMatch: 'any',
    sensitivity: 'basic',
    ...(fields && { fields }),
  })

  it('remembers what scopes open of an API, whatever else a token holds, and mixes up none', () => {
    const [cards, orders] = [api({ a: ['brand'], b: ['last4', 'brand'] }), api({ a: ['total'] })]
    const both = authorizeApi(cards, ['b', 'other', 'a'])
    const filter = expect.any(Function)
    expect(both).toEqual({ scopes: ['a', 'b'], fields: ['brand', 'last4'], filter })
    expect(both.filter?.({ brand: 'Visa', total: 1 })).toEqual({ brand: 'Visa' })
    expect(authorizeApi(cards, ['a', 'b'])).toBe(both)
    expect(authorizeApi(cards, ['a'])).toEqual({ scopes: ['a'], fields: ['brand'], filter })
    expect(authorizeApi(orders, ['a', 'b'])).toEqual({
      scopes: ['a', 'b'],
      fields: ['total'],
      filter,
    })
    expect(authorizeApi(api(undefined), ['a'])).toEqual({ scopes: ['a'] })
  })
})

describe('masking', () => {
  it.each([
    [maskPhone, '+639171234567', '+63•••••••567'],
    [maskPhone, '123', '12•••123'],
    [maskEmail, 'maria@example.com', 'm••••@example.com'],
    [maskEmail, 'nonsense', '•••'],
    [maskWords, 'Maria  Clara Santos', 'M•••• C•••• S•••••'],
    [maskWords, 'عمر', 'ع••'],
    [maskDate, '1994-05-17', '1994-••-••'],
  ] as const)('%o of %s → %s', (mask, value, masked) => {
    expect(mask(value)).toBe(masked)
  })
})

describe('profiles', () => {
  const user = {
    status: 'ACTIVE',
    nickName: 'nick-canary',
    userName: { fullName: 'full-canary name' },
    avatar: 'avatar-canary',
    gender: 'FEMALE',
    birthDate: '1994-05-17',
    nationality: 'PH',
    mobilePhone: '+639171234567',
    email: 'mail-canary@example.com',
    address: 'address-canary 1',
    shippingAddress: 'shipping-canary 2',
    kycStatus: 'VERIFIED',
    city: 'city-canary',
    relayPhone: 'relay-phone',
    relayEmail: 'relay-mail@wallet.example',
  } as const
  /** Scope → every text of the user that may come out; nothing else may. */
  const opened: Readonly<Record<string, readonly string[]>> = {
    auth_user: ['ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    USER_INFO: ['ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    USER_NICKNAME: ['nick-canary'],
    USER_NAME: ['full-canary name'],
    USER_AVATAR: ['avatar-canary'],
    USER_GENDER: ['FEMALE'],
    USER_BIRTHDAY: ['1994-05-17'],
    USER_NATIONALITY: ['PH'],
    USER_LOGIN_ID: ['+63•••••••567', 'm••••@example.com'],
    PLAINTEXT_USER_LOGIN_ID: ['+639171234567', 'mail-canary@example.com'],
    HASH_LOGIN_ID: [
      // printf '+639171234567' | sha256sum, printf 'mail-canary@example.com' | sha256sum
      hasher.hashLoginId('+639171234567'),
      hasher.hashLoginId('mail-canary@example.com'),
    ],
    USER_CONTACTINFO: ['+639171234567', 'mail-canary@example.com'],
    USER_MOBILE_PHONE: ['+63•••••••567'],
    PLAINTEXT_MOBILE_PHONE: ['+639171234567'],
    RELAY_MOBILE_PHONE: ['relay-phone'],
    RELAY_EMAIL: ['relay-mail@wallet.example'],
    USER_CITY: ['city-canary'],
    USER_EMAIL: ['m••••@example.com'],
    PLAINTEXT_EMAIL_ADDRESS: ['mail-canary@example.com'],
    USER_ADDRESS: ['address-canary 1'],
    USER_SHIPPING_ADDRESS: ['shipping-canary 2'],
    USER_INFO_EKYC: ['full-canary name', '1994-05-17', 'PH', 'address-canary 1', 'VERIFIED'],
    KYC_INFO: ['full-canary name', '1994-05-17', 'PH', 'address-canary 1', 'VERIFIED'],
    USER_KYC_STATUS: ['VERIFIED'],
    profile: ['ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    email: ['mail-canary@example.com'],
    phone: ['+639171234567'],
    address: ['address-canary 1'],
  }

  function texts(value: unknown): readonly string[] {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value ? Object.values(value).flatMap(texts) : []
  }

  it.each(STANDARD_SCOPES)('$scope opens exactly its own', ({ scope, fields }) => {
    const { userInfo } = profileOf(user, fields, { subject: 'subject', hasher, now: NOW })
    const types = ['MOBILE_PHONE', 'EMAIL', 'subject']
    const out = texts(userInfo).filter((text) => !types.includes(text))
    expect([...new Set(out)].sort()).toEqual([...(opened[scope] ?? [])].sort())
  })

  it('a preview shows no value in full but nicknames and countries', () => {
    const fields = STANDARD_SCOPES.flatMap((entry) => entry.fields)
    const shown = previewOf(user, fields).join(' ')
    for (const value of [
      '+639171234567',
      'mail-canary',
      'full-canary',
      '05-17',
      'address-canary',
      'shipping-canary',
    ]) {
      expect(shown).not.toContain(value)
    }
    expect(shown).toContain('nick-canary')
  })

  it('what the directory does not have is left out', () => {
    const all = STANDARD_SCOPES.flatMap(({ fields }) => fields)
    expect(profileOf({}, all, { subject: 'subject', hasher, now: NOW })).toEqual({
      userInfo: { userId: 'subject' },
    })
  })
})

describe('standard scopes', () => {
  it('has all of the contract (openapi §8) and of OpenID Connect, each with texts in every language', () => {
    const names =
      `auth_base USER_ID BASE_USER_INFO auth_user USER_INFO USER_NICKNAME USER_NAME USER_AVATAR USER_GENDER
      USER_BIRTHDAY USER_NATIONALITY USER_LOGIN_ID PLAINTEXT_USER_LOGIN_ID HASH_LOGIN_ID USER_CONTACTINFO USER_MOBILE_PHONE
      PLAINTEXT_MOBILE_PHONE USER_EMAIL PLAINTEXT_EMAIL_ADDRESS USER_ADDRESS USER_SHIPPING_ADDRESS USER_INFO_EKYC KYC_INFO
      USER_KYC_STATUS SEND_MESSAGE USER_AGE_OVER_18 USER_CITY RELAY_MOBILE_PHONE RELAY_EMAIL NOTIFICATION_INBOX NOTIFICATION_PUSH CARD_LIST AGREEMENT_PAY
      openid profile email phone address`.split(/\s+/)
    expect(STANDARD_SCOPES.map(({ scope }) => scope).sort()).toEqual(names.sort())
    for (const { scope, texts, implicit, fields } of STANDARD_SCOPES) {
      expect(Object.keys(texts).sort(), scope).toEqual([...LOCALES].sort())
      for (const { title, description } of Object.values(texts)) {
        expect(title.length, scope).toBeLessThanOrEqual(80)
        expect(description.length, scope).toBeGreaterThan(5)
      }
      if (implicit) expect(fields, scope).toEqual([])
    }
  })

  it.each([
    ['ar-IQ', 'ar'],
    ['AR', 'ar'],
    ['en-GB', 'en'],
    ['fil-PH', 'fil'],
    ['tl', 'fil'],
    ['zh-Hans-CN', 'zh'],
    ['in-ID', 'id'],
    ['ms-MY', 'ms'],
    ['es-419', 'es'],
    ['th-TH', 'en'],
    [undefined, 'en'],
  ])('%s is shown in %s', (tag, locale) => {
    expect(chooseLocale(tag)).toBe(locale)
  })
})
