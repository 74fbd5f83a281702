/**
 * @module The frame of the consent prompt: which message closes it, and where the focus returns to.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSheet } from '../../src/host-core/sheet-frame.ts'
import { createEventTarget } from '../support/events.ts'

const URL_OF_PROMPT = 'https://assent.example/consent/cr_1'

class FakeElement {
  isFocused = false
  focus(): void {
    this.isFocused = true
  }
}

class FakeFrame extends FakeElement {
  readonly contentWindow = new FakeElement()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('HTMLElement', FakeElement)
  vi.stubGlobal('HTMLIFrameElement', FakeFrame)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function createPrompt(abort = new AbortController(), previousFocus = new FakeElement()) {
  const view = createEventTarget()
  const frame = { contentWindow: {}, src: '', title: '', style: { cssText: '' }, isOpen: false }
  const element = Object.assign(new FakeElement(), frame, {
    remove() {
      element.isOpen = false
    },
  })
  const container = {
    ownerDocument: {
      defaultView: view,
      activeElement: previousFocus,
      createElement: () => element,
    },
    append() {
      element.isOpen = true
    },
  }
  const closed = openSheet({
    url: URL_OF_PROMPT,
    container: container as unknown as HTMLElement,
    signal: abort.signal,
    title: 'Consent',
  })
  const done = {
    origin: 'https://assent.example',
    source: element.contentWindow,
    data: { type: 'assent:consent' },
  }
  return { abort, closed, done, element, previousFocus, view }
}

describe(openSheet, () => {
  it('shows the consent URL in a focused frame with an accessible name', () => {
    const { element } = createPrompt()
    expect(element).toMatchObject({
      src: URL_OF_PROMPT,
      title: 'Consent',
      isOpen: true,
      isFocused: true,
    })
  })

  it('closes when the consent page reports that it is done, and returns the focus', async () => {
    const { closed, done, element, previousFocus, view } = createPrompt()
    view.emit('message', done)
    await closed
    expect(element.isOpen).toBe(false)
    expect(previousFocus.isFocused).toBe(true)
    expect(view.listenerCount('message')).toBe(0)
  })

  it.each([
    { name: 'of another origin', change: { origin: 'https://evil.example' } },
    { name: 'of another window', change: { source: {} } },
    { name: 'of another type', change: { data: { type: 'other' } } },
    { name: 'without data', change: { data: null } },
  ])('ignores a message $name', ({ change }) => {
    const { done, element, view } = createPrompt()
    view.emit('message', { ...done, ...change })
    expect(element.isOpen).toBe(true)
  })

  it('returns the focus to the window of a frame, so that taps in other frames still move it', async () => {
    const frame = new FakeFrame()
    const { closed, done, view } = createPrompt(new AbortController(), frame)
    view.emit('message', done)
    await closed
    expect(frame.isFocused).toBe(false)
    expect(frame.contentWindow.isFocused).toBe(true)
  })

  it('rejects with TIMEOUT when the consent page does not report that it is shown', async () => {
    const { closed, element } = createPrompt()
    const outcome = expect(closed).rejects.toMatchObject({
      jsapiCause: 'TIMEOUT',
      message: expect.stringContaining('The consent page at https://assent.example did not report'),
    })
    await vi.advanceTimersByTimeAsync(15_000)
    await outcome
    expect(element.isOpen).toBe(false)
  })

  it('stays open for a user who thinks', async () => {
    const { done, element, view } = createPrompt()
    view.emit('message', { ...done, data: { type: 'assent:consent-shown' } })
    await vi.advanceTimersByTimeAsync(599_000)
    expect(element.isOpen).toBe(true)
  })

  it('closes when the signal aborts', async () => {
    const { abort, closed, element } = createPrompt()
    abort.abort()
    await closed
    expect(element.isOpen).toBe(false)
  })

  it('closes at once when the signal has already aborted', async () => {
    const abort = new AbortController()
    abort.abort()
    const { closed, element } = createPrompt(abort)
    await closed
    expect(element.isOpen).toBe(false)
  })
})
