/**
 * @module The document with the public reply keys.
 */
import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateRsaKeyPair } from '../../../src/crypto/keys/key-generation.ts'
import { withStates } from '../../../src/crypto/keys/key-lifecycle.ts'
import { publishedReplyKeys, replyKeysDocument } from '../../../src/crypto/keys/reply-keys.ts'

const NOW = 1_800_000_000
const HOUR = 3600
const DAY = 24 * HOUR
const key = createPrivateKey(generateRsaKeyPair().privateKey)

/** Keys with these times, from version 1. */
function keysWith(...times: readonly number[]) {
  const keys = times.map((activeFrom, index) => ({ version: index + 1, key, activeFrom }))
  return { all: (now: number) => withStates(keys, now) }
}

describe(publishedReplyKeys, () => {
  it('has a retired key for 30 days', () => {
    const keys = keysWith(0, NOW)
    const versionsAt = (now: number) => publishedReplyKeys(keys, now).map((one) => one.version)
    expect(versionsAt(NOW + 30 * DAY - 1)).toEqual([1, 2])
    expect(versionsAt(NOW + 30 * DAY)).toEqual([2])
  })

  it('names versions, states and times', () => {
    const keys = keysWith(0, NOW, NOW + DAY)
    const document = replyKeysDocument(publishedReplyKeys(keys, NOW + HOUR))
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
