/**
 * @module The page side of the bridge: how it finds the host, whose port it accepts, calls in every state of the host, and
 * reported taps.
 */
import {
  BRIDGE_HELLO,
  BRIDGE_KNOCK,
  BRIDGE_REFUSAL,
  type BridgeKnock,
  type PageMessage,
} from '@assent/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Bridge, connect, createBridge } from '../../src/page/bridge.ts'
import { createEventTarget, type FakeEventTarget } from '../support/events.ts'

type FakePort = FakeEventTarget & {
  postMessage(message: PageMessage): void
  close(): void
  isClosed: boolean
  onmessage?: (event: object) => void
}
type FakePage = FakeEventTarget & { parent: object }

let knocks: { readonly message: BridgeKnock; readonly origin: string }[]
let page: FakePage
let bridge: Bridge
let port: FakePort
let posted: PageMessage[]

function createPage(): FakePage {
  const parent = {
    postMessage: (message: BridgeKnock, origin: string) => void knocks.push({ message, origin }),
  }
  return { ...createEventTarget(), parent }
}

function createPort(): FakePort {
  const fake = {
    ...createEventTarget(),
    isClosed: false,
    postMessage: (message: PageMessage) => void posted.push(structuredClone(message)),
    close() {
      fake.isClosed = true
    },
  }
  return fake
}

beforeEach(() => {
  vi.useFakeTimers()
  knocks = []
  posted = []
  page = createPage()
  bridge = createBridge(page as unknown as Window)
  port = createPort()
})
afterEach(() => {
  vi.useRealTimers()
})

function hostSays(data: object | null, overrides: object = {}): void {
  const pageId = knocks[0]?.message.pageId
  page.emit('message', {
    source: page.parent,
    data: data && { pageId, ...data },
    ports: [],
    ...overrides,
  })
}
const sendPort = (overrides: object = {}): void =>
  hostSays({ type: BRIDGE_HELLO }, { ports: [port], ...overrides })
const receive = (data: object): void => port.onmessage?.({ data })
const reply = (data: object): void => receive({ type: 'reply', ...data })
const rejects = (call: Promise<unknown>, cause: string) =>
  expect(call).rejects.toMatchObject({ cause, traceId: '', authErrorScopes: {} })

describe('a page that looks for its host', () => {
  it('knocks at the window that embeds it when its script runs, without any data', () => {
    expect(knocks).toEqual([
      {
        message: { type: BRIDGE_KNOCK, pageId: expect.stringMatching(/^[0-9a-f]{32}$/) },
        origin: '*',
      },
    ])
  })

  it('knocks again until it is connected, less and less often', async () => {
    const times: number[] = []
    for (let elapsed = 0; elapsed <= 10_000; elapsed += 50) {
      if (knocks.length > times.length) times.push(elapsed)
      await vi.advanceTimersByTimeAsync(50)
    }
    expect(times).toEqual([
      0, 50, 150, 350, 750, 1550, 2550, 3550, 4550, 5550, 6550, 7550, 8550, 9550,
    ])
    sendPort()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(knocks).toHaveLength(times.length)
    expect(new Set(knocks.map(({ message }) => message.pageId)).size).toBe(1)
  })

  it('does not knock when no window embeds it', async () => {
    sendPort()
    const top = createEventTarget() as FakePage
    top.parent = top
    const call = rejects(createBridge(top as unknown as Window).call('getSetting', {}), 'TIMEOUT')
    top.emit('message', { source: top, data: { type: BRIDGE_HELLO }, ports: [port] })
    await vi.advanceTimersByTimeAsync(10_000)
    await call
    expect(knocks).toHaveLength(1)
  })

  it.each([
    { name: 'from a window that does not embed the page', overrides: { source: {} } },
    { name: 'for another page', data: { type: BRIDGE_HELLO, pageId: 'other' } },
    { name: 'with a message of another type', data: { type: 'other' } },
    { name: 'with a message without data', data: null },
    { name: 'that is missing', overrides: { ports: [] } },
  ])('does not accept a port $name', ({ data = { type: BRIDGE_HELLO }, overrides = {} }) => {
    const ready = vi.fn()
    bridge.whenReady(ready)
    hostSays(data, { ports: [port], ...overrides })
    expect(ready).not.toHaveBeenCalled()
  })

  it('accepts one port', () => {
    sendPort()
    const other = { ...createPort(), postMessage: vi.fn() }
    sendPort({ ports: [other] })
    void bridge.call('getSetting', {})
    expect(other.postMessage).not.toHaveBeenCalled()
    expect(posted).toHaveLength(1)
  })

  it('shares its bridge with a second copy of the library', () => {
    const shared = createPage() as unknown as Window
    knocks = []
    expect(connect(shared)).toBe(connect(shared))
    expect(knocks).toHaveLength(1)
  })
})

describe('a page that the host refuses', () => {
  const refuse = (): void => hostSays({ type: BRIDGE_REFUSAL, cause: 'ORIGIN_NOT_REGISTERED' })

  it('fails the calls that wait and the calls that follow with the cause', async () => {
    const waiting = rejects(bridge.call('getSetting', {}), 'ORIGIN_NOT_REGISTERED')
    refuse()
    await waiting
    await rejects(bridge.call('getSetting', {}), 'ORIGIN_NOT_REGISTERED')
  })

  it('works when the host accepts it later', async () => {
    refuse()
    sendPort()
    const call = bridge.call('getSetting', {})
    reply({ id: 1, ok: true, value: 'late' })
    expect(await call).toBe('late')
  })

  it('ignores a refusal from a window that does not embed it', async () => {
    const call = bridge.call('getSetting', {})
    hostSays({ type: BRIDGE_REFUSAL, cause: 'ORIGIN_NOT_REGISTERED' }, { source: {} })
    sendPort()
    reply({ id: 1, ok: true, value: 'fine' })
    expect(await call).toBe('fine')
  })
})

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
    const cyclic: { self?: object } = {}
    cyclic.self = cyclic
    await expect(bridge.call('getSetting', cyclic)).rejects.toMatchObject({
      error: 2,
      cause: 'PARAM_INVALID',
    })
  })
})

describe('a call whose host does not reply', () => {
  it.each([
    { name: '10 seconds without a host', milliseconds: 10_000, prepare: () => {} },
    { name: '30 seconds with a host', milliseconds: 30_000, prepare: () => sendPort() },
    {
      name: '10 minutes and 30 seconds while the user decides',
      milliseconds: 630_000,
      prepare: () => {
        sendPort()
        queueMicrotask(() => receive({ type: 'userTurn', id: 1 }))
      },
    },
  ])('fails with TIMEOUT after $name', async ({ milliseconds, prepare }) => {
    prepare()
    const settled = vi.fn()
    const call = bridge.call('getAuthCode', {})
    const outcome = rejects(call.finally(settled), 'TIMEOUT')
    await vi.advanceTimersByTimeAsync(milliseconds - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await outcome
  })

  it('has its full time from when the host connects', async () => {
    const call = bridge.call('getOpenUserInfo', {})
    await vi.advanceTimersByTimeAsync(9_999)
    sendPort()
    await vi.advanceTimersByTimeAsync(29_999)
    reply({ id: 1, ok: true, value: 'late' })
    expect(await call).toBe('late')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a page that loses its host', () => {
  it.each([
    { name: 'the host closes the connection', lose: () => receive({ type: 'close' }) },
    { name: 'the port is closed', lose: () => port.emit('close') },
  ])('fails its calls with PAGE_GONE when $name, and knocks again', async ({ lose }) => {
    sendPort()
    const call = rejects(bridge.call('getSetting', {}), 'PAGE_GONE')
    lose()
    await call
    expect(port.isClosed).toBe(true)
    expect(knocks).toHaveLength(2)
    port = createPort()
    sendPort()
    const next = bridge.call('getSetting', {})
    reply({ id: 2, ok: true, value: 'again' })
    expect(await next).toBe('again')
  })

  it('tells the host that it leaves, and connects again after the back/forward cache', async () => {
    sendPort()
    const call = rejects(bridge.call('getSetting', {}), 'PAGE_GONE')
    posted = []
    page.emit('pagehide', { persisted: true })
    expect(posted).toEqual([{ type: 'leave' }])
    expect(port.isClosed).toBe(true)
    page.emit('pageshow', { persisted: true })
    await call
    expect(knocks).toHaveLength(2)
    port = createPort()
    sendPort()
    void bridge.call('getSetting', {})
    expect(posted.at(-1)).toMatchObject({ id: 2 })
  })

  it('does nothing at the first pageshow of a page', () => {
    sendPort()
    page.emit('pageshow', { persisted: false })
    expect(knocks).toHaveLength(1)
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
    receive({ type: 'grantChanged' })
    expect(listeners.map((listener) => listener.mock.calls.length)).toEqual([1, 1])
  })
})

describe('a tap', () => {
  const GESTURE = { type: 'gesture', ageMilliseconds: 0 }

  it.each(['pointerdown', 'pointerup', 'touchend', 'mouseup', 'keydown'])(
    'is reported on %s',
    (type) => {
      sendPort()
      page.emit(type, { isTrusted: true })
      expect(posted).toEqual([GESTURE])
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

  it('before the host has connected is reported with its age, before the calls', async () => {
    page.emit('pointerdown', { isTrusted: true })
    void bridge.call('getAuthCode', {})
    await vi.advanceTimersByTimeAsync(1200)
    sendPort()
    expect(posted).toEqual([
      { type: 'gesture', ageMilliseconds: 1200 },
      expect.objectContaining({ type: 'call' }),
    ])
  })

  it('is not reported when it is too old for a prompt', async () => {
    page.emit('pointerdown', { isTrusted: true })
    await vi.advanceTimersByTimeAsync(5001)
    sendPort()
    expect(posted).toEqual([])
  })
})
