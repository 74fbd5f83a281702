/**
 * @module The reader of user records: a field that cannot be read is absent, named, and costs nothing else.
 */
import { describe, expect, it } from 'vitest'
import { readUser } from '../../src/directory/read-user.ts'

/** 2026-11-28T12:00:00Z */
const NOW = 1_795_867_200

const GOOD = {
  status: 'ACTIVE',
  nickName: 'Maria',
  userName: { fullName: 'Maria Clara Santos', firstName: 'Maria Clara', lastName: 'Santos' },
  avatar: 'https://pictures.example/maria.png',
  gender: 'FEMALE',
  birthDate: '1994-05-17',
  nationality: 'PH',
  mobilePhone: '+639171234567',
  email: 'maria@example.com',
  address: '12 Mabini Street, Manila',
  shippingAddress: '7 Harbour, Cebu',
  city: 'Manila',
  kycStatus: 'VERIFIED',
  relayPhone: '+639000000001',
  relayEmail: 'k7f3@relay.wallet.example',
  guardianId: 'u-2',
  locale: 'en-PH',
}

function read(record: object, defaultCountry = 'PH'): ReturnType<typeof readUser> {
  return readUser({ ...record }, { now: NOW, userId: 'u-1', defaultCountry })
}

/** What becomes of one value: the value itself, or the reason for which it cannot be read. */
function readField(field: string, value: unknown, defaultCountry?: string): unknown {
  const { user, unreadable } = read({ status: 'ACTIVE', [field]: value }, defaultCountry)
  expect(unreadable.length).toBeLessThanOrEqual(1)
  return unreadable[0]?.reason ?? (user as Record<string, unknown>)[field]
}

describe('a user record', () => {
  it('is read as it is when all is well', () => {
    expect(read(GOOD)).toEqual({ user: GOOD, unreadable: [] })
  })

  it.each(Object.keys(GOOD))(
    'works without %s when it is null, blank, missing, a list or a number',
    (field) => {
      const { [field]: _left, ...others } = GOOD as Record<string, unknown>
      const { status: _status, ...unjudged } = others
      for (const nothing of [null, undefined, '', ' \t\u3000', '\u200B', '\u200E']) {
        const { user, unreadable } = read({ ...GOOD, [field]: nothing })
        expect(user).toEqual(others)
        expect(unreadable).toEqual(field === 'status' ? [{ field, reason: 'missing' }] : [])
      }
      for (const wrong of [
        17,
        1e21,
        true,
        [],
        ['x'],
        [{}],
        ...(field === 'userName' ? ['x'] : [{}]),
      ]) {
        const { user, unreadable } = read({ ...GOOD, [field]: wrong })
        expect(user).toEqual(field === 'guardianId' ? unjudged : others)
        expect(unreadable).toEqual([{ field, reason: 'wrong_type' }])
      }
    },
  )

  it.each([
    [true, true],
    [false, false],
    ['TRUE', true],
    [' false ', false],
    ['yes', 'invalid_format'],
    [1, 'wrong_type'],
    [[], 'wrong_type'],
    [null, undefined],
  ])('emailVerified and mobilePhoneVerified of %o are %s', (value, expected) => {
    expect(readField('emailVerified', value)).toBe(expected)
    expect(readField('mobilePhoneVerified', value)).toBe(expected)
  })

  it('keeps the parts of a name that can be read', () => {
    const { user, unreadable } = read({
      ...GOOD,
      userName: { fullName: 17, firstName: null, lastName: ' Santos ', title: 'Dr' },
    })
    expect(user.userName).toEqual({ lastName: 'Santos' })
    expect(unreadable).toEqual([{ field: 'userName.fullName', reason: 'wrong_type' }])
    expect(read({ ...GOOD, userName: {} }).user).not.toHaveProperty('userName')
  })

  it('ignores fields that it does not know, and what an object inherits', () => {
    const inherited = Object.assign(Object.create({ email: 'x@example.com' }), { status: 'ACTIVE' })
    expect(readUser(inherited, { now: NOW, userId: 'u-1' }).user).toEqual({ status: 'ACTIVE' })
    const record = JSON.parse('{"status":"ACTIVE","__proto__":{"email":"x@example.com"},"x":1}')
    expect(read(record)).toEqual({ user: { status: 'ACTIVE' }, unreadable: [] })
  })
})

describe('a user who cannot be judged is not active', () => {
  it.each(['CLOSED', 'ACTIVE!', 1, true, [], { status: 'ACTIVE' }, null, '', undefined])(
    'a status of %o is none',
    (status) => {
      const { user, unreadable } = read({ ...GOOD, status })
      expect(user).not.toHaveProperty('status')
      expect(user.nickName).toBe('Maria')
      expect(unreadable).toMatchObject([{ field: 'status' }])
    },
  )

  it.each([1002, {}, [], true, 'x'.repeat(129), 'u-1'])(
    'with a guardian of %o the user has no status, so that no minor decides alone',
    (guardianId) => {
      const { user, unreadable } = read({ ...GOOD, guardianId })
      expect(user).not.toHaveProperty('status')
      expect(user).not.toHaveProperty('guardianId')
      expect(unreadable).toMatchObject([{ field: 'guardianId' }])
    },
  )

  it.each([
    ['active', 'ACTIVE'],
    [' Frozen ', 'FROZEN'],
    ['inactive', 'INACTIVE'],
  ])('a status of %o is %s', (status, expected) => {
    expect(readField('status', status)).toBe(expected)
  })
})

describe('birthDate', () => {
  it.each([
    ['1994-05-17', '1994-05-17'],
    ['19940517', '1994-05-17'],
    ['2024-02-29', '2024-02-29'],
    ['2000-02-29', '2000-02-29'],
    [' 1994-05-17 ', '1994-05-17'],
    ['1994-05-17T00:00:00Z', '1994-05-17'],
    ['1994-05-17T00:00:00.000Z', '1994-05-17'],
    ['1994-05-17T00:00:00.000+0000', '1994-05-17'],
    ['1994-05-17T00:00:00+08:00', '1994-05-17'],
    ['1994-05-17 00:00:00', '1994-05-17'],
    ['1994-05-17T00:00', '1994-05-17'],
    ['2026-11-28', '2026-11-28'],
    ['1906-11-28', '1906-11-28'],
    ['1994-05-16T16:00:00Z', 'invalid_format'], // midnight in Manila: May 17
    ['1994-05-17T08:00:00+08:00', 'invalid_format'],
    ['0000-00-00', 'invalid_format'],
    ['1990-13-45', 'invalid_format'],
    ['1990-00-10', 'invalid_format'],
    ['1990-10-00', 'invalid_format'],
    ['2023-02-29', 'invalid_format'],
    ['1900-02-29', 'invalid_format'],
    ['1990-02-30', 'invalid_format'],
    ['1990-04-31', 'invalid_format'],
    ['0001-01-01', 'out_of_range'],
    ['1900-01-01', 'out_of_range'],
    ['1906-11-27', 'out_of_range'],
    ['2026-11-29', 'out_of_range'],
    ['9999-12-31', 'out_of_range'],
    ['2537-05-17', 'out_of_range'], // Buddhist calendar
    ['1373-02-27', 'out_of_range'], // Persian calendar
    ['17-05-1994', 'invalid_format'],
    ['05/17/1994', 'invalid_format'],
    ['17051994', 'invalid_format'],
    ['1994-5-17', 'invalid_format'],
    ['1994-05', 'invalid_format'],
    ['1994', 'invalid_format'],
    ['94-05-17', 'invalid_format'],
    ['+01994-05-17', 'invalid_format'],
    ['-1994-05-17', 'invalid_format'],
    ['1994-05-17x', 'invalid_format'],
    ['N/A', 'invalid_format'],
    [769132800, 'wrong_type'],
    [new Date(0), 'wrong_type'],
  ])('%o → %o', (value, expected) => {
    expect(readField('birthDate', value)).toBe(expected)
  })
})

describe('mobilePhone', () => {
  it.each([
    ['+639171234567', 'PH', '+639171234567'],
    ['+63 917 123 4567', 'PH', '+639171234567'],
    ['+63-917-123-4567', 'PH', '+639171234567'],
    ['+63.917.123.4567', 'PH', '+639171234567'],
    ['+63 (0)917 123 4567', 'PH', '+639171234567'],
    ['+63\u00A0917\u2011123\u20114567', 'PH', '+639171234567'],
    ['\u202A+63 917 123 4567\u202C', 'PH', '+639171234567'],
    ['tel:+63-917-123-4567', 'PH', '+639171234567'],
    ['00639171234567', 'PH', '+639171234567'],
    ['0063 917 123 4567', 'ID', '+639171234567'],
    ['0917 123 4567', 'PH', '+639171234567'],
    ['(0917) 123-4567', 'PH', '+639171234567'],
    ['9171234567', 'PH', '+639171234567'],
    ['63-9171234567', 'PH', '+639171234567'],
    ['＋６３９１７１２３４５６７', 'PH', '+639171234567'],
    ['٠٩١٧١٢٣٤٥٦٧', 'PH', '+639171234567'],
    ['+۶۳۹۱۷۱۲۳۴۵۶۷', 'PH', '+639171234567'],
    ['+৮৮০১৭১২৩৪৫৬৭৮', 'PH', '+8801712345678'],
    ['+९१९८७६५४३२१०', 'PH', '+919876543210'],
    ['0771 234 5678', 'IQ', '+9647712345678'],
    ['081234567890', 'ID', '+6281234567890'],
    ['138 1234 5678', 'CN', '+8613812345678'],
    ['+39 06 1234 5678', 'PH', '+390612345678'],
    ['+44 20 7946 0958', 'PH', '+442079460958'],
    ['+999171234567', 'PH', 'invalid_format'],
    ['+63917', 'PH', 'invalid_format'],
    ['12345', 'PH', 'invalid_format'],
    ['12345', 'DE', 'invalid_format'],
    ['0917 123 4567', 'SG', 'invalid_format'],
    ['+63 2 8123 4567 ext. 89', 'PH', 'invalid_format'],
    ['+639171234567, +639181234567', 'PH', 'invalid_format'],
    ['0917-123-4567 / 0918-123-4567', 'PH', 'invalid_format'],
    ['call 0917 123 4567', 'PH', 'invalid_format'],
    ['1-800-FLOWERS', 'US', 'invalid_format'],
    ['maria@example.com', 'PH', 'invalid_format'],
    ['N/A', 'PH', 'invalid_format'],
    ['+', 'PH', 'invalid_format'],
    [`+${'1'.repeat(70)}`, 'PH', 'too_long'],
    [639171234567, 'PH', 'wrong_type'],
  ])('%o in %s → %o', (value, country, expected) => {
    expect(readField('mobilePhone', value, country)).toBe(expected)
  })

  it('in national spelling needs a default country', () => {
    const readBare = (mobilePhone: string) =>
      readUser({ status: 'ACTIVE', mobilePhone }, { now: NOW, userId: 'u-1' }).user.mobilePhone
    expect(readBare('0917 123 4567')).toBeUndefined()
    expect(readBare('639171234567')).toBeUndefined()
    expect(readBare('0063 917 123 4567')).toBe('+639171234567')
  })
})

describe('email', () => {
  it.each([
    ['maria@example.com', 'maria@example.com'],
    [' Maria.Santos+x@Example.COM\n', 'Maria.Santos+x@example.com'],
    ['maria@localhost', 'maria@localhost'],
    ["o'hara@example.com", "o'hara@example.com"],
    ['用户@例え.テスト', '用户@xn--r8jz45g.xn--zckzah'],
    ['jose\u0301@example.com', 'jos\u00E9@example.com'],
    ['maria@ＥＸＡＭＰＬＥ.com', 'maria@example.com'],
    ['maria', 'invalid_format'],
    ['maria@', 'invalid_format'],
    ['@example.com', 'invalid_format'],
    ['maria@@example.com', 'invalid_format'],
    ['maria@example..com', 'invalid_format'],
    ['maria@.com', 'invalid_format'],
    ['maria@example.com.', 'invalid_format'],
    ['maria@-example.com', 'invalid_format'],
    ['maria@example.com/x', 'invalid_format'],
    ['maria@1', 'invalid_format'],
    ['maria@0x7f.1', 'invalid_format'],
    ['maria@10.0.0.1', 'invalid_format'],
    ['maria@[10.0.0.1]', 'invalid_format'],
    ['maria santos@example.com', 'invalid_format'],
    ['"maria santos"@example.com', 'invalid_format'],
    ['Maria <maria@example.com>', 'invalid_format'],
    ['maria@example.com,lia@example.com', 'invalid_format'],
    ['mailto:maria@example.com', 'invalid_format'],
    ['maria@exam\u202Eple.com', 'invalid_characters'],
    ['maria\u0000@example.com', 'invalid_characters'],
    [`${'x'.repeat(65)}@example.com`, 'too_long'],
    [`x@${'a.'.repeat(200)}com`, 'too_long'],
    [true, 'wrong_type'],
  ])('%o → %o', (value, expected) => {
    expect(readField('email', value)).toBe(expected)
  })
})

describe('other fields', () => {
  it.each([
    ['gender', 'female', 'FEMALE'],
    ['gender', 'f', 'FEMALE'],
    ['gender', ' Male ', 'MALE'],
    ['gender', 'M', 'MALE'],
    ['gender', 'unknown', 'UNKNOWN'],
    ['gender', 'X', 'invalid_format'],
    ['gender', 'constructor', 'invalid_format'],
    ['gender', 2, 'wrong_type'],
    ['nationality', 'ph', 'PH'],
    ['nationality', 'PHL', 'PH'],
    ['nationality', '608', 'PH'],
    ['nationality', 'XKX', 'XK'],
    ['nationality', 'UK', 'invalid_format'],
    ['nationality', 'ZZ', 'invalid_format'],
    ['nationality', 'XXX', 'invalid_format'],
    ['nationality', 'Philippines', 'invalid_format'],
    ['nationality', '__proto__', 'invalid_format'],
    ['nationality', 608, 'wrong_type'],
    ['avatar', 'HTTPS://Pictures.example/ü.png', 'https://pictures.example/%C3%BC.png'],
    ['avatar', 'http://127.0.0.1:7301/maria.svg', 'http://127.0.0.1:7301/maria.svg'],
    ['avatar', 'http://pictures.example/maria.png', 'invalid_format'],
    ['avatar', 'http://127.0.0.1.attacker.example/x', 'invalid_format'],
    ['avatar', '//pictures.example/maria.png', 'invalid_format'],
    ['avatar', 'javascript:alert(1)', 'invalid_format'],
    ['avatar', 'data:image/png;base64,AAAA', 'invalid_format'],
    ['avatar', 'https://user:password@pictures.example/', 'invalid_format'],
    ['avatar', 'maria.png', 'invalid_format'],
    ['avatar', `https://pictures.example/${'x'.repeat(2048)}`, 'too_long'],
    ['nickName', '  Maria\u00A0 Clara\t', 'Maria Clara'],
    ['nickName', 'Zoe\u0308', 'Zo\u00EB'],
    ['nickName', '👩‍👩‍👧 ✨', '👩‍👩‍👧 ✨'],
    ['nickName', 'می‌خواهم', 'می‌خواهم'],
    ['nickName', '\u200Fعمر\u200F', 'عمر'],
    ['nickName', 'a\u202Eb', 'invalid_characters'],
    ['nickName', 'a\u2067b', 'invalid_characters'],
    ['nickName', 'a\u0000b', 'invalid_characters'],
    ['nickName', 'a\u001B[31m', 'invalid_characters'],
    ['nickName', 'a\uD800', 'invalid_characters'],
    ['nickName', 'Jos\uFFFD', 'invalid_characters'],
    ['nickName', 'a\u3164b', 'invalid_characters'],
    ['nickName', 'x'.repeat(256), 'x'.repeat(256)],
    ['nickName', 'x'.repeat(257), 'too_long'],
    ['address', ' 12 Mabini  Street\r\n\r\nManila ', '12 Mabini Street\nManila'],
    ['address', { street: 'Mabini' }, 'wrong_type'],
    ['address', 'x'.repeat(1025), 'too_long'],
    ['kycStatus', 'VERIFIED', 'VERIFIED'],
    ['kycStatus', true, 'wrong_type'],
    ['locale', 'zh-Hant-TW', 'zh-Hant-TW'],
    ['locale', 'en_PH.UTF-8', 'en_PH.UTF-8'],
    ['locale', 'zh_TW_#Hant', 'zh_TW_#Hant'],
    ['locale', 'in English', 'invalid_format'],
    ['locale', { lang: 'en' }, 'wrong_type'],
  ])('%s of %o → %o', (field, value, expected) => {
    expect(readField(field, value)).toBe(expected)
  })
})
