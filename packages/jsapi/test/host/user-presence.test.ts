/**
 * @module User presence: which taps count, and when a consent prompt may be shown.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createUserPresence, type UserPresence } from '../../src/host/user-presence.ts'
import { PRESENT } from '../support/services.ts'

const NOW = Date.parse('2026-01-01T00:00:00.000Z')

type FrameState = {
  isUserActive: boolean
  hasFocus: boolean
  visibilityState: DocumentVisibilityState
  rects: number
  lang: string
}

function createFrame(overrides: Partial<FrameState> = {}) {
  const state: FrameState = {
    isUserActive: true,
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
          userActivation: {
            get isActive() {
              return state.isUserActive
            },
          },
        },
      },
    },
  }
  return frame
}

const createPresence = (overrides: Partial<FrameState> = {}, deepLink = false): UserPresence =>
  createUserPresence(createFrame(overrides), () => 'page-1', deepLink)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('context', () => {
  it('reports the first screen until the user acts', () => {
    const presence = createPresence()
    expect(presence.context()).toEqual({
      firstScreen: true,
      deepLink: false,
      visible: true,
      pageInstance: 'page-1',
      locale: 'fil',
    })
  })

  it('reports the time of a tap that the browser confirms', () => {
    const presence = createPresence()
    presence.reportGesture()
    expect(presence.context()).toMatchObject({
      firstScreen: false,
      userGestureAt: '2026-01-01T00:00:00.000Z',
    })
  })

  it('accepts the focus of the frame in a web view that does not report user activation', () => {
    const frame = createFrame({})
    Object.assign(frame.ownerDocument, { defaultView: { navigator: {} } })
    const presence = createUserPresence(frame, () => 'page-1', false)
    presence.reportGesture()
    expect(presence.context().firstScreen).toBe(false)
  })

  it.each([
    { name: 'the browser reports no user activation', overrides: { isUserActive: false } },
    { name: 'the frame does not have the focus', overrides: { hasFocus: false } },
  ])('ignores a reported tap when $name', ({ overrides }) => {
    const presence = createPresence(overrides)
    presence.reportGesture()
    const context = presence.context()
    expect(context.firstScreen).toBe(true)
    expect(context).not.toHaveProperty('userGestureAt')
  })

  it('forgets the tap, but not that the user has acted, when another page loads', () => {
    const presence = createPresence()
    presence.reportGesture()
    presence.resetGesture()
    const context = presence.context()
    expect(context.firstScreen).toBe(false)
    expect(context).not.toHaveProperty('userGestureAt')
  })

  it.each([
    { name: 'the document is hidden', overrides: { visibilityState: 'hidden' as const } },
    { name: 'the frame is not rendered', overrides: { rects: 0 } },
  ])('is not visible when $name', ({ overrides }) => {
    expect(createPresence(overrides).context().visible).toBe(false)
  })

  it('reports that the user arrived by a deep link', () => {
    expect(createPresence({}, true).context().deepLink).toBe(true)
  })
})

describe('consumeGesture', () => {
  it.each([
    { name: 'a hidden page', context: { ...PRESENT, visible: false }, cause: 'NOT_VISIBLE' },
    { name: 'the first screen', context: { ...PRESENT, firstScreen: true }, cause: 'FIRST_SCREEN' },
    {
      name: 'the first screen after a deep link',
      context: { ...PRESENT, firstScreen: true, deepLink: true },
      cause: 'DEEP_LINK',
    },
  ])('rejects $name with $cause', ({ context, cause }) => {
    const presence = createPresence()
    expect(() => presence.consumeGesture(context, NOW)).toThrow(
      expect.objectContaining({ name: 'HostError', jsapiCause: cause }),
    )
  })

  it('rejects a page without a tap', () => {
    const { userGestureAt: _, ...context } = PRESENT
    expect(() => createPresence().consumeGesture(context, NOW)).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('accepts a tap of exactly 5 seconds ago', () => {
    expect(() => createPresence().consumeGesture(PRESENT, NOW + 5000)).not.toThrow()
  })

  it('rejects a tap of more than 5 seconds ago', () => {
    expect(() => createPresence().consumeGesture(PRESENT, NOW + 5001)).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('accepts a deep link once the user has acted', () => {
    const context = { ...PRESENT, deepLink: true }
    expect(() => createPresence().consumeGesture(context, NOW)).not.toThrow()
  })

  it('permits one consent prompt per tap', () => {
    const presence = createPresence()
    presence.consumeGesture(PRESENT, NOW)
    expect(() => presence.consumeGesture(PRESENT, NOW)).toThrow(
      expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' }),
    )
  })

  it('permits another consent prompt after another tap', () => {
    const presence = createPresence()
    presence.consumeGesture(PRESENT, NOW)
    const next = { ...PRESENT, userGestureAt: '2026-01-01T00:00:01.000Z' }
    expect(() => presence.consumeGesture(next, NOW + 1000)).not.toThrow()
  })
})
