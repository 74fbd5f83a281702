/**
 * @module User presence: which taps count, and when a consent prompt may be shown.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createUserPresence,
  type ObservedFrame,
  type UserPresence,
} from '../../src/host/user-presence.ts'

type FrameState = {
  isUserActive: boolean | undefined
  isWindowFocused: boolean
  hasFocus: boolean
  visibilityState: DocumentVisibilityState
  rects: number
  lang: string
}

function createFrame(overrides: Partial<FrameState> = {}) {
  const state: FrameState = {
    isUserActive: true,
    isWindowFocused: true,
    hasFocus: true,
    visibilityState: 'visible',
    rects: 1,
    lang: 'fil',
    ...overrides,
  }
  const frame = {
    state,
    getClientRects: () => ({ length: state.rects }),
    ownerDocument: {
      get activeElement(): unknown {
        return state.hasFocus ? frame : undefined
      },
      get visibilityState() {
        return state.visibilityState
      },
      documentElement: { lang: state.lang },
      defaultView: {
        navigator: {
          get userActivation() {
            const { isUserActive } = state
            return isUserActive === undefined ? undefined : { isActive: isUserActive }
          },
        },
      },
      hasFocus: () => state.isWindowFocused,
    },
  }
  return frame
}

const createPresence = (overrides: Partial<FrameState> = {}, deepLink = false): UserPresence =>
  createUserPresence(createFrame(overrides) as unknown as ObservedFrame, () => 'page-1', deepLink)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('context', () => {
  it('reports the first screen until the user acts', () => {
    expect(createPresence().observe().context()).toEqual({
      firstScreen: true,
      deepLink: false,
      visible: true,
      pageInstance: 'page-1',
      locale: 'fil',
    })
  })

  it('reports the age of a tap that the browser confirms, at the time of the call', () => {
    const presence = createPresence()
    presence.reportGesture(0)
    vi.advanceTimersByTime(1200)
    const observation = presence.observe()
    vi.advanceTimersByTime(9000)
    expect(observation.context()).toMatchObject({
      firstScreen: false,
      userGestureAgeMilliseconds: 1200,
    })
  })

  it('measures the age by a clock that the user cannot set', () => {
    const presence = createPresence()
    presence.reportGesture(0)
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(presence.observe().context()).toMatchObject({ userGestureAgeMilliseconds: 0 })
    vi.setSystemTime(Date.now() - 7_200_000)
    expect(presence.observe().context()).toMatchObject({ userGestureAgeMilliseconds: 0 })
  })

  it.each([
    { said: 800, age: 800 },
    { said: -800, age: 0 },
    { said: Number.NaN, age: 0 },
    { said: '800', age: 0 },
    { said: undefined, age: 0 },
  ])('a page that says $said can only make a tap older: $age', ({ said, age }) => {
    const presence = createPresence()
    presence.reportGesture(said as number)
    expect(presence.observe().context()).toMatchObject({ userGestureAgeMilliseconds: age })
  })

  it.each([
    { name: 'the browser reports no user activation', overrides: { isUserActive: false } },
    { name: 'the frame does not have the focus', overrides: { hasFocus: false } },
    {
      name: 'an older browser has no user activation, and its window no focus',
      overrides: { isUserActive: undefined, isWindowFocused: false },
    },
  ])('ignores a reported tap when $name', ({ overrides }) => {
    const presence = createPresence(overrides)
    presence.reportGesture(0)
    const context = presence.observe().context()
    expect(context.firstScreen).toBe(true)
    expect(context).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it('accepts a reported tap of an older browser, whose window and frame have the focus', () => {
    const presence = createPresence({ isUserActive: undefined })
    presence.reportGesture(0)
    expect(presence.observe().context()).toMatchObject({ userGestureAgeMilliseconds: 0 })
  })

  it('forgets the tap, but not that the user has acted, when another page loads', () => {
    const presence = createPresence()
    presence.reportGesture(0)
    presence.resetGesture()
    const context = presence.observe().context()
    expect(context.firstScreen).toBe(false)
    expect(context).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it('has no tap once the tap has opened a prompt', () => {
    const presence = createPresence()
    presence.reportGesture(0)
    const [first, second] = [presence.observe(), presence.observe()]
    first.consumeGesture()
    expect(second.context()).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it.each([
    { name: 'the document is hidden', overrides: { visibilityState: 'hidden' as const } },
    { name: 'the frame is not rendered', overrides: { rects: 0 } },
  ])('is not visible when $name', ({ overrides }) => {
    expect(createPresence(overrides).observe().context().visible).toBe(false)
  })

  it('reports that the user arrived by a deep link', () => {
    expect(createPresence({}, true).observe().context().deepLink).toBe(true)
  })
})

describe('consumeGesture', () => {
  const withTap = (overrides: Partial<FrameState> = {}, deepLink = false): UserPresence => {
    const presence = createPresence(overrides, deepLink)
    presence.reportGesture(0)
    return presence
  }

  it.each([
    { name: 'a hidden page', presence: withTap({ rects: 0 }), cause: 'NOT_VISIBLE' },
    { name: 'the first screen', presence: createPresence(), cause: 'FIRST_SCREEN' },
    {
      name: 'the first screen after a deep link',
      presence: createPresence({}, true),
      cause: 'DEEP_LINK',
    },
  ])('rejects $name with $cause', ({ presence, cause }) => {
    expect(() => presence.observe().consumeGesture()).toThrow(
      expect.objectContaining({ name: 'HostError', jsapiCause: cause }),
    )
  })

  it('rejects a page without a tap', () => {
    const presence = withTap()
    presence.resetGesture()
    expect(() => presence.observe().consumeGesture()).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('accepts a tap of exactly 5 seconds ago', () => {
    const presence = withTap()
    vi.advanceTimersByTime(5000)
    expect(() => presence.observe().consumeGesture()).not.toThrow()
  })

  it('rejects a tap of more than 5 seconds ago', () => {
    const presence = withTap()
    vi.advanceTimersByTime(5001)
    expect(() => presence.observe().consumeGesture()).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('accepts a deep link once the user has acted', () => {
    expect(() => withTap({}, true).observe().consumeGesture()).not.toThrow()
  })

  it('permits one consent prompt per tap', () => {
    const presence = withTap()
    presence.observe().consumeGesture()
    expect(() => presence.observe().consumeGesture()).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('permits another consent prompt after another tap', () => {
    const presence = withTap()
    presence.observe().consumeGesture()
    presence.reportGesture(0)
    expect(() => presence.observe().consumeGesture()).not.toThrow()
  })
})
