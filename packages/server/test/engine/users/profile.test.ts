/**
 * @module User profiles: each scope discloses its own fields and no others.
 */
import type { UserField } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { hasher } from '../../../src/crypto/hashes.ts'
import { STANDARD_SCOPES } from '../../../src/engine/standard-scopes.ts'
import { isOfAge, previewOf, profileOf } from '../../../src/engine/users/profile.ts'

const NOW = 1_800_000_000

describe('profiles and previews', () => {
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
  /** Scope → every text of the user that the scope discloses. */
  const disclosed: Readonly<Record<string, readonly string[]>> = {
    auth_user: ['ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    USER_INFO: ['ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    USER_NICKNAME: ['nick-canary'],
    USER_NAME: ['full-canary name'],
    USER_AVATAR: ['avatar-canary'],
    USER_GENDER: ['FEMALE'],
    USER_BIRTHDAY: ['1994-05-17'],
    USER_NATIONALITY: ['PH'],
    USER_LOGIN_ID: ['+63•••••••567', 'm••••@e••••.com'],
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
    USER_EMAIL: ['m••••@e••••.com'],
    PLAINTEXT_EMAIL_ADDRESS: ['mail-canary@example.com'],
    USER_ADDRESS: ['address-canary 1'],
    USER_SHIPPING_ADDRESS: ['shipping-canary 2'],
    USER_INFO_EKYC: ['full-canary name', '1994-05-17', 'PH', 'address-canary 1', 'VERIFIED'],
    KYC_INFO: ['full-canary name', '1994-05-17', 'PH', 'address-canary 1', 'VERIFIED'],
    USER_KYC_STATUS: ['VERIFIED'],
    profile: ['full-canary name', 'ACTIVE', 'nick-canary', 'avatar-canary', 'FEMALE', 'PH'],
    email: ['mail-canary@example.com'],
    phone: ['+639171234567'],
    address: ['address-canary 1'],
  }

  function texts(value: unknown): readonly string[] {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value ? Object.values(value).flatMap(texts) : []
  }

  it.each(STANDARD_SCOPES)('$scope discloses exactly its fields', ({ scope, fields }) => {
    const { userInfo } = profileOf(user, fields, { subject: 'subject', hasher, now: NOW })
    const types = ['MOBILE_PHONE', 'EMAIL', 'subject']
    const out = texts(userInfo).filter((text) => !types.includes(text))
    expect([...new Set(out)].sort()).toEqual([...(disclosed[scope] ?? [])].sort())
  })

  it('a preview shows only nicknames and countries unmasked', () => {
    const fields = STANDARD_SCOPES.flatMap((entry) => entry.fields)
    const shown = previewOf(user, fields, 'en').join(' ')
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
    expect(shown).toContain('Philippines')
  })

  /** The vectors of docs/merchant-api.md#hashed-login-ids. */
  it.each([
    [
      { mobilePhone: '+639171234567' },
      '5f399b427fda5c2e9aa29471760b402cfd73b783b9c70ef7e587e35344c6556a',
      '4f8e51bab45696211f68ecc3dd06aa64',
    ],
    [
      { email: 'Maria.Santos@example.com' },
      'b9c27923e366593f8f16d702ed781e70657eb89fd0614e9cb1b0b777acabe2eb',
      '184596fe94393b40d48f41c1befad0da',
    ],
    [
      { email: 'JOSE\u0301@example.com' },
      'b0a53cf19e34d05b57bced7365c6b00ddbe38d62957e863de2a66a56c3b42cea',
      'f3e3d6d619238617fee6765e45961da5',
    ],
  ])('the hashes of %o do not depend on its spelling', (person, sha256, md5) => {
    const profile = profileOf(person, ['loginId.hash'], { subject: 's', hasher, now: NOW })
    expect(profile.userInfo.loginIdInfos?.[0]?.hashLoginId).toBe(sha256)
    expect(profile.hashUserLoginId).toBe(md5)
  })

  it.each([
    // birth date, time, whether of age
    ['2008-11-28', '2026-11-28T11:59:59Z', false],
    ['2008-11-28', '2026-11-28T12:00:00Z', true],
    ['2008-11-29', '2026-11-28T12:00:00Z', false],
    ['2008-02-29', '2026-02-28T23:59:59Z', false],
    ['2008-02-29', '2026-03-01T11:59:59Z', false],
    ['2008-02-29', '2026-03-01T12:00:00Z', true],
    ['1906-01-01', '2026-03-01T12:00:00Z', true],
  ])('born on %s, at %s: of age is %s', (birthDate, time, expected) => {
    expect(isOfAge(birthDate, Date.parse(time) / 1000)).toBe(expected)
  })

  it('says nothing about the age of a user whose birth date is not known', () => {
    const { userInfo } = profileOf({ status: 'ACTIVE' }, ['age.over18'], {
      subject: 'subject',
      hasher,
      now: NOW,
    })
    expect(userInfo).toEqual({ userId: 'subject' })
  })

  it('omits values that the directory does not have', () => {
    const all = STANDARD_SCOPES.flatMap(({ fields }) => fields)
    expect(profileOf({}, all, { subject: 'subject', hasher, now: NOW })).toEqual({
      userInfo: { userId: 'subject' },
      verified: {},
    })
  })

  it.each<[string, object, readonly UserField[], object]>([
    ['true of a checked address', { emailVerified: true }, ['email.plain'], { email: true }],
    ['false of an address that nobody checked', {}, ['email.plain'], { email: false }],
    [
      'true of a checked number',
      { mobilePhoneVerified: true },
      ['mobilePhone.plain'],
      { mobilePhone: true },
    ],
    ['absent beside masked contacts', {}, ['email.masked', 'mobilePhone.masked'], {}],
  ])('a verified flag is %s', (_, flags, fields, verified) => {
    const profile = profileOf({ ...user, ...flags }, fields, { subject: 's', hasher, now: NOW })
    expect(profile.verified).toEqual(verified)
  })
})
