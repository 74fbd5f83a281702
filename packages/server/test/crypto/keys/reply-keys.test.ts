/**
 * @module The states of reply keys over time, and files that are not right.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateRsaKeyPair, generateTokenKey } from '../../../src/crypto/keys/key-generation.ts'
import {
  announceReplyKey,
  openReplyKeys,
  publishedReplyKeys,
  type ReplyKeys,
  replyKeysDocument,
} from '../../../src/crypto/keys/reply-keys.ts'

const NOW = 1_800_000_000
const HOUR = 3600
const DAY = 24 * HOUR
const { privateKey } = generateRsaKeyPair()

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-reply-keys-'))
  write(1, privateKey)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(version: number, content: string): void {
  writeFileSync(join(folder, `reply-${version}.pem`), content, { mode: 0o600 })
}

function statesOf(keys: ReplyKeys, now: number): readonly string[] {
  return keys.all(now).map(({ version, state }) => `${version} ${state}`)
}

describe(openReplyKeys, () => {
  it('signs with the first key at once', () => {
    const keys = openReplyKeys(folder)
    expect(keys.current(NOW).version).toBe(1)
    expect(keys.all(NOW)).toEqual([expect.not.objectContaining({ activeFrom: expect.anything() })])
  })

  it.each([
    { name: 'before its time', at: -1, current: 1, states: ['1 current', '2 announced'] },
    { name: 'from its time on', at: 0, current: 2, states: ['1 retired', '2 current'] },
  ])('an announced key, $name', ({ at, current, states }) => {
    expect(announceReplyKey(folder, NOW + DAY)).toBe(2)
    const keys = openReplyKeys(folder)
    expect(keys.current(NOW + DAY + at).version).toBe(current)
    expect(statesOf(keys, NOW + DAY + at)).toEqual(states)
  })

  it('reads the time of a key from the file, so that a copy has it on every node', () => {
    announceReplyKey(folder, NOW + DAY)
    const copy = mkdtempSync(join(tmpdir(), 'assent-reply-keys-copy-'))
    const [original] = [openReplyKeys(folder)]
    for (const { version, key } of original.all(NOW)) {
      const pem = key.export({ type: 'pkcs8', format: 'pem' })
      const line = version === 1 ? '' : 'Active-From: 2027-01-16T08:00:00+00:00\r\n'
      writeFileSync(join(copy, `reply-${version}.pem`), `${line}${pem}`, { mode: 0o600 })
    }
    for (const now of [NOW, NOW + DAY - 1, NOW + DAY])
      expect(statesOf(openReplyKeys(copy), now)).toEqual(statesOf(original, now))
    rmSync(copy, { recursive: true, force: true })
  })

  it('never signs with a key that was put there without a time, and publishes it', () => {
    write(2, generateRsaKeyPair().privateKey)
    const keys = openReplyKeys(folder)
    expect(keys.current(NOW + 1000 * DAY).version).toBe(1)
    expect(statesOf(keys, NOW + 1000 * DAY)).toEqual(['1 current', '2 announced'])
  })

  it('a later key that replaces an announced one at once keeps it from ever signing', () => {
    announceReplyKey(folder, NOW + DAY)
    announceReplyKey(folder, NOW)
    const keys = openReplyKeys(folder)
    for (const now of [NOW, NOW + 2 * DAY])
      expect(statesOf(keys, now)).toEqual(['1 retired', '2 retired', '3 current'])
  })

  it.each([
    { name: 'not PEM', content: 'damaged', message: /reply-2\.pem .* is not an RSA private key/ },
    { name: 'another type', content: generateTokenKey('ES256'), message: /not an RSA private key/ },
    {
      name: 'a time that is no time',
      content: `Active-From: tomorrow\n${privateKey}`,
      message: /Active-From of reply-2\.pem must be a time .* but is tomorrow/,
    },
  ])('keeps the keys it has when a file is $name', ({ content, message }) => {
    const keys = openReplyKeys(folder)
    write(2, content)
    expect(() => keys.reload()).toThrow(message)
    expect(() => openReplyKeys(folder)).toThrow(message)
    expect(statesOf(keys, NOW)).toEqual(['1 current'])
  })
})

describe(publishedReplyKeys, () => {
  it('has a retired key for 30 days', () => {
    announceReplyKey(folder, NOW)
    const keys = openReplyKeys(folder)
    const versionsAt = (now: number) => publishedReplyKeys(keys, now).map((one) => one.version)
    expect(versionsAt(NOW + 30 * DAY - 1)).toEqual([1, 2])
    expect(versionsAt(NOW + 30 * DAY)).toEqual([2])
  })

  it('names versions, states and times', () => {
    announceReplyKey(folder, NOW)
    announceReplyKey(folder, NOW + DAY)
    const document = replyKeysDocument(publishedReplyKeys(openReplyKeys(folder), NOW + HOUR))
    const publicKey = expect.stringMatching(/^MII[A-Za-z0-9+/]+=*$/)
    expect(document).toEqual({
      keys: [
        {
          keyVersion: 1,
          algorithm: 'RSA256',
          publicKey,
          state: 'retired',
          retiredAt: '2027-01-15T08:00:00+00:00',
        },
        {
          keyVersion: 2,
          algorithm: 'RSA256',
          publicKey,
          state: 'current',
          activeFrom: '2027-01-15T08:00:00+00:00',
        },
        {
          keyVersion: 3,
          algorithm: 'RSA256',
          publicKey,
          state: 'announced',
          activeFrom: '2027-01-16T08:00:00+00:00',
        },
      ],
    })
  })
})
