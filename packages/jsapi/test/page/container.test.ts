/**
 * @module Globals that the page shares with the wallet's container: in whatever way, and whenever, the container defines them.
 */
import { describe, expect, it, vi } from 'vitest'
import { type CreateMembers, shareGlobal } from '../../src/page/container.ts'
import { createEventTarget, type FakeEventTarget } from '../support/events.ts'

type Global = Record<string, unknown> & { getAuthCode(): string; canIUse(name: string): string }
type Page = FakeEventTarget & { my: Global }

const OURS: CreateMembers = (inherited) => ({
  getAuthCode: () => 'ours',
  canIUse: (name: string) => {
    const other = inherited('canIUse') as ((name: string) => unknown) | undefined
    return `ours, ${other?.(name) ?? 'no container'}`
  },
})

const createPage = (): Page => createEventTarget() as Page
const share = (page: Page, readLexical?: () => unknown) =>
  shareGlobal(page as unknown as Window, 'my', OURS, readLexical)

/** Methods that fail unless they are called on their own object, as those of native objects do. */
class NativeContainer {
  #name = 'native'
  request(): string {
    return `${this.#name} request`
  }
  canIUse(name: string): string {
    return `${this.#name} ${name}`
  }
  getAuthCode(): string {
    return `${this.#name} code`
  }
}

const literal = () => ({
  name: 'native',
  request() {
    return `${this.name} request`
  },
  canIUse(name: string) {
    return `${this.name} ${name}`
  },
})

const define = (page: Page, descriptor: PropertyDescriptor) =>
  Object.defineProperty(page, 'my', descriptor)

/** Ways in which a container defines its global, before or after this script. */
const INSTALLATIONS: readonly { name: string; install: (page: Page) => void }[] = [
  {
    name: 'an object',
    install: (page) => {
      page.my = literal() as never
    },
  },
  {
    name: 'an instance of a class',
    install: (page) => {
      page.my = new NativeContainer() as never
    },
  },
  {
    name: 'a frozen object',
    install: (page) => {
      page.my = Object.freeze(literal()) as never
    },
  },
  {
    name: 'a sealed instance of a class',
    install: (page) => {
      page.my = Object.seal(new NativeContainer()) as never
    },
  },
  {
    name: 'a function with methods',
    install: (page) => {
      page.my = Object.assign(() => {}, {
        request: () => 'native request',
        canIUse: (name: string) => `native ${name}`,
      }) as never
    },
  },
  {
    name: 'an object with getters',
    install: (page) => {
      const native = literal()
      page.my = Object.defineProperties(
        {},
        {
          request: { get: () => () => native.request() },
          canIUse: { get: () => (name: string) => native.canIUse(name) },
          getAuthCode: { get: () => () => 'native code' },
        },
      ) as never
    },
  },
  {
    name: 'an object without a prototype',
    install: (page) => {
      page.my = Object.assign(Object.create(null), literal())
    },
  },
  {
    name: 'a property that cannot be redefined',
    install: (page) => define(page, { value: literal(), writable: true, configurable: false }),
  },
  {
    name: 'a property that cannot be written',
    install: (page) => define(page, { value: literal(), writable: false, configurable: false }),
  },
  {
    name: 'a property that can only be redefined, with a frozen object',
    install: (page) =>
      define(page, { value: Object.freeze(literal()), writable: false, configurable: true }),
  },
  {
    name: 'a getter',
    install: (page) => {
      const native = literal()
      define(page, { get: () => native, configurable: true })
    },
  },
  {
    name: 'a getter that creates an object each time',
    install: (page) => define(page, { get: literal, configurable: true }),
  },
  {
    name: 'a getter of a frozen object, with a setter',
    install: (page) => {
      let native: unknown = Object.freeze(literal())
      define(page, {
        get: () => native,
        set(value) {
          native = value
        },
        configurable: true,
      })
    },
  },
]

function expectBoth({ my }: Page): void {
  expect(my.getAuthCode()).toBe('ours')
  expect((my['request'] as () => string)()).toBe('native request')
  expect(my.canIUse('tradePay')).toBe('ours, native tradePay')
  expect(Object.keys(my)).toEqual(expect.arrayContaining(['getAuthCode', 'canIUse']))
}

describe(shareGlobal, () => {
  it('defines the global where there is no container', () => {
    const page = createPage()
    const { hasContainer } = share(page)
    expect(page.my.getAuthCode()).toBe('ours')
    expect(page.my.canIUse('tradePay')).toBe('ours, no container')
    expect(page.my['request']).toBeUndefined()
    expect('request' in page.my).toBe(false)
    expect(Object.keys(page.my)).toEqual(['getAuthCode', 'canIUse'])
    expect(hasContainer()).toBe(false)
  })

  it.each(INSTALLATIONS)('completes $name that was there before', ({ install }) => {
    const page = createPage()
    install(page)
    const { hasContainer } = share(page)
    expectBoth(page)
    expect(hasContainer()).toBe(page.my['request'] !== undefined)
  })

  it.each(INSTALLATIONS)('completes $name that comes later', ({ install }) => {
    const page = createPage()
    share(page)
    install(page)
    page.emit('AlipayJSBridgeReady')
    expectBoth(page)
  })

  it.each(['AlipayJSBridgeReady', 'DOMContentLoaded', 'load', 'pageshow'])(
    'completes a redefined global on %s',
    (event) => {
      const page = createPage()
      share(page)
      define(page, { value: literal(), writable: true, configurable: true })
      page.emit(event)
      expectBoth(page)
    },
  )

  it('completes an assigned global at once', () => {
    const page = createPage()
    share(page)
    page.my = literal() as never
    expectBoth(page)
  })

  it('keeps the identity of the container, and adds to it once', () => {
    const page = createPage()
    const native = literal()
    page.my = native as never
    share(page)
    const { getAuthCode } = page.my
    page.emit('load')
    page.my = native as never
    expect(page.my).toBe(native)
    expect(page.my.getAuthCode).toBe(getAuthCode)
    expect(page.my.canIUse('tradePay')).toBe('ours, native tradePay')
  })

  it('hands on to a container that comes after the page has read the global', () => {
    const page = createPage()
    share(page)
    const early = page.my
    page.my = new NativeContainer() as never
    expect((early['request'] as () => string)()).toBe('native request')
    expect(early.getAuthCode()).toBe('ours')
    expect(early.canIUse('tradePay')).toContain('native tradePay')
  })

  it('keeps our methods when a container adds its own one by one', () => {
    const page = createPage()
    share(page)
    Object.assign(page.my, { request: () => 'native request' })
    page.emit('AlipayJSBridgeReady')
    expect((page.my['request'] as () => string)()).toBe('native request')
    expect(page.my.getAuthCode()).toBe('ours')
  })

  it('lets the page wrap our methods', () => {
    const page = createPage()
    share(page)
    const { getAuthCode } = page.my
    page.my.getAuthCode = () => `wrapped ${getAuthCode()}`
    page.emit('load')
    expect(page.my.getAuthCode()).toBe('wrapped ours')
  })

  it('completes a container that is declared with const', () => {
    const page = createPage()
    const lexical = literal() as unknown as Global
    share(page, () => lexical)
    expect(lexical.getAuthCode()).toBe('ours')
    expectBoth(page)
  })

  it('keeps what the page adds to a container that cannot be extended', () => {
    const page = createPage()
    page.my = Object.freeze(literal()) as never
    share(page)
    page.my['taroEventCenter'] = 'the event center'
    page.emit('load')
    expect(page.my['taroEventCenter']).toBe('the event center')
    expect(Object.keys(page.my)).toEqual([
      'getAuthCode',
      'canIUse',
      'taroEventCenter',
      'name',
      'request',
    ])
    expect({ ...page.my }).toMatchObject({ name: 'native' })
    delete page.my['taroEventCenter']
    expect('taroEventCenter' in page.my).toBe(false)
  })

  it('gives constructors and the same function each time', () => {
    const page = createPage()
    class EventChannel {}
    page.my = Object.freeze({ EventChannel }) as never
    share(page)
    const Channel = page.my['EventChannel'] as typeof EventChannel
    expect(new Channel()).toBeInstanceOf(EventChannel)
    expect(page.my['EventChannel']).toBe(Channel)
  })

  it.each([undefined, null, 0, 'text'])('stays when %j is assigned', (value) => {
    const page = createPage()
    share(page)
    page.my = value as never
    expect(page.my.getAuthCode()).toBe('ours')
  })

  it('says what to do when the container has frozen the global and its object', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const page = createPage()
    const native = Object.freeze(literal())
    define(page, { value: native, writable: false, configurable: false })
    share(page)
    expect(page.my).toBe(native)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('Import them from @assent/jsapi')]])
    warn.mockRestore()
  })
})
