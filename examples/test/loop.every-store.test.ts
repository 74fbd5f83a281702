/**
 * @module The loop in real Chromium: wallet, mini program, consent page, merchant's server.
 */
import { AuthorizationRequiredError, ResultError } from '@assent/merchant'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { API_PATHS } from '../src/setup.ts'
import {
  expectNothingLeaked,
  launchBrowser,
  merchantOf,
  startTestDemo,
  type TestDemo,
  WalletUser,
} from './browser.ts'

let browser: Browser
let demo: TestDemo
let user: WalletUser
/** Every credential that a page or a merchant has seen, for the search at the end. */
const credentials = new Set<string>()

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})
beforeEach(async () => {
  user = await WalletUser.open(browser, demo)
  await forget()
})
afterEach(() => user.close())

/** The user stops everything and lets everybody ask again, as on the Privacy page. */
async function forget(): Promise<void> {
  await user.page.evaluate(async () => {
    for (const appId of ['kopi-house', 'bloom-flowers', 'pixel-arcade']) {
      for (const operation of ['revoke', 'clearDenials']) {
        await fetch(`/api/${operation}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ appId }),
        })
      }
    }
  })
}

function remember<T extends { authCode: string } | undefined>(success: T): NonNullable<T> {
  if (!success) throw new Error('there is no code')
  credentials.add(success.authCode)
  return success
}

describe('a mini program asks', () => {
  it('a silent scope: a code, and no sheet', async () => {
    const frame = await user.openMiniProgram()
    const success = remember(
      await frame.evaluate(() =>
        (
          window as never as { my: { getAuthCode(): Promise<{ authCode: string }> } }
        ).my.getAuthCode(),
      ),
    )
    expect(Object.keys(success).sort()).toEqual([
      'authCode',
      'authErrorScopes',
      'authSuccessScopes',
    ])
    expect(success).toMatchObject({ authSuccessScopes: ['auth_base'], authErrorScopes: {} })
    expect(await user.sheetIsOpen()).toBe(false)
    const { client } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken(success)
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect(Object.keys(await client.inquiryUserInfo(tokens.customerId))).toEqual(['userId'])
  })

  it('auth_user: the sheet, allow, and the merchant’s server has the profile', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: ['auth_user'] })
    await user.sheet.getByRole('heading', { name: 'Kopi House would like to' }).waitFor()
    expect(await user.sheet.locator('body').innerText()).toMatch(
      /see your basic profile[\s\S]*Maria ✨[\s\S]*Kopi House Trading Inc\.\u2069 receives it/,
    )
    await user.allow()
    const success = remember((await answer.result()).success)
    expect(success).toMatchObject({ authSuccessScopes: ['auth_user'], authErrorScopes: {} })
    const { client } = merchantOf(demo, 'kopi-house')
    const { tokens, userInfo } = await client.applyTokenAndInquiryUserInfo(success)
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect(userInfo).toMatchObject({ nickName: 'Maria ✨', gender: 'FEMALE', nationality: 'PH' })
    expect(userInfo).not.toHaveProperty('contactInfos')
  })

  it('the shop’s own way: its offer, its required and optional scopes, its card', async () => {
    const frame = await user.openMiniProgram()
    await frame.getByRole('button', { name: 'Get my loyalty card' }).click()
    const phone = user.sheet.getByRole('switch', { name: /phone number/ })
    expect(await phone.isChecked()).toBe(false)
    await phone.check()
    await user.allow()
    await frame.getByRole('heading', { name: 'Maria ✨' }).waitFor()
    const card = await frame.locator('#offer').innerText()
    expect(card).toContain('+63•••••••567')
    expect(card).not.toContain('Birthday')
  })

  it('allow one of two scopes: a success with both maps right', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, {
      scopes: ['USER_NAME', 'USER_MOBILE_PHONE', 'KYC_INFO'],
    })
    await user.sheet.getByRole('switch', { name: /full name/ }).check()
    await user.allow()
    const success = remember((await answer.result()).success)
    expect(success.authSuccessScopes).toEqual(['USER_NAME'])
    expect(success.authErrorScopes).toEqual({ USER_MOBILE_PHONE: '10001', KYC_INFO: '40006' })
    const { client } = merchantOf(demo, 'kopi-house')
    const { userInfo } = await client.applyTokenAndInquiryUserInfo(success)
    expect(userInfo).toMatchObject({ userName: { fullName: 'Maria Clara Santos' } })
    expect(userInfo).not.toHaveProperty('contactInfos')
  })

  it('allow with nothing switched on: the page says so, and nothing is granted', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: ['USER_NAME', 'USER_MOBILE_PHONE'] })
    await user.allow()
    await user.sheet.getByRole('alert').waitFor()
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    expect((await answer.result()).failure?.error).toBe(11)
  })

  it('decline: error 11', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    const { failure } = await answer.result()
    expect(failure).toMatchObject({
      error: 11,
      cause: 'USER_DECLINED',
      retryable: false,
      authErrorScopes: { auth_user: '10001' },
    })
    expect(failure?.errorMessage).not.toBe('')
    expect(failure?.traceId).not.toBe('')
  })

  it.each([
    { name: 'Esc', close: () => user.page.keyboard.press('Escape') },
    {
      name: 'a tap outside',
      close: () => user.sheet.locator('body').click({ position: { x: 180, y: 20 } }),
    },
  ])('closed by $name: error 10', async ({ close }) => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    await close()
    expect((await answer.result()).failure).toMatchObject({ error: 10, cause: 'DISMISSED' })
    expect(await user.sheetIsOpen()).toBe(false)
  })

  it('on the first screen: error 4, FIRST_SCREEN, and no sheet', async () => {
    await user.page.getByRole('button', { name: 'Ask on the first screen' }).click()
    await user.page.locator('iframe.mini-program').waitFor()
    const frame = await user.miniProgram()
    await frame.getByText('4 FIRST_SCREEN').waitFor()
    expect(await user.sheetIsOpen()).toBe(false)
  })

  it('without a tap: error 4, NO_USER_GESTURE or FIRST_SCREEN; a script’s click is none', async () => {
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

  it('a tap that is long ago: error 4, NO_USER_GESTURE', async () => {
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

  it('asked again: no sheet', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.allow()
    remember((await first.result()).success)
    const again = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    const success = remember((await again.result()).success)
    expect(success.authSuccessScopes).toEqual(['auth_user'])
    const wider = await user.tapAndAsk(frame, { scopes: ['auth_user', 'USER_NAME'] })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    const rows = await user.sheet.locator('li').allInnerTexts()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toContain('full name')
    await user.page.keyboard.press('Escape')
    await wider.result()
  })

  it('withdrawn on the Privacy page: the merchant’s next call is refused, its refresh too, and the page is told', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.allow()
    const { client, codes } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken(remember((await answer.result()).success))
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect((await client.inquiryUserInfo(tokens.customerId)).nickName).toBe('Maria ✨')
    const before = await frame.locator('#calls li').count()
    await user.page.getByRole('button', { name: 'Privacy' }).click()
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByText('see your basic profile', { exact: true }).waitFor()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('is stopped. Nothing is shared any more').waitFor()
    await vi.waitFor(
      async () => {
        codes.length = 0
        const inquiry = client.inquiryUserInfo(tokens.customerId)
        await expect(inquiry).rejects.toThrow(AuthorizationRequiredError)
      },
      { timeout: 10_000 },
    )
    expect(codes).toEqual(['INVALID_ACCESS_TOKEN', 'INVALID_REFRESH_TOKEN'])
    await expect.poll(() => frame.locator('#calls li').count()).toBeGreaterThan(before)
  })

  it('a page that claims another appId gets nothing', async () => {
    await user.page.getByRole('button', { name: 'Forge the appId' }).click()
    await user.page.locator('iframe.mini-program').waitFor()
    const frame = await user.miniProgram()
    await frame.getByText('4 NOT_PERMITTED').waitFor()
    // Whatever a page's code is called, it belongs to that page's own mini program.
    const code = await frame.evaluate(() =>
      (
        window as never as { my: { getAuthCode(): Promise<{ authCode: string }> } }
      ).my.getAuthCode(),
    )
    const { client } = merchantOf(demo, 'bloom-flowers')
    const refused = await client
      .applyToken({ authCode: code.authCode })
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ResultError)
    expect(refused).toMatchObject({ resultCode: 'INVALID_CODE' })
  })

  it('a page of another origin gets no port at all', async () => {
    await user.openMiniProgram()
    const got = await user.page.evaluate(async () => {
      const frame = document.querySelector('iframe.mini-program') as HTMLIFrameElement
      frame.src = '/wallet.svg'
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
      const inside = frame.contentWindow as Window
      return new Promise((resolve) => {
        inside.addEventListener('message', () => resolve('a port'))
        setTimeout(() => resolve('nothing'), 500)
      })
    })
    expect(got).toBe('nothing')
  })

  it('a page that is left gets no result', async () => {
    const frame = await user.openMiniProgram()
    await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    await frame.evaluate(() => location.reload())
    await expect.poll(() => user.sheetIsOpen()).toBe(false)
    const again = await user.miniProgram()
    await again.getByText('Good to see you.').waitFor()
    expect(await again.locator('#calls').innerText()).not.toContain('auth_user')
  })

  it('1,000 asks in a loop: one sheet', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    const causes = await frame.evaluate(async () => {
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<never> } }
      const seen = new Set<string>()
      for (let round = 0; round < 10; round++) {
        const asks = Array.from({ length: 100 }, () =>
          my.getAuthCode({ scopes: 'auth_user' }).catch(({ cause }) => seen.add(cause)),
        )
        await Promise.all(asks)
      }
      return [...seen]
    })
    // Where this takes long, the tap is too old before the loop is over.
    expect(causes).toContain('CONSENT_ALREADY_OPEN')
    expect(['CONSENT_ALREADY_OPEN', 'NO_USER_GESTURE']).toEqual(expect.arrayContaining(causes))
    expect(await user.page.locator('.overlay iframe').count()).toBe(1)
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    expect((await first.result()).failure?.cause).toBe('USER_DECLINED')
    const again = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    expect((await again.result()).failure).toMatchObject({
      cause: 'DECLINED_RECENTLY',
      retryAfterSeconds: expect.any(Number),
    })
  })

  it('by a link from elsewhere, or hidden: nothing is asked', async () => {
    await user.page.goto(`${user.page.url()}?open=kopi-house`)
    const frame = await user.miniProgram()
    await frame.getByText('Good to see you.').waitFor()
    const ask = () =>
      frame.evaluate(() =>
        (window as never as { my: { getAuthCode(options: object): Promise<never> } }).my
          .getAuthCode({ scopes: 'auth_user' })
          .catch(({ cause }: { cause: string }) => cause),
      )
    expect(await ask()).toBe('DEEP_LINK')
    await frame.locator('h1').click()
    // The mini program is there, and another screen of the wallet covers it.
    await user.page.locator('iframe.mini-program').evaluate((element: HTMLElement) => {
      element.style.display = 'none'
    })
    expect(await ask()).toBe('NOT_VISIBLE')
  })

  it('a tap opens one sheet', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndAsk(frame, { scopes: 'auth_user' })
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

  it('stopped on the user’s page: two taps, refused at the gateway within a second, a receipt and a notification', async () => {
    const frame = await user.openMiniProgram()
    const answer = await user.tapAndAsk(frame, { scopes: 'CARD_LIST' })
    await user.allow()
    const { client } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken(remember((await answer.result()).success))
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    const cards = () => client.callApi(tokens.customerId, API_PATHS.cards, {})
    expect(await cards()).toMatchObject({ cards: expect.any(Array) })
    await user.page.getByRole('button', { name: 'Privacy' }).click()
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('is stopped. Nothing is shared any more').waitFor()
    const stoppedAt = performance.now()
    await expect(cards()).rejects.toThrow(AuthorizationRequiredError)
    expect(performance.now() - stoppedAt).toBeLessThan(1000)
    await user.privacy.getByRole('link', { name: 'stopped' }).first().click()
    await user.privacy.getByRole('heading', { name: 'Receipt' }).waitFor()
    const { events } = await client.listEvents()
    expect(events.at(-1)).toMatchObject({ eventType: 'AUTHORIZATION_WITHDRAWN', reason: 'USER' })
  })

  it('one sheet at a time', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    const second = await frame.evaluate(() => {
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<never> } }
      return my
        .getAuthCode({ scopes: 'USER_NAME' })
        .catch((reason: { error: number; cause: string }) => reason)
    })
    expect(second).toMatchObject({ error: 4, cause: 'CONSENT_ALREADY_OPEN' })
    await user.page.keyboard.press('Escape')
    expect((await first.result()).failure?.error).toBe(10)
  })

  it('the wallet’s own APIs: asked for when they are needed, and cut down to what is open', async () => {
    const frame = await user.openMiniProgram()
    await frame.getByRole('button', { name: 'Pay with a card of my wallet' }).click()
    await user.sheet.getByText('see the cards in your wallet').waitFor()
    await user.allow()
    await frame.getByText('Visa •••• 4242').waitFor()
    expect(await frame.locator('#calls').innerText()).not.toContain('4242424242424242')
    await frame.getByRole('button', { name: 'Order, and send me a receipt' }).click()
    await user.sheet.getByText('put messages into your wallet inbox').waitFor()
    await user.allow()
    await frame.getByText('The receipt is in your wallet’s inbox').waitFor()
    await user.page.getByRole('button', { name: 'Back' }).click()
    await user.page
      .locator('.inbox')
      .getByText('Thank you for your order at Kopi House.')
      .first()
      .waitFor()
  })

  it('stopped in the wallet: the shop’s page hears of it, and says that it has deleted what it had', async () => {
    const frame = await user.openMiniProgram()
    await frame.getByRole('button', { name: 'Pay with a card of my wallet' }).click()
    await user.allow()
    await frame.getByText('Visa •••• 4242').waitFor()
    const elsewhere = await user.page.context().newPage()
    await elsewhere.goto(user.page.url())
    await elsewhere.getByRole('button', { name: /Privacy/ }).click()
    const privacy = elsewhere.frameLocator('iframe.privacy')
    await privacy
      .getByText(/^last read/)
      .first()
      .waitFor()
    await privacy.getByRole('link', { name: 'Kopi House' }).click()
    await privacy.getByRole('button', { name: 'Stop everything' }).click()
    await frame.getByText('We have deleted what we had of you').waitFor()
    await elsewhere.reload()
    await elsewhere.getByRole('button', { name: /Privacy/ }).click()
    await privacy.getByRole('link', { name: 'Kopi House' }).click()
    await privacy.getByText(/asked to delete your data.* · confirmed/).waitFor()
    await privacy.getByText('cards[].lastFour').first().waitFor()
    await elsewhere.close()
  })

  it('a code used twice shows as USED_CODE', async () => {
    await user.page.getByRole('button', { name: 'Use a code twice' }).click()
    await user.page.locator('iframe.mini-program').waitFor()
    await (await user.miniProgram())
      .locator('#calls')
      .getByText('USED_CODE', { exact: true })
      .waitFor()
  })
})

describe('the neighbours of getAuthCode', () => {
  it('callbacks get objects of their own, in order, with the promise; a second argument works', async () => {
    const frame = await user.openMiniProgram()
    const seen = await frame.evaluate(async () => {
      const { my } = window as never as {
        my: { getAuthCode(options: object, second: (result: object) => void): Promise<object> }
      }
      const calls: string[] = []
      const note = (name: string) => (result: { authCode?: string }) => {
        calls.push(`${name} ${Object.keys(result).sort().join()}`)
        delete result.authCode
      }
      await my.getAuthCode(
        { success: note('success'), fail: note('fail'), complete: note('complete') },
        note('second'),
      )
      return calls
    })
    const keys = 'authCode,authErrorScopes,authSuccessScopes'
    expect(seen).toEqual([`success ${keys}`, `complete ${keys}`, `second ${keys}`])
  })

  it('a failure with a callback is never an unhandled rejection; without one it rejects', async () => {
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
  ])('scopes may be $scopes', async ({ scopes, granted }) => {
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

  it('getOpenUserInfo, getSetting, getGrants, revokeScopes', async () => {
    const frame = await user.openMiniProgram()
    const ask = (method: string, options: object = {}): Promise<Record<string, never>> =>
      frame.evaluate(
        ([name, given]) =>
          (window as never as { my: Record<string, (options: object) => Promise<never>> }).my[
            name as string
          ]?.(given as object) as Promise<never>,
        [method, options] as const,
      )
    const parse = (reply: Record<string, never>): object =>
      JSON.parse(reply['response'] as unknown as string).response
    expect(parse(await ask('getOpenUserInfo'))).toMatchObject({ code: '40006', nickName: '' })
    const answer = await user.tapAndAsk(frame, { scopes: 'auth_user' })
    await user.allow()
    remember((await answer.result()).success)
    const info = parse(await ask('getOpenUserInfo'))
    expect(info).toMatchObject({
      code: '10000',
      msg: 'Success',
      nickName: 'Maria ✨',
      gender: 'f',
      countryCode: 'PH',
      province: '',
      city: '',
    })
    expect(JSON.stringify(info)).not.toContain('u-1001')
    expect(await ask('getSetting')).toMatchObject({
      authSetting: { auth_base: true, auth_user: true },
    })
    expect(await ask('getGrants')).toMatchObject({
      scopes: expect.arrayContaining([{ scope: 'auth_user', grantedAt: expect.any(String) }]),
    })
    expect(await ask('revokeScopes', { scopes: ['auth_user'] })).toEqual({})
    expect(await ask('getSetting')).toMatchObject({
      authSetting: { auth_base: true, auth_user: false },
    })
  })

  it('openSetting shows the wallet’s page, and returns what results', async () => {
    const frame = await user.openMiniProgram()
    const settings = frame.evaluate(() =>
      (window as never as { my: { openSetting(): Promise<object> } }).my.openSetting(),
    )
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('is stopped. Nothing is shared any more').waitFor()
    await user.page.locator('.cover').getByRole('button', { name: 'Back' }).click()
    expect(await settings).toEqual({ authSetting: expect.objectContaining({ auth_base: false }) })
  })

  it('AlipayJSBridge of H5 pages', async () => {
    const frame = await user.openMiniProgram()
    const result = await frame.evaluate(
      () =>
        new Promise<Record<string, unknown>>((resolve) => {
          const { AlipayJSBridge } = window as never as {
            AlipayJSBridge: {
              call(
                name: string,
                parameters: object,
                callback: (result: Record<string, unknown>) => void,
              ): void
            }
          }
          AlipayJSBridge.call(
            'getAuthCode',
            { scopeNicks: ['auth_base'], appId: 'somebody-else', showErrorTip: false },
            resolve,
          )
        }),
    )
    expect(result['authcode']).toBe(result['authCode'])
    expect(result['authSuccessScopes']).toEqual(['auth_base'])
    const { client } = merchantOf(demo, 'kopi-house')
    expect((await client.applyToken({ authCode: String(result['authCode']) })).accessToken).toMatch(
      /^at_/,
    )
  })

  it('hostile messages on the bridge: every one an error or nothing, none a code of another mini program', async () => {
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
      // The page takes over its own port, as any page can.
      const channel = await new Promise<MessagePort>((resolve) => {
        const { postMessage } = MessagePort.prototype
        MessagePort.prototype.postMessage = function taken(
          this: MessagePort,
          ...parameters: [never]
        ) {
          MessagePort.prototype.postMessage = postMessage
          resolve(this)
          return postMessage.apply(this, parameters)
        }
        void (window as never as { my: { getAuthCode(): Promise<object> } }).my.getAuthCode()
      })
      const got: { id: number; ok: boolean }[] = []
      channel.onmessage = ({ data }) => void got.push(data)
      for (const message of hostile) channel.postMessage(message as never)
      await new Promise((resolve) => setTimeout(resolve, 500))
      return got
    }, messages)
    const calls = [101, 102, 103, 104, 105, 106, 107]
    const answered = replies.filter(({ id }) => calls.includes(id)).sort((a, b) => a.id - b.id)
    expect(answered.map(({ id, ok }) => ({ id, ok }))).toEqual(
      calls.map((id) => ({ id, ok: false })),
    )
  })
})

describe('after everything', () => {
  it('no code, token, key or user data in any log line, and nothing usable in the database', async () => {
    const frame = await user.openMiniProgram()
    expect(await frame.locator('#calls').innerText()).toContain('code')
    expect(credentials.size).toBeGreaterThanOrEqual(10)
    await expectNothingLeaked(demo, credentials)
  })
})
