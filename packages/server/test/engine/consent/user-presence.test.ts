/**
 * @module User presence: a prompt appears only after a tap on a visible page that is not the first screen.
 */
import { describe, expect, it } from 'vitest'
import { assertUserPresent, type UserPresence } from '../../../src/engine/consent/user-presence.ts'
import { NOW } from '../../support/engine.ts'

const PRESENT: UserPresence = {
  visible: true,
  firstScreen: false,
  deepLink: false,
  userGestureAt: NOW,
}

describe(assertUserPresent, () => {
  it.each<{ title: string; more: Partial<UserPresence> }>([
    { title: 'a tap now', more: {} },
    {
      title: 'a tap 10 seconds ago: the window and the clock tolerance',
      more: { userGestureAt: NOW - 10 },
    },
    { title: 'a tap 5 seconds ahead, by the clock of the host', more: { userGestureAt: NOW + 5 } },
    { title: 'a tap of an age of exactly 5 seconds', more: { userGestureAgeSeconds: 5 } },
    {
      title: 'a recent tap, whatever the clock of the host says',
      more: { userGestureAgeSeconds: 0, userGestureAt: NOW + 3600 },
    },
    { title: 'a tap after a deep link, on a later screen', more: { deepLink: true } },
  ])('accepts $title', ({ more }) => {
    expect(() => assertUserPresent({ ...PRESENT, ...more }, NOW)).not.toThrow()
  })

  it.each<{ title: string; more: Partial<UserPresence>; code: string }>([
    { title: 'a hidden page', more: { visible: false }, code: 'NOT_VISIBLE' },
    {
      title: 'a hidden first screen',
      more: { visible: false, firstScreen: true },
      code: 'NOT_VISIBLE',
    },
    { title: 'the first screen', more: { firstScreen: true }, code: 'FIRST_SCREEN' },
    {
      title: 'the first screen of a deep link',
      more: { firstScreen: true, deepLink: true },
      code: 'DEEP_LINK',
    },
    { title: 'no tap', more: { userGestureAt: undefined }, code: 'NO_USER_GESTURE' },
    { title: 'a tap 11 seconds ago', more: { userGestureAt: NOW - 11 }, code: 'NO_USER_GESTURE' },
    {
      title: 'a tap that is older than 5 seconds, whatever the clock of the host says',
      more: { userGestureAgeSeconds: 5.001, userGestureAt: NOW },
      code: 'NO_USER_GESTURE',
    },
    { title: 'a tap 6 seconds ahead', more: { userGestureAt: NOW + 6 }, code: 'NO_USER_GESTURE' },
  ])('rejects $title: $code', ({ more, code }) => {
    expect(() => assertUserPresent({ ...PRESENT, ...more }, NOW)).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
