/**
 * @module What the pages of wallet and mini program decide: presence, gestures, origins, callbacks and the shape of calls. The store sees
 * only calls that `authorization.every-store.test.ts` makes as well, so this runs on one store.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  launchBrowser,
  type PageUser,
  startTestDemo,
  type TestDemo,
  WalletUser,
} from './browser.ts'
import { NativeWalletUser } from './native-user.ts'

/** `ASSENT_TEST_HOST=native` runs the tests with the wallet as a native app. */
const Wallet = process.env['ASSENT_TEST_HOST'] === 'native' ? NativeWalletUser : WalletUser

let browser: Browser
let demo: TestDemo
let user: PageUser

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})
beforeEach(async () => {
  user = await Wallet.open(browser, demo)
})
afterEach(() => user.close())

describe('my.getAuthCode', () => {
  it.each([
    { name: 'Esc', close: () => user.page.keyboard.press('Escape') },
    {
      name: 'a tap outside',
      close: () => user.sheet.locator('body').click({ position: { x: 180, y: 20 } }),
    },
  ])('fails with error 10 when the user closes the prompt with $name', async ({ close }) => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    await close()
    expect((await call.result()).failure).toMatchObject({ error: 10, cause: 'DISMISSED' })
    expect(await user.isSheetOpen()).toBe(false)
  })

  it('fails with FIRST_SCREEN on the first screen', async () => {
    const frame = await user.requestOnFirstScreen()
    await frame.getByText('4 FIRST_SCREEN').waitFor()
    expect(await user.isSheetOpen()).toBe(false)
  })

  it('does not accept a click by a script as a user gesture', async () => {
    const frame = await user.openMiniProgram()
    const failure = await frame.evaluate(() => {
      document.querySelector('h1')?.click()
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<never> } }
      return my
        .getAuthCode({ scopes: 'auth_user' })
        .catch((reason: { error: number; cause: string }) => reason)
    })
    expect(failure).toMatchObject({ error: 4, cause: 'FIRST_SCREEN' })
  })

  it('fails with NO_USER_GESTURE more than 5 seconds after the last tap', async () => {
    const frame = await user.openMiniProgram()
    await frame.locator('h1').click()
    await new Promise((resolve) => setTimeout(resolve, 5_200))
    const failure = await frame.evaluate(() => {
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<never> } }
      return my
        .getAuthCode({ scopes: 'auth_user' })
        .catch((reason: { error: number; cause: string }) => reason)
    })
    expect(failure).toMatchObject({ error: 4, cause: 'NO_USER_GESTURE' })
  })

  it('is not available to a page of another origin', async () => {
    await user.openMiniProgram()
    expect(await user.knockAtAnotherOrigin()).toBe('nothing')
  })

  it('returns no result to a page that was left', async () => {
    const frame = await user.openMiniProgram()
    await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    await frame.evaluate(() => location.reload())
    await expect.poll(() => user.isSheetOpen()).toBe(false)
    const again = await user.miniProgram()
    await again.getByText('Good to see you.').waitFor()
    expect(await again.locator('#calls').innerText()).not.toContain('auth_user')
  })

  it('fails with DEEP_LINK after a link, and with NOT_VISIBLE when the page is hidden', async () => {
    const frame = await user.openByLink()
    await frame.getByText('Good to see you.').waitFor()
    const readCause = () =>
      frame.evaluate(() =>
        (window as never as { my: { getAuthCode(options: object): Promise<never> } }).my
          .getAuthCode({ scopes: 'auth_user' })
          .catch(({ cause }: { cause: string }) => cause),
      )
    expect(await readCause()).toBe('DEEP_LINK')
    await frame.locator('h1').click()
    await user.cover()
    expect(await readCause()).toBe('NOT_VISIBLE')
  })

  it('opens one prompt per tap', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    await user.page.keyboard.press('Escape')
    expect((await first.result()).failure?.cause).toBe('DISMISSED')
    const second = await frame.evaluate(() =>
      (window as never as { my: { getAuthCode(options: object): Promise<never> } }).my
        .getAuthCode({ scopes: 'auth_user' })
        .catch(({ cause }: { cause: string }) => cause),
    )
    expect(second).toBe('NO_USER_GESTURE')
  })
})

describe('the JSAPI', () => {
  it('calls the callbacks in order, each with a separate object', async () => {
    const frame = await user.openMiniProgram()
    const seen = await frame.evaluate(async () => {
      const { my } = window as never as {
        my: { getAuthCode(options: object, second: (result: object) => void): Promise<object> }
      }
      const calls: string[] = []
      const record = (name: string) => (result: { authCode?: string }) => {
        calls.push(`${name} ${Object.keys(result).sort().join()}`)
        delete result.authCode
      }
      await my.getAuthCode(
        { success: record('success'), fail: record('fail'), complete: record('complete') },
        record('second'),
      )
      return calls
    })
    const keys = 'authCode,authErrorScopes,authSuccessScopes,authcode'
    expect(seen).toEqual([`success ${keys}`, `complete ${keys}`, `second ${keys}`])
  })

  it('rejects the promise only when there is no callback', async () => {
    const frame = await user.openMiniProgram()
    const seen = await frame.evaluate(async () => {
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<object> } }
      const unhandled: unknown[] = []
      addEventListener('unhandledrejection', (event) => unhandled.push(event.reason))
      const failed = await new Promise<object>(
        (resolve) => void my.getAuthCode({ scopes: ['a b'], fail: resolve }),
      )
      const rejected = await my.getAuthCode({ scopes: 7 }).catch((reason: object) => reason)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { failed, rejected, unhandled: unhandled.length }
    })
    expect(seen).toMatchObject({
      failed: { error: 2, cause: 'PARAM_INVALID' },
      rejected: { error: 2 },
      unhandled: 0,
    })
    expect(Object.keys(seen.failed).sort()).toEqual([
      'authErrorScopes',
      'cause',
      'error',
      'errorMessage',
      'retryable',
      'traceId',
    ])
  })

  it.each([
    { scopes: null, granted: ['auth_base'] },
    { scopes: 'auth_base', granted: ['auth_base'] },
    { scopes: ['auth_base'], granted: ['auth_base'] },
    { scopes: 'auth_base,auth_base', granted: ['auth_base'] },
    { scopes: [{ scope: 'auth_base', required: true }], granted: ['auth_base'] },
  ])('accepts $scopes as scopes', async ({ scopes, granted }) => {
    const frame = await user.openMiniProgram()
    const success = await frame.evaluate(
      (given) =>
        (
          window as never as {
            my: {
              getAuthCode(options: object): Promise<{ authSuccessScopes: string[]; state: string }>
            }
          }
        ).my.getAuthCode({ scopes: given, state: 's' }),
      scopes,
    )
    expect(success.authSuccessScopes).toEqual(granted)
    expect(success.state).toBe('s')
  })

  it('rejects or ignores hostile messages on the bridge', async () => {
    const frame = await user.openMiniProgram()
    const messages = [
      { type: 'call', id: 101, method: '__proto__', params: {} },
      { type: 'call', id: 102, method: 'constructor', params: {} },
      { type: 'call', id: 103, method: 'consult', params: { userId: 'u-1002' } },
      { type: 'call', id: 104, method: 'getAuthCode', params: { appId: 'bloom-flowers' } },
      { type: 'call', id: 105, method: 'getAuthCode', params: 'text' },
      { type: 'call', id: 106, method: 'getAuthCode', params: { scopes: { length: 1 } } },
      {
        type: 'call',
        id: 107,
        method: 'revokeScopes',
        params: { appId: 'bloom-flowers', scopes: ['auth_base'] },
      },
      { type: 'call', id: 'x', method: 'getAuthCode' },
      { type: 'gesture' },
      null,
      'text',
    ]
    const replies = await frame.evaluate(async (hostile) => {
      type Channel = {
        post(message: unknown): void
        listen(listener: (message: { id: number; ok: boolean }) => void): void
      }
      type Bridge = { postMessage(text: string): void; onmessage(event: { data: string }): void }
      const { AssentBridge: native, my } = window as unknown as {
        readonly AssentBridge?: Bridge
        readonly my: { getAuthCode(): Promise<object> }
      }
      // Any page can obtain its end of the bridge: the key in a native wallet, or the port.
      const channel = await new Promise<Channel>((resolve) => {
        if (native) {
          const { postMessage } = native
          native.postMessage = (taken) => {
            native.postMessage = postMessage
            const { key } = JSON.parse(taken)
            resolve({
              post: (message) => postMessage(JSON.stringify({ key, message })),
              listen(listener) {
                native.onmessage = ({ data }) => listener(JSON.parse(data).message)
              },
            })
            postMessage(taken)
          }
        } else {
          const { postMessage } = MessagePort.prototype
          MessagePort.prototype.postMessage = function taken(
            this: MessagePort,
            ...parameters: [never]
          ) {
            MessagePort.prototype.postMessage = postMessage
            resolve({
              post: (message) => this.postMessage(message),
              listen: (listener) => {
                this.onmessage = ({ data }) => listener(data)
              },
            })
            return postMessage.apply(this, parameters)
          }
        }
        void my.getAuthCode()
      })
      const got: { id: number; ok: boolean }[] = []
      channel.listen((message) => void got.push(message))
      for (const message of hostile) channel.post(message)
      await new Promise((resolve) => setTimeout(resolve, 500))
      return got
    }, messages)
    const calls = [101, 102, 103, 104, 105, 106, 107]
    const received = replies.filter(({ id }) => calls.includes(id)).sort((a, b) => a.id - b.id)
    expect(received.map(({ id, ok }) => ({ id, ok }))).toEqual(
      calls.map((id) => ({ id, ok: false })),
    )
  })
})
