/**
 * @module User presence: which taps count, and when a consent prompt may be shown.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ObservedFrame, observeFrame } from '../../src/host/observed-frame.ts'
import {
  createUserPresence,
  type Observation,
  type UserPresence,
  type UserView,
} from '../../src/host-core/user-presence.ts'

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
  presenceIn(createFrame(overrides), deepLink)
const presenceIn = (frame: ReturnType<typeof createFrame>, deepLink = false): UserPresence =>
  createUserPresence(viewOf(frame), () => 'page-1', deepLink)
const viewOf = (frame: ReturnType<typeof createFrame>): UserView =>
  observeFrame(frame as unknown as ObservedFrame)

/** What the host observes when the page calls, once it has waited as long as it does for a tap. */
async function observe(presence: UserPresence): Promise<Observation> {
  const observation = presence.observe()
  await vi.advanceTimersByTimeAsync(1000)
  return observation
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('context', () => {
  it('reports the first screen until the user acts', async () => {
    expect((await observe(createPresence())).context()).toEqual({
      firstScreen: true,
      deepLink: false,
      visible: true,
      pageInstance: 'page-1',
      locale: 'fil',
    })
  })

  it('reports the age of a tap that the browser confirms, at the time of the call', async () => {
    const presence = createPresence()
    presence.reportGesture(0)
    await vi.advanceTimersByTimeAsync(1200)
    const observation = await observe(presence)
    await vi.advanceTimersByTimeAsync(9000)
    expect(observation.context()).toMatchObject({
      firstScreen: false,
      userGestureAgeMilliseconds: 1200,
    })
  })

  it('measures the age by a clock that the user cannot set', async () => {
    const presence = createPresence()
    presence.reportGesture(0)
    vi.setSystemTime(Date.now() + 3_600_000)
    const early = await presence.observe()
    vi.setSystemTime(Date.now() - 7_200_000)
    const late = await presence.observe()
    for (const observation of [early, late]) {
      expect(observation.context()).toMatchObject({ userGestureAgeMilliseconds: 0 })
    }
  })

  it.each([
    { said: 800, age: 800 },
    { said: -800, age: 0 },
    { said: Number.NaN, age: 0 },
    { said: '800', age: 0 },
    { said: undefined, age: 0 },
  ])('a page that says $said can only make a tap older: $age', async ({ said, age }) => {
    const presence = createPresence()
    presence.reportGesture(said as number)
    expect((await observe(presence)).context()).toMatchObject({ userGestureAgeMilliseconds: age })
  })

  it.each([
    { name: 'the browser reports no user activation', overrides: { isUserActive: false } },
    { name: 'the frame does not have the focus', overrides: { hasFocus: false } },
    {
      name: 'an older browser has no user activation, and its window no focus',
      overrides: { isUserActive: undefined, isWindowFocused: false },
    },
  ])('ignores a reported tap when $name', async ({ overrides }) => {
    const presence = createPresence(overrides)
    presence.reportGesture(0)
    const context = (await observe(presence)).context()
    expect(context.firstScreen).toBe(true)
    expect(context).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it('accepts a reported tap of an older browser, whose window and frame have the focus', async () => {
    const presence = createPresence({ isUserActive: undefined })
    presence.reportGesture(0)
    expect((await observe(presence)).context()).toMatchObject({ userGestureAgeMilliseconds: 0 })
  })

  it('forgets the tap, but not that the user has acted, when another page loads', async () => {
    const presence = createPresence()
    presence.reportGesture(0)
    await observe(presence)
    presence.resetGesture()
    const context = (await observe(presence)).context()
    expect(context.firstScreen).toBe(false)
    expect(context).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it('has no tap once the tap has opened a prompt', async () => {
    const presence = createPresence()
    presence.reportGesture(0)
    const [first, second] = [await observe(presence), await observe(presence)]
    first.consumeGesture()
    expect(second.context()).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it.each([
    { name: 'the document is hidden', overrides: { visibilityState: 'hidden' as const } },
    { name: 'the frame is not rendered', overrides: { rects: 0 } },
  ])('is not visible when $name', async ({ overrides }) => {
    expect((await observe(createPresence(overrides))).context().visible).toBe(false)
  })

  it('reports that the user arrived by a deep link', async () => {
    expect((await observe(createPresence({}, true))).context().deepLink).toBe(true)
  })
})

describe('a tap that the browser confirms after the page has reported it', () => {
  const LATE: readonly {
    name: string
    overrides: Partial<FrameState>
    confirm: (state: FrameState) => void
  }[] = [
    {
      name: 'with user activation',
      overrides: { isUserActive: false },
      confirm: (state) => {
        state.isUserActive = true
      },
    },
    {
      name: 'with the focus of the frame',
      overrides: { hasFocus: false },
      confirm: (state) => {
        state.hasFocus = true
      },
    },
    {
      name: 'with the focus of the window, in an older browser',
      overrides: { isUserActive: undefined, isWindowFocused: false },
      confirm: (state) => {
        state.isWindowFocused = true
      },
    },
  ]

  it.each(LATE)('counts for a call that came before: $name', async ({ overrides, confirm }) => {
    const frame = createFrame(overrides)
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    const observation = presence.observe()
    await vi.advanceTimersByTimeAsync(300)
    confirm(frame.state)
    await vi.advanceTimersByTimeAsync(10)
    expect((await observation).context()).toMatchObject({
      firstScreen: false,
      userGestureAgeMilliseconds: 0,
    })
    expect((await observation).consumeGesture).not.toThrow()
  })

  it.each(LATE)('counts for a call that comes later: $name', async ({ overrides, confirm }) => {
    const frame = createFrame(overrides)
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    await vi.advanceTimersByTimeAsync(300)
    confirm(frame.state)
    await vi.advanceTimersByTimeAsync(3000)
    const observation = await presence.observe()
    expect(observation.context()).toMatchObject({ userGestureAgeMilliseconds: 3300 })
    expect(observation.consumeGesture).not.toThrow()
  })

  it('holds no call for longer than a second', async () => {
    const presence = createPresence({ isUserActive: false })
    presence.reportGesture(0)
    const settled = vi.fn()
    void presence.observe().then(settled)
    await vi.advanceTimersByTimeAsync(999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toHaveBeenCalledTimes(1)
  })

  it('holds no call of a page that has reported no tap', async () => {
    const presence = createPresence({ isUserActive: false })
    expect((await presence.observe()).hasGesture()).toBe(false)
  })

  it('does not count when the user acts more than a second after the report', async () => {
    const frame = createFrame({ isUserActive: false })
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    await vi.advanceTimersByTimeAsync(1001)
    frame.state.isUserActive = true
    expect((await observe(presence)).context()).toMatchObject({ firstScreen: true })
  })

  it('does not count when another page has loaded since', async () => {
    const frame = createFrame({ isUserActive: false })
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    const observation = presence.observe()
    presence.resetGesture()
    frame.state.isUserActive = true
    await vi.advanceTimersByTimeAsync(10)
    expect((await observation).context()).toMatchObject({ firstScreen: true })
    expect((await observe(presence)).hasGesture()).toBe(false)
  })

  it('does not come back when a later tap has opened a prompt', async () => {
    const frame = createFrame({ isUserActive: false })
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    frame.state.isUserActive = true
    presence.reportGesture(0)
    ;(await presence.observe()).consumeGesture()
    expect((await observe(presence)).hasGesture()).toBe(false)
  })

  it('leaves the tap before it in force when it is not confirmed', async () => {
    const frame = createFrame()
    const presence = presenceIn(frame)
    presence.reportGesture(0)
    await vi.advanceTimersByTimeAsync(4500)
    frame.state.isUserActive = false
    presence.reportGesture(0)
    const observation = await observe(presence)
    expect(observation.context()).toMatchObject({ userGestureAgeMilliseconds: 4500 })
    expect(observation.consumeGesture).not.toThrow()
  })

  it('names the page that called, whatever page has loaded since', async () => {
    let pageInstance = 'page-1'
    const presence = createUserPresence(
      viewOf(createFrame({ isUserActive: false })),
      () => pageInstance,
      false,
    )
    presence.reportGesture(0)
    const observation = presence.observe()
    pageInstance = 'page-2'
    await vi.advanceTimersByTimeAsync(1000)
    expect((await observation).context()).toMatchObject({ pageInstance: 'page-1' })
  })
})

describe('consumeGesture', () => {
  const withTap = (overrides: Partial<FrameState> = {}, deepLink = false): UserPresence => {
    const presence = createPresence(overrides, deepLink)
    presence.reportGesture(0)
    return presence
  }

  it.each([
    { name: 'a hidden page', create: () => withTap({ rects: 0 }), cause: 'NOT_VISIBLE' },
    { name: 'the first screen', create: () => createPresence(), cause: 'FIRST_SCREEN' },
    {
      name: 'the first screen after a deep link',
      create: () => createPresence({}, true),
      cause: 'DEEP_LINK',
    },
  ])('rejects $name with $cause', async ({ create, cause }) => {
    const observation = await observe(create())
    expect(() => observation.consumeGesture()).toThrow(
      expect.objectContaining({ name: 'HostError', jsapiCause: cause }),
    )
  })

  const missingTap = expect.objectContaining({ jsapiCause: 'NO_USER_GESTURE' })

  it('rejects a page without a tap', async () => {
    const presence = withTap()
    await observe(presence)
    presence.resetGesture()
    expect((await observe(presence)).consumeGesture).toThrow(missingTap)
  })

  it('accepts a tap of exactly 5 seconds ago', async () => {
    const presence = withTap()
    await vi.advanceTimersByTimeAsync(5000)
    expect((await presence.observe()).consumeGesture).not.toThrow()
  })

  it('rejects a tap of more than 5 seconds ago', async () => {
    const presence = withTap()
    await vi.advanceTimersByTimeAsync(5001)
    expect((await presence.observe()).consumeGesture).toThrow(missingTap)
  })

  it('accepts a deep link once the user has acted', async () => {
    expect((await observe(withTap({}, true))).consumeGesture).not.toThrow()
  })

  it('permits one consent prompt per tap', async () => {
    const presence = withTap()
    ;(await observe(presence)).consumeGesture()
    expect((await observe(presence)).consumeGesture).toThrow(missingTap)
  })

  it('permits another consent prompt after another tap', async () => {
    const presence = withTap()
    ;(await observe(presence)).consumeGesture()
    presence.reportGesture(0)
    expect((await observe(presence)).consumeGesture).not.toThrow()
  })
})
