/**
 * @module The host side of the bridge: who gets a port, which calls it accepts, and what failures a page sees.
 */
import { BRIDGE_HELLO, BRIDGE_KNOCK, BRIDGE_REFUSAL, type HostMessage } from '@assent/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createHost,
  type Host,
  type HostOptions,
  type MiniProgramFrame,
  type OpenMiniProgram,
} from '../../src/host/index.ts'
import { createEventTarget } from '../support/events.ts'
import { CONSENT_REQUIRED, createServices, PRESENT } from '../support/services.ts'

const ORIGIN = 'https://kopi.example'
const OTHER_ORIGIN = 'https://www.kopi.example'
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

type Posted = { readonly message: unknown; readonly origin: string; readonly port?: MessagePort }

/** A frame whose page can knock, and the messages that its window got. */
function createFrame() {
  const posted: Posted[] = []
  const frameEvents = createEventTarget()
  const documentEvents = createEventTarget()
  const view = createEventTarget()
  const contentWindow = {
    postMessage(message: unknown, origin: string, [port]: MessagePort[] = []) {
      posted.push({ message, origin, ...(port && { port }) })
      if (port) cleanups.push(() => port.close())
    },
  }
  const ownerDocument = {
    ...documentEvents,
    get activeElement(): unknown {
      return frame
    },
    visibilityState: 'visible',
    documentElement: { lang: 'en' },
    defaultView: { ...view, navigator: { userActivation: { isActive: true } } },
  }
  const frame = {
    ...frameEvents,
    getClientRects: () => ({ length: 1 }),
    contentWindow,
    ownerDocument,
  }
  return {
    frame: frame as unknown as HTMLIFrameElement,
    posted,
    load: () => frameEvents.emit('load'),
    knock: (pageId = 'page-1', origin = ORIGIN, source: unknown = contentWindow) =>
      view.emit('message', { source, origin, data: { type: BRIDGE_KNOCK, pageId } }),
    emit: view.emit,
    window: contentWindow,
    hide() {
      ownerDocument.visibilityState = 'hidden'
      documentEvents.emit('visibilitychange')
      ownerDocument.visibilityState = 'visible'
    },
  }
}

type TestFrame = ReturnType<typeof createFrame>
type TestPage = TestFrame & {
  readonly host: Host
  readonly miniProgram: OpenMiniProgram
  readonly ports: () => readonly MessagePort[]
  /** The next message of this type on the newest port. */
  next(type: HostMessage['type']): Promise<HostMessage>
  /** Sends a message on the newest port and returns the next reply of the host. */
  send(message: object): Promise<HostMessage>
}

function openPage(
  host = createHost(createServices()),
  miniProgram: Partial<MiniProgramFrame> = {},
  testFrame = createFrame(),
): TestPage {
  const { frame, posted, knock } = testFrame
  const opened = host.open({ appId: 'kopi-house', origins: [ORIGIN], frame, ...miniProgram })
  knock()
  cleanups.push(() => opened.close())
  const ports = () => posted.flatMap(({ port }) => port ?? [])
  function next(type: HostMessage['type']): Promise<HostMessage> {
    const port = ports().at(-1)
    port?.start()
    return new Promise((resolve) => {
      port?.addEventListener('message', ({ data }) => data.type === type && resolve(data))
    })
  }
  return {
    ...testFrame,
    host,
    miniProgram: opened,
    ports,
    next,
    send(message) {
      const reply = next('reply')
      ports().at(-1)?.postMessage(message)
      return reply
    },
  }
}

const withOptions = (options: HostOptions) => createHost(createServices(), options)
const GESTURE = { type: 'gesture', ageMilliseconds: 0 }

const call = (method: string, params?: unknown, id = 1): object => ({
  type: 'call',
  id,
  method,
  params,
})

describe(createHost, () => {
  it('sends nothing before the page knocks', () => {
    const { frame, posted, load } = createFrame()
    createHost(createServices()).open({ appId: 'kopi-house', origins: [ORIGIN], frame })
    load()
    expect(posted).toEqual([])
  })

  it('answers a knock of a registered origin with a port for that origin only', () => {
    const { posted } = openPage()
    expect(posted.at(-1)).toEqual({
      message: { type: BRIDGE_HELLO, pageId: 'page-1' },
      origin: ORIGIN,
      port: expect.anything(),
    })
  })

  it.each([ORIGIN, OTHER_ORIGIN])('answers at the registered origin %s', (origin) => {
    const { frame, knock, posted } = createFrame()
    createHost(createServices()).open({ appId: 'k', origins: [ORIGIN, OTHER_ORIGIN], frame })
    knock('page-1', origin)
    expect(posted.at(-1)).toMatchObject({ origin, port: expect.anything() })
  })

  it('sends one port to a page that knocks repeatedly', () => {
    const { knock, ports } = openPage()
    knock()
    expect(ports()).toHaveLength(1)
  })

  it('sends a new port to each page', () => {
    const { knock, ports } = openPage()
    knock('page-2')
    expect(ports()).toHaveLength(2)
    expect(ports()[1]).not.toBe(ports()[0])
  })

  it.each<{ name: string; knock: (frame: TestFrame) => void }>([
    { name: 'another window', knock: ({ knock }) => knock('page-2', ORIGIN, {}) },
    { name: 'no window', knock: ({ knock }) => knock('page-2', ORIGIN, null) },
    { name: 'a page without an id', knock: ({ knock }) => knock(7 as never) },
    { name: 'a page with a long id', knock: ({ knock }) => knock('x'.repeat(65)) },
    {
      name: 'a page that sends something else',
      knock: ({ emit, window }) =>
        emit('message', { source: window, origin: ORIGIN, data: { type: 'other', pageId: 'p' } }),
    },
    {
      name: 'a page that sends nothing',
      knock: ({ emit, window }) => emit('message', { source: window, origin: ORIGIN, data: null }),
    },
  ])('does not answer $name', ({ knock }) => {
    const page = openPage()
    const before = page.posted.length
    knock(page)
    expect(page.posted).toHaveLength(before)
  })

  it.each([
    {
      name: 'an origin that is not registered',
      origin: 'https://evil.example',
      target: 'https://evil.example',
    },
    {
      name: 'an origin with another scheme',
      origin: 'http://kopi.example',
      target: 'http://kopi.example',
    },
    { name: 'an opaque origin', origin: 'null', target: '*' },
  ])('refuses $name with the cause and nothing else, and reports it once', ({ origin, target }) => {
    const onFailure = vi.fn()
    const { knock, posted, host, ports } = openPage(withOptions({ onFailure }))
    knock('page-2', origin)
    knock('page-2', origin)
    const message = { type: BRIDGE_REFUSAL, pageId: 'page-2', cause: 'ORIGIN_NOT_REGISTERED' }
    expect(posted.slice(-2)).toEqual([
      { message, origin: target },
      { message, origin: target },
    ])
    expect(ports()).toHaveLength(1)
    expect(host.failed()).toEqual({ ORIGIN_NOT_REGISTERED: 1 })
    expect(onFailure.mock.calls).toEqual([
      [
        {
          appId: 'kopi-house',
          cause: 'ORIGIN_NOT_REGISTERED',
          detail: `The page at ${origin} is not at a registered origin of kopi-house: ${ORIGIN}. Add its origin to "domains" of the mini program and to "origins" of host.open.`,
          pageOrigin: origin,
          registeredOrigins: [ORIGIN],
        },
      ],
    ])
  })

  it('warns the developer about an origin that is not registered', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    openPage().knock('page-2', OTHER_ORIGIN)
    expect(warn.mock.calls).toEqual([[expect.stringContaining(OTHER_ORIGIN)]])
    warn.mockRestore()
  })

  it('sends no port after the mini program is closed', () => {
    const { knock, miniProgram, ports } = openPage()
    miniProgram.close()
    knock('page-2')
    expect(ports()).toHaveLength(1)
  })

  it('serves a frame for the mini program that was opened last, by any host', async () => {
    const consult = vi.fn(createServices().consult)
    const first = openPage(createHost(createServices({ consult })))
    const second = openPage(createHost(createServices({ consult })), { appId: 'pixel' }, first)
    // The page of the first mini program is still there. It must not become a page of the second.
    expect(second.ports()).toHaveLength(1)
    second.knock('page-2')
    await second.send(call('getAuthCode', {}))
    expect(consult.mock.calls.map(([{ appId }]) => appId)).toEqual(['pixel'])
    expect(second.ports()).toHaveLength(2)
  })

  it('reports a failure with its detail for the developer', async () => {
    const onFailure = vi.fn()
    const showSettings = () => Promise.reject(new Error('no such screen'))
    const page = openPage(createHost(createServices({ showSettings }), { onFailure }))
    await page.send(call('openSetting'))
    expect(onFailure.mock.calls).toEqual([
      [{ appId: 'kopi-house', cause: 'INTERNAL', detail: 'Error: no such screen' }],
    ])
  })

  it('replies to a call with its result', async () => {
    expect(await openPage().send(call('getSetting', undefined, 7))).toEqual({
      type: 'reply',
      id: 7,
      ok: true,
      value: { authSetting: { auth_user: true } },
    })
  })

  it.each([
    { name: 'an unknown method', message: call('transferMoney'), cause: 'NOT_PERMITTED', error: 4 },
    { name: 'a method of Object', message: call('toString'), cause: 'NOT_PERMITTED', error: 4 },
    {
      name: 'the appId of another mini program',
      message: call('getSetting', { appId: 'other' }),
      cause: 'NOT_PERMITTED',
      error: 4,
    },
    {
      name: 'parameters that are not an object',
      message: call('getSetting', 7),
      cause: 'PARAM_INVALID',
      error: 2,
    },
  ])('rejects $name with $cause', async ({ message, cause, error }) => {
    expect(await openPage().send(message)).toMatchObject({
      ok: false,
      failure: { cause, error, authErrorScopes: {}, traceId: expect.stringMatching(/./) },
    })
  })

  it('accepts the appId of the mini program itself', async () => {
    expect(await openPage().send(call('getSetting', { appId: 'kopi-house' }))).toMatchObject({
      ok: true,
    })
  })

  it('hides the message of an unexpected error from the page', async () => {
    const showSettings = () => Promise.reject(new Error('secret'))
    const page = openPage(createHost(createServices({ showSettings })))
    const reply = await page.send(call('openSetting'))
    expect(reply).toMatchObject({ ok: false, failure: { cause: 'INTERNAL' } })
    expect(JSON.stringify(reply)).not.toContain('secret')
  })

  it('counts failures by cause', async () => {
    const page = openPage()
    await page.send(call('transferMoney'))
    await page.send(call('transferMoney'))
    await page.send(call('getSetting', 7))
    await page.send(call('getSetting'))
    expect(page.host.failed()).toEqual({ NOT_PERMITTED: 2, PARAM_INVALID: 1 })
  })

  it('notifies the page of a changed grant', async () => {
    const page = openPage()
    const message = page.next('grantChanged')
    page.miniProgram.grantChanged()
    expect(await message).toEqual({ type: 'grantChanged' })
  })

  it('blocks a consent prompt on the first screen', async () => {
    const page = openPage(createHost(createServices({ consult: async () => CONSENT_REQUIRED })))
    expect(await page.send(call('getAuthCode', {}))).toMatchObject({
      ok: false,
      failure: { cause: 'FIRST_SCREEN' },
    })
  })

  it('blocks a consent prompt after the user has left the wallet since the tap', async () => {
    const page = openPage(createHost(createServices({ consult: async () => CONSENT_REQUIRED })))
    page.ports()[0]?.postMessage(GESTURE)
    await page.send(call('getSetting'))
    page.hide()
    expect(await page.send(call('getAuthCode', {}))).toMatchObject({
      failure: { cause: 'NO_USER_GESTURE' },
    })
  })

  it('shows one consent prompt at a time for all mini programs', async () => {
    const { host, shown, prompts } = hostWithPrompts()
    const [first, second] = [openPage(host), openPage(host, { appId: 'pixel' })]
    for (const { ports } of [first, second]) ports()[0]?.postMessage(GESTURE)
    const granted = first.send(call('getAuthCode', {}))
    await shown()
    expect(await second.send(call('getAuthCode', {}))).toMatchObject({
      ok: false,
      failure: { cause: 'CONSENT_ALREADY_OPEN' },
    })
    prompts[0]?.close()
    expect(await granted).toMatchObject({ ok: true, value: { authCode: 'ac_1' } })
  })

  it('replaces the prompt of a mini program by its newer one', async () => {
    const { host, shown, prompts } = hostWithPrompts()
    const page = openPage(host)
    page.ports()[0]?.postMessage(GESTURE)
    const replaced = page.send(call('getAuthCode', {}, 1))
    await shown()
    page.ports()[0]?.postMessage(GESTURE)
    page.ports()[0]?.postMessage(call('getAuthCode', {}, 2))
    expect(await replaced).toMatchObject({ id: 1, failure: { cause: 'DISMISSED' } })
    expect(prompts[0]?.signal.aborted).toBe(true)
    await shown()
    const granted = page.next('reply')
    prompts[1]?.close()
    expect(await granted).toMatchObject({ id: 2, ok: true })
  })

  it.each<{ name: string; leave: (page: TestPage) => void }>([
    { name: 'is replaced by another page', leave: ({ knock }) => knock('page-2') },
    {
      name: 'reports that it leaves',
      leave: ({ ports }) => ports()[0]?.postMessage({ type: 'leave' }),
    },
    { name: 'closes its port', leave: ({ ports }) => ports()[0]?.close() },
    { name: 'is closed', leave: ({ miniProgram }) => miniProgram.close() },
  ])('aborts the consent prompt of a page that $name', async ({ leave }) => {
    const { host, shown, prompts } = hostWithPrompts()
    const page = openPage(host)
    page.ports()[0]?.postMessage(GESTURE)
    void page.send(call('getAuthCode', {}))
    await shown()
    const aborted = new Promise((resolve) => prompts[0]?.signal.addEventListener('abort', resolve))
    leave(page)
    await aborted
    await vi.waitFor(() => expect(host.failed()).toEqual({ PAGE_GONE: 1 }))
  })

  it('tells the page that its connection is closed', async () => {
    const page = openPage()
    const closed = page.next('close')
    page.miniProgram.close()
    expect(await closed).toEqual({ type: 'close' })
  })

  it('names each page differently', async () => {
    const instances: unknown[] = []
    const services = createServices({
      async consult({ context }) {
        instances.push(context?.pageInstance)
        return createServices().consult({ context: PRESENT })
      },
    })
    const page = openPage(createHost(services))
    await page.send(call('getAuthCode', {}))
    page.knock('page-2')
    await page.send(call('getAuthCode', {}))
    expect(new Set(instances).size).toBe(2)
    expect(instances).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ])
  })

  it.each([
    { name: 'no list', origins: undefined },
    { name: 'an empty list', origins: [] },
  ])('throws for $name of origins', ({ origins }) => {
    const { frame } = createFrame()
    const open = () => createHost(createServices()).open({ appId: 'k', frame, origins } as never)
    expect(open).toThrow(/origins must list at least one origin/)
  })
})

/** A host whose prompts stay open until the test closes them. */
function hostWithPrompts() {
  const prompts: { readonly signal: AbortSignal; close(): void }[] = []
  let seen = 0
  const services = createServices({
    consult: async () => CONSENT_REQUIRED,
    showSheet: (_url, signal) =>
      new Promise((resolve) => void prompts.push({ signal, close: resolve })),
  })
  return {
    host: createHost(services),
    prompts,
    /** Waits for the next prompt. */
    async shown() {
      seen++
      await vi.waitFor(() => expect(prompts).toHaveLength(seen))
    },
  }
}
