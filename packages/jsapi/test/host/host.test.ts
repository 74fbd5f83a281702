/**
 * @module The host side of the bridge: who gets a port, which calls it accepts, and what failures a page sees.
 */
import { BRIDGE_HELLO, type HostMessage } from '@assent/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { createHost, type Host, type OpenMiniProgram } from '../../src/host/host.ts'
import { createEventTarget } from '../support/events.ts'
import { CONSENT_REQUIRED, createServices, PRESENT } from '../support/services.ts'

const ORIGIN = 'https://kopi.example'
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

type Hello = { readonly message: unknown; readonly origin: string; readonly port: MessagePort }

/** A frame whose page can be loaded again, and the messages that its window got. */
function createFrame() {
  const hellos: Hello[] = []
  const target = createEventTarget()
  const frame = {
    ...target,
    getClientRects: () => ({ length: 1 }),
    contentWindow: {
      postMessage(message: unknown, origin: string, [port]: MessagePort[]) {
        if (port) hellos.push({ message, origin, port })
      },
    },
    ownerDocument: {
      get activeElement(): unknown {
        return frame
      },
      visibilityState: 'visible',
      documentElement: { lang: 'en' },
      defaultView: { navigator: { userActivation: { isActive: true } } },
    },
  }
  return { frame: frame as unknown as HTMLIFrameElement, hellos, load: () => target.emit('load') }
}

type TestPage = {
  readonly host: Host
  readonly miniProgram: OpenMiniProgram
  readonly hellos: readonly Hello[]
  load(): void
  /** Sends a message on the newest port and returns the next message of the host. */
  send(message: object): Promise<HostMessage>
}

function openPage(host = createHost(createServices())): TestPage {
  const { frame, hellos, load } = createFrame()
  const miniProgram = host.open({ appId: 'kopi-house', origin: ORIGIN, frame })
  load()
  cleanups.push(() => {
    miniProgram.close()
    for (const { port } of hellos) port.close()
  })
  return {
    host,
    miniProgram,
    hellos,
    load,
    send(message) {
      const port = hellos.at(-1)?.port
      return new Promise((resolve) => {
        port?.addEventListener('message', (event) => resolve((event as MessageEvent).data), {
          once: true,
        })
        port?.start()
        port?.postMessage(message)
      })
    },
  }
}

const call = (method: string, params?: unknown, id = 1): object => ({
  type: 'call',
  id,
  method,
  params,
})

describe(createHost, () => {
  it('sends a port to the registered origin only, when the page has loaded', () => {
    const { hellos } = openPage()
    expect(hellos.map(({ message, origin }) => ({ message, origin }))).toEqual([
      { message: { type: BRIDGE_HELLO }, origin: ORIGIN },
    ])
  })

  it('sends a new port to each page that loads', () => {
    const page = openPage()
    page.load()
    expect(page.hellos).toHaveLength(2)
    expect(page.hellos[1]?.port).not.toBe(page.hellos[0]?.port)
  })

  it('sends no port after the mini program is closed', () => {
    const page = openPage()
    page.miniProgram.close()
    page.load()
    expect(page.hellos).toHaveLength(1)
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
    const message = page.send({ type: 'gesture' })
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

  it('shows one consent prompt at a time for all mini programs', async () => {
    let closePrompt = (): void => {}
    let reportShown = (): void => {}
    const shown = new Promise<void>((resolve) => {
      reportShown = resolve
    })
    const host = createHost(
      createServices({
        consult: async () => CONSENT_REQUIRED,
        showSheet: () =>
          new Promise((resolve) => {
            closePrompt = resolve
            reportShown()
          }),
      }),
    )
    const [first, second] = [openPage(host), openPage(host)]
    for (const { hellos } of [first, second]) hellos[0]?.port.postMessage({ type: 'gesture' })
    const granted = first.send(call('getAuthCode', {}))
    await shown
    expect(await second.send(call('getAuthCode', {}))).toMatchObject({
      ok: false,
      failure: { cause: 'CONSENT_ALREADY_OPEN' },
    })
    closePrompt()
    expect(await granted).toMatchObject({ ok: true, value: { authCode: 'ac_1' } })
  })

  it('aborts the consent prompt of a page that is replaced', async () => {
    let reportShown = (_signal: AbortSignal): void => {}
    const shown = new Promise<AbortSignal>((resolve) => {
      reportShown = resolve
    })
    const services = createServices({
      consult: async () => CONSENT_REQUIRED,
      showSheet: async (_url, signal) => reportShown(signal),
    })
    const page = openPage(createHost(services))
    page.hellos[0]?.port.postMessage({ type: 'gesture' })
    void page.send(call('getAuthCode', {}))
    const signal = await shown
    expect(signal.aborted).toBe(false)
    page.load()
    expect(signal.aborted).toBe(true)
  })

  it('names each loaded page differently', async () => {
    const instances: unknown[] = []
    const services = createServices({
      async consult({ context }) {
        instances.push(context?.pageInstance)
        return createServices().consult({ context: PRESENT })
      },
    })
    const page = openPage(createHost(services))
    await page.send(call('getAuthCode', {}))
    page.load()
    await page.send(call('getAuthCode', {}))
    expect(new Set(instances).size).toBe(2)
  })
})
