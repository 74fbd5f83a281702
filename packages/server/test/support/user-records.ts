/**
 * @module User records as wallets send them: good values, nulls, wrong types, impossible dates, odd phone numbers and names. Each
 * is read through a directory, and what comes out is checked by rules that do not use the reader.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { USER_FIELDS } from '@assent/protocol'
import fc from 'fast-check'
import { expect } from 'vitest'
import { hasher } from '../../src/crypto/hashes.ts'
import { openHttpDirectory } from '../../src/directory/http.ts'
import { createRecordReader, type RecordReader } from '../../src/directory/record-reader.ts'
import { createUnreadableFieldLog } from '../../src/directory/unreadable-fields.ts'
import type { Directory, DirectoryUser } from '../../src/engine/ports/directory.ts'
import { previewOf, profileOf } from '../../src/engine/users/profile.ts'

/** 2026-11-28T12:00:00Z */
const NOW = 1_795_867_200
export const WALLET = 'wallet'

/** Spellings of values that must come out of the reader, by the field: as written, and as read. */
const GOOD: Readonly<Record<string, readonly (readonly [unknown, unknown])[]>> = {
  status: [
    ['ACTIVE', 'ACTIVE'],
    ['frozen', 'FROZEN'],
    ['INACTIVE ', 'INACTIVE'],
  ],
  nickName: [
    ['Maria', 'Maria'],
    [' عمر ', 'عمر'],
    ['X', 'X'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
    ['நிலா', 'நிலா'],
    ['Zoe\u0308', 'Zo\u00EB'],
  ],
  userName: [
    [{ fullName: 'Li Na', lastName: null }, { fullName: 'Li Na' }],
    [{ fullName: 'J', firstName: 17 }, { fullName: 'J' }],
    [{ fullName: '🇵🇭 王' }, { fullName: '🇵🇭 王' }],
  ],
  gender: [
    ['female', 'FEMALE'],
    ['M', 'MALE'],
  ],
  birthDate: [
    ['1994-05-17', '1994-05-17'],
    ['2014-02-03T00:00:00Z', '2014-02-03'],
    ['2008-02-29', '2008-02-29'],
  ],
  nationality: [
    ['PHL', 'PH'],
    ['iq', 'IQ'],
  ],
  mobilePhone: [
    ['+63 (0)917 123 4567', '+639171234567'],
    ['0917-123-4567', '+639171234567'],
    ['٠٩١٧١٢٣٤٥٦٧', '+639171234567'],
    ['+65 9123 4567', '+6591234567'],
  ],
  email: [
    ['Maria@Example.com', 'Maria@example.com'],
    ['x@y.ph', 'x@y.ph'],
    ['用户@例え.テスト', '用户@xn--r8jz45g.xn--zckzah'],
  ],
  address: [
    ['12 Mabini\r\nManila', '12 Mabini\nManila'],
    ['7', '7'],
  ],
  avatar: [['https://pictures.example/m.png', 'https://pictures.example/m.png']],
  guardianId: [['u-guardian', 'u-guardian']],
  kycStatus: [['VERIFIED', 'VERIFIED']],
  city: [['Manila', 'Manila']],
  locale: [['fil_PH', 'fil_PH']],
}

const ODD_TEXTS = [
  '0000-00-00',
  '1990-13-45',
  '2023-02-29',
  '1900-01-01',
  '2999-01-01',
  '1994-05-16T16:00:00Z',
  '1994-05-17T00:00:00Z',
  'N/A',
  '-',
  'null',
  '12345',
  '+63917',
  '00639171234567',
  '٠٩١٧',
  'a@b',
  '@',
  'x'.repeat(3000),
  'a\u202Eb',
  '\u0000',
  '\u200B',
  '1',
  'F',
  'javascript:alert(1)',
  '__proto__',
]

type Written = { readonly value: unknown; readonly expected?: unknown }

function written(field: string): fc.Arbitrary<Written> {
  return fc.oneof(
    fc.constantFrom(...(GOOD[field] ?? [])).map(([value, expected]) => ({ value, expected })),
    fc.constantFrom(null, undefined, '', ' ').map((value) => ({ value })),
    fc.constantFrom(...ODD_TEXTS).map((value) => ({ value })),
    fc.jsonValue({ maxDepth: 1 }).map((value) => ({ value })),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => ({ value })),
  )
}

const FIELDS = Object.keys(GOOD)
const records = fc.record(Object.fromEntries(FIELDS.map((field) => [field, written(field)])))

export type GeneratedUser = {
  readonly userId: string
  readonly record: Readonly<Record<string, unknown>>
  /** What must come out, by field. */
  readonly expected: Readonly<Record<string, unknown>>
}

export function generateUsers(count: number, seed: number): readonly GeneratedUser[] {
  return fc.sample(records, { numRuns: count, seed }).map((fields, index) => {
    const entries = Object.entries(fields)
    return {
      userId: `u-${index}`,
      record: Object.fromEntries(entries.map(([field, { value }]) => [field, value])),
      expected: Object.fromEntries(
        entries.flatMap(([field, { expected }]) =>
          expected === undefined ? [] : [[field, expected]],
        ),
      ),
    }
  })
}

export type LogLine = { readonly field: string; readonly reason: string }

/** The reader of a server, with its log. */
export function createTestReader(): {
  readonly read: RecordReader
  readonly lines: readonly LogLine[]
  readonly counts: ReturnType<typeof createUnreadableFieldLog>['counts']
} {
  const lines: LogLine[] = []
  const { report, counts } = createUnreadableFieldLog({
    warn: (line) => void lines.push(line as LogLine),
  })
  const read = createRecordReader({ clock: () => NOW, defaultCountryOf: () => 'PH', report })
  return { read, lines, counts }
}

/** An HTTP directory on a real socket that answers with these users. */
export async function serveUsers(
  users: readonly GeneratedUser[],
  read: RecordReader,
): Promise<{ readonly directory: Directory; close(): void }> {
  const byId = new Map(users.map(({ userId, record }) => [userId, record]))
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { userId } = JSON.parse(Buffer.concat(chunks).toString())
      response.end(JSON.stringify({ user: byId.get(userId) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const directory = openHttpDirectory(
    {
      url: `http://127.0.0.1:${port}/users`,
      timeoutSeconds: 60,
      issuer: 'https://assent.example',
      encoding: 'base64url',
      signer: { sign: async () => ({ keyVersion: 1, base64: 'AAAA' }) },
      clock: () => NOW,
    },
    read,
  )
  return {
    directory,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Checks what a directory makes of a user. */
export function checkUser({ record, expected }: GeneratedUser, user: DirectoryUser): void {
  const context = JSON.stringify(record)
  const { status, ...others } = expected
  expect(user, context).toMatchObject(others)
  const isJudged = !isUnreadableGuardian(record['guardianId'])
  const known = /^\s*(ACTIVE|FROZEN|INACTIVE)\s*$/i.exec(textOf(record['status']))
  expect(user.status, context).toBe(isJudged ? known?.[1]?.toUpperCase() : undefined)
  if (isJudged && status !== undefined) expect(user.status, context).toBe(status)
  const { userInfo } = profileOf(user, USER_FIELDS, { subject: 's', hasher, now: NOW })
  if (userInfo.extendInfo?.isOver18 !== undefined)
    expect(isPastDate(textOf(record['birthDate']).trim().slice(0, 10)), context).toBe(true)
  for (const { loginId = '', maskLoginId = '' } of userInfo.loginIdInfos ?? [])
    expectMasked(maskLoginId, loginId)
  const values = {
    userName: user.userName?.fullName,
    birthDate: user.birthDate,
    address: user.address,
    shippingAddress: user.shippingAddress,
  }
  for (const [field, value] of Object.entries(values))
    for (const preview of previewOf(user, [field], 'en')) expectMasked(preview, value ?? '')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isUnreadableGuardian(value: unknown): boolean {
  if (value === null || value === undefined) return false
  return typeof value !== 'string' || value.length > 128
}

/** Independent of the reader: `Date` moves dates that do not exist, and the year must be plausible. */
function isPastDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal && date.getTime() / 1000 <= NOW && year >= 1906
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

export function expectMasked(mask: string, value: string): void {
  const shown = [...segmenter.segment(mask)].filter(({ segment }) => segment !== '•').length
  const all = [...segmenter.segment(value)].length
  expect(shown, mask).toBeLessThanOrEqual(all - shown)
}
