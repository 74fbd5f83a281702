/**
 * @module The page side of the bridge: whose port it accepts, calls before and after the port, and reported taps.
 */
import { BRIDGE_HELLO, type PageMessage } from '@assent/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Bridge, connect } from '../../src/page/bridge.ts'
import { createEventTarget, type FakeEventTarget } from '../support/events.ts'

let page: FakeEventTarget & { readonly parent: object }
let bridge: Bridge
let port: { postMessage: (message: PageMessage) => void; onmessage?: (event: object) => void }
let posted: PageMessage[]

beforeEach(() => {
  vi.useFakeTimers()
  page = { ...createEventTarget(), parent: { name: 'host' } }
  bridge = connect(page as unknown as Window)
  posted = []
  port = { postMessage: (message) => void posted.push(structuredClone(message)) }
})
afterEach(() => {
  vi.useRealTimers()
})

function sendPort(overrides: object = {}): void {
  const hello = { source: page.parent, data: { type: BRIDGE_HELLO }, ports: [port] }
  page.emit('message', { ...hello, ...overrides })
}

const reply = (data: object): void => port.onmessage?.({ data: { type: 'reply', ...data } })

describe('call', () => {
  it('posts the method and its parameters on the port of the host', () => {
    sendPort()
    void bridge.call('getSetting', { a: 1 })
    expect(posted).toEqual([{ type: 'call', id: 1, method: 'getSetting', params: { a: 1 } }])
  })

  it('is queued until the host has connected', () => {
    void bridge.call('getSetting', {})
    void bridge.call('getGrants', {})
    expect(posted).toEqual([])
    sendPort()
    expect(posted.map((message) => message.type === 'call' && message.method)).toEqual([
      'getSetting',
      'getGrants',
    ])
  })

  it('settles with the reply of the same id', async () => {
    sendPort()
    const first = bridge.call('getSetting', {})
    const second = bridge.call('getGrants', {})
    reply({ id: 2, ok: false, failure: { error: 4 } })
    reply({ id: 1, ok: true, value: { authSetting: {} } })
    expect(await first).toEqual({ authSetting: {} })
    await expect(second).rejects.toEqual({ error: 4 })
  })

  it('ignores a reply to an unknown call', () => {
    sendPort()
    expect(() => reply({ id: 99, ok: true, value: {} })).not.toThrow()
  })

  it.each([
    { name: 'functions', params: { a: 1, cancel: () => {} } },
    { name: 'the proxies of a framework', params: new Proxy({ a: 1 }, {}) },
    { name: 'undefined fields', params: { a: 1, b: undefined } },
  ])('sends the JSON of parameters with $name', ({ params }) => {
    sendPort()
    void bridge.call('getSetting', params)
    expect(posted).toEqual([{ type: 'call', id: 1, method: 'getSetting', params: { a: 1 } }])
  })

  it('rejects parameters that JSON cannot represent', async () => {
    sendPort()
    const cyclic: { self?: object } = {}
    cyclic.self = cyclic
    await expect(bridge.call('getSetting', cyclic)).rejects.toMatchObject({
      error: 2,
      cause: 'PARAM_INVALID',
    })
  })

  it('fails with TIMEOUT after 10 seconds without a host', async () => {
    const outcome = expect(bridge.call('getSetting', {})).rejects.toMatchObject({
      error: 12,
      cause: 'TIMEOUT',
    })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
  })

  it('does not time out once the host has connected', async () => {
    const outcome = bridge.call('getOpenUserInfo', {})
    sendPort()
    await vi.advanceTimersByTimeAsync(60_000)
    reply({ id: 1, ok: true, value: 'late' })
    expect(await outcome).toBe('late')
  })
})

describe('the port', () => {
  it.each([
    { name: 'from a window that does not embed the page', overrides: { source: {} } },
    { name: 'with a message of another type', overrides: { data: { type: 'other' } } },
    { name: 'with a message without data', overrides: { data: null } },
    { name: 'that is missing', overrides: { ports: [] } },
  ])('is not accepted $name', ({ overrides }) => {
    const ready = vi.fn()
    bridge.whenReady(ready)
    sendPort(overrides)
    expect(ready).not.toHaveBeenCalled()
  })

  it('is not accepted by a page without an embedding window', () => {
    const top = createEventTarget() as FakeEventTarget & { parent?: object }
    top.parent = top
    const ready = vi.fn()
    connect(top as unknown as Window).whenReady(ready)
    top.emit('message', { source: top, data: { type: BRIDGE_HELLO }, ports: [port] })
    expect(ready).not.toHaveBeenCalled()
  })

  it('is accepted once', () => {
    sendPort()
    const other: PageMessage[] = []
    sendPort({ ports: [{ postMessage: (message: PageMessage) => void other.push(message) }] })
    void bridge.call('getSetting', {})
    expect(other).toEqual([])
    expect(posted).toHaveLength(1)
  })
})

describe('whenReady', () => {
  it('runs a listener when the host connects', () => {
    const listener = vi.fn()
    bridge.whenReady(listener)
    expect(listener).not.toHaveBeenCalled()
    sendPort()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('runs a listener at once after the host has connected', () => {
    sendPort()
    const listener = vi.fn()
    bridge.whenReady(listener)
    expect(listener).toHaveBeenCalledTimes(1)
  })
})

describe('onGrantChanged', () => {
  it('runs every listener when the host reports a change', () => {
    const listeners = [vi.fn(), vi.fn()]
    for (const listener of listeners) bridge.onGrantChanged(listener)
    sendPort()
    port.onmessage?.({ data: { type: 'grantChanged' } })
    expect(listeners.map((listener) => listener.mock.calls.length)).toEqual([1, 1])
  })
})

describe('a tap', () => {
  it.each(['pointerdown', 'pointerup', 'touchend', 'mouseup', 'keydown'])(
    'is reported on %s',
    (type) => {
      sendPort()
      page.emit(type, { isTrusted: true })
      expect(posted).toEqual([{ type: 'gesture' }])
    },
  )

  it.each([
    { name: 'of a script', type: 'pointerdown', event: { isTrusted: false } },
    { name: 'of another kind', type: 'pointermove', event: { isTrusted: true } },
  ])('$name is not reported', ({ type, event }) => {
    sendPort()
    page.emit(type, event)
    expect(posted).toEqual([])
  })

  it('before the host has connected is not reported later', () => {
    page.emit('pointerdown', { isTrusted: true })
    sendPort()
    expect(posted).toEqual([])
  })
})
