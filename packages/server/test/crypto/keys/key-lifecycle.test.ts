/**
 * @module The states of keys over time.
 */
import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { currentKey, withStates } from '../../../src/crypto/keys/key-lifecycle.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const key = createSecretKey(Buffer.alloc(32))

function keysWith(...times: readonly (number | undefined)[]) {
  return times.map((activeFrom, index) => ({ version: index + 1, key, activeFrom }))
}

describe(withStates, () => {
  it.each([
    ['one key', keysWith(0), NOW, ['current']],
    ['before the time', keysWith(0, NOW + DAY), NOW + DAY - 1, ['current', 'announced']],
    ['from the time on', keysWith(0, NOW + DAY), NOW + DAY, ['retired', 'current']],
    ['without a time', keysWith(0, undefined), NOW + 9999 * DAY, ['current', 'announced']],
    [
      'a later key that is used first',
      keysWith(0, NOW + DAY, NOW),
      NOW + 2 * DAY,
      ['retired', 'retired', 'current'],
    ],
  ])('%s', (_name, keys, now, states) => {
    expect(withStates(keys, now).map(({ state }) => state)).toEqual(states)
    expect(currentKey(keys, now)?.version).toBe(states.indexOf('current') + 1)
  })

  it('says since when a key is retired, and since when one is used', () => {
    expect(withStates(keysWith(0, NOW, NOW + DAY), NOW + DAY)).toMatchObject([
      { version: 1, retiredAt: NOW },
      { version: 2, activeFrom: NOW, retiredAt: NOW + DAY },
      { version: 3, activeFrom: NOW + DAY },
    ])
  })
})
