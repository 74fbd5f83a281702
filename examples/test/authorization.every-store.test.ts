/**
 * @module The authorization flow in Chromium: wallet, mini program, consent page and merchant's server.
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
/** All credentials that a page or a merchant received, for the leak check at the end. */
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
  await resetUser()
})
afterEach(() => user.close())

/** Revokes all grants and clears all denials. */
async function resetUser(): Promise<void> {
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
  if (!success) throw new Error('The call returned no code.')
  credentials.add(success.authCode)
  return success
}

describe('my.getAuthCode', () => {
  it('returns a code for an implicit scope without a prompt', async () => {
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
      'authcode',
    ])
    expect(success).toMatchObject({ authSuccessScopes: ['auth_base'], authErrorScopes: {} })
    expect(await user.isSheetOpen()).toBe(false)
    const { client } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken({ appId: 'kopi-house', ...success })
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect(Object.keys(await client.inquiryUserInfo(tokens))).toEqual(['userId'])
  })

  it('returns a code after the user allows auth_user, and the merchant reads the profile', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: ['auth_user'] })
    await user.sheet.getByRole('heading', { name: 'Kopi House would like to' }).waitFor()
    expect(await user.sheet.locator('body').innerText()).toMatch(
      /see your basic profile[\s\S]*Maria ✨[\s\S]*Kopi House Trading Inc\.\u2069 receives what you allow/,
    )
    await user.allow()
    const success = remember((await call.result()).success)
    expect(success).toMatchObject({ authSuccessScopes: ['auth_user'], authErrorScopes: {} })
    const { client } = merchantOf(demo, 'kopi-house')
    const { tokens, userInfo } = await client.applyTokenAndInquiryUserInfo({
      appId: 'kopi-house',
      ...success,
    })
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect(userInfo).toMatchObject({ nickName: 'Maria ✨', gender: 'FEMALE', nationality: 'PH' })
    expect(userInfo).not.toHaveProperty('contactInfos')
  })

  it('grants the required and selected optional scopes of the shop’s offer', async () => {
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

  it('reports granted, denied and unapproved scopes after a partial grant', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, {
      scopes: ['USER_NAME', 'USER_MOBILE_PHONE', 'KYC_INFO'],
    })
    await user.sheet.getByRole('switch', { name: /full name/ }).check()
    await user.allow()
    const success = remember((await call.result()).success)
    expect(success.authSuccessScopes).toEqual(['USER_NAME'])
    expect(success.authErrorScopes).toEqual({ USER_MOBILE_PHONE: '10001', KYC_INFO: '40006' })
    const { client } = merchantOf(demo, 'kopi-house')
    const { userInfo } = await client.applyTokenAndInquiryUserInfo({
      appId: 'kopi-house',
      ...success,
    })
    expect(userInfo).toMatchObject({ userName: { fullName: 'Maria Clara Santos' } })
    expect(userInfo).not.toHaveProperty('contactInfos')
  })

  it('grants nothing when the user allows without a selected scope', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: ['USER_NAME', 'USER_MOBILE_PHONE'] })
    await user.allow()
    await user.sheet.getByRole('alert').waitFor()
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    expect((await call.result()).failure?.error).toBe(11)
  })

  it('fails with error 11 when the user denies the request', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    const { failure } = await call.result()
    expect(failure).toMatchObject({
      error: 11,
      cause: 'USER_DECLINED',
      retryable: false,
      authErrorScopes: { auth_user: '10001' },
    })
    expect(failure?.errorMessage).not.toBe('')
    expect(failure?.traceId).not.toBe('')
  })

  it('returns a code without a prompt for granted scopes, and prompts only for new ones', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.allow()
    remember((await first.result()).success)
    const again = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    const success = remember((await again.result()).success)
    expect(success.authSuccessScopes).toEqual(['auth_user'])
    const wider = await user.tapAndRequest(frame, { scopes: ['auth_user', 'USER_NAME'] })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    const rows = await user.sheet.locator('li').allInnerTexts()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toContain('full name')
    await user.page.keyboard.press('Escape')
    await wider.result()
  })

  it('issues tokens that a withdrawal on the privacy page revokes, and the page is notified', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.allow()
    const { client, codes } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken({
      appId: 'kopi-house',
      ...remember((await call.result()).success),
    })
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    expect((await client.inquiryUserInfo(tokens)).nickName).toBe('Maria ✨')
    const before = await frame.locator('#calls li').count()
    await user.page.getByRole('button', { name: 'Privacy' }).click()
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByText('see your basic profile', { exact: true }).waitFor()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('no longer has access.').waitFor()
    await vi.waitFor(
      async () => {
        codes.length = 0
        const inquiry = client.inquiryUserInfo(tokens)
        await expect(inquiry).rejects.toThrow(AuthorizationRequiredError)
      },
      { timeout: 10_000 },
    )
    expect(codes).toEqual(['INVALID_ACCESS_TOKEN', 'INVALID_REFRESH_TOKEN'])
    await expect.poll(() => frame.locator('#calls li').count()).toBeGreaterThan(before)
  })

  it('fails with NOT_PERMITTED for another appId', async () => {
    await user.page.getByRole('button', { name: 'Forge the appId' }).click()
    await user.page.locator('iframe.mini-program').waitFor()
    const frame = await user.miniProgram()
    await frame.getByText('4 NOT_PERMITTED').waitFor()
    // Another merchant cannot redeem the code of this mini program.
    const code = await frame.evaluate(() =>
      (
        window as never as { my: { getAuthCode(): Promise<{ authCode: string }> } }
      ).my.getAuthCode(),
    )
    const { client } = merchantOf(demo, 'bloom-flowers')
    const error = await client
      .applyToken({ appId: 'bloom-flowers', authCode: code.authCode })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ResultError)
    expect(error).toMatchObject({ resultCode: 'INVALID_CODE' })
  })

  it('shows one prompt for 300 calls in a loop', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.sheet.getByRole('heading', { level: 1 }).waitFor()
    const causes = await frame.evaluate(async () => {
      const { my } = window as never as { my: { getAuthCode(options: object): Promise<never> } }
      const seen = new Set<string>()
      for (let round = 0; round < 3; round++) {
        const calls = Array.from({ length: 100 }, () =>
          my.getAuthCode({ scopes: 'auth_user' }).catch(({ cause }) => seen.add(cause)),
        )
        await Promise.all(calls)
      }
      return [...seen]
    })
    // On a slow machine, the tap expires before the loop ends.
    expect(causes).toContain('CONSENT_ALREADY_OPEN')
    expect(['CONSENT_ALREADY_OPEN', 'NO_USER_GESTURE']).toEqual(expect.arrayContaining(causes))
    expect(await user.page.locator('.overlay iframe').count()).toBe(1)
    await user.sheet.getByRole('button', { name: 'Don’t allow' }).click()
    expect((await first.result()).failure?.cause).toBe('USER_DECLINED')
    const again = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    expect((await again.result()).failure).toMatchObject({
      cause: 'DECLINED_RECENTLY',
      retryAfterSeconds: expect.any(Number),
    })
  })

  it('issues tokens that the gateway rejects within a second of a withdrawal, with a receipt and an event', async () => {
    const frame = await user.openMiniProgram()
    const call = await user.tapAndRequest(frame, { scopes: 'CARD_LIST' })
    await user.allow()
    const { client } = merchantOf(demo, 'kopi-house')
    const tokens = await client.applyToken({
      appId: 'kopi-house',
      ...remember((await call.result()).success),
    })
    for (const token of [tokens.accessToken, tokens.refreshToken]) credentials.add(token)
    const cards = () => client.callApi(tokens, API_PATHS.cards, {})
    expect(await cards()).toMatchObject({ cards: expect.any(Array) })
    await user.page.getByRole('button', { name: 'Privacy' }).click()
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('no longer has access.').waitFor()
    const withdrawnAt = performance.now()
    await expect(cards()).rejects.toThrow(AuthorizationRequiredError)
    expect(performance.now() - withdrawnAt).toBeLessThan(1000)
    await user.privacy.getByRole('link', { name: 'Receipt' }).first().click()
    await user.privacy.getByRole('heading', { name: 'Receipt' }).waitFor()
    const { events } = await client.listEvents()
    expect(events.at(-1)).toMatchObject({ eventType: 'AUTHORIZATION_WITHDRAWN', reason: 'USER' })
  })

  it('fails with CONSENT_ALREADY_OPEN while a prompt is open', async () => {
    const frame = await user.openMiniProgram()
    const first = await user.tapAndRequest(frame, { scopes: 'auth_user' })
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

  it('requests scopes for the wallet’s APIs when needed, and their responses are filtered', async () => {
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

  it('notifies the shop of a withdrawal, which confirms that it deleted the data', async () => {
    const frame = await user.openMiniProgram()
    await frame.getByRole('button', { name: 'Pay with a card of my wallet' }).click()
    await user.allow()
    await frame.getByText('Visa •••• 4242').waitFor()
    const elsewhere = await user.page.context().newPage()
    await elsewhere.goto(user.page.url())
    await elsewhere.getByRole('button', { name: /Privacy/ }).click()
    const privacy = elsewhere.frameLocator('iframe.privacy')
    await privacy
      .getByText(/^Can see .*the cards in your wallet/)
      .first()
      .waitFor()
    await privacy.getByRole('link', { name: 'Kopi House' }).click()
    await privacy.getByRole('button', { name: 'Stop everything' }).click()
    await frame.getByText('We have deleted your data').waitFor()
    await elsewhere.reload()
    await elsewhere.getByRole('button', { name: /Privacy/ }).click()
    await privacy.getByRole('link', { name: 'Kopi House' }).click()
    await privacy
      .getByText(/we asked .* to delete your data.* It confirmed on .* that your data is deleted/)
      .waitFor()
    await privacy.getByText('Used its permission to see the cards in your wallet').waitFor()
    await elsewhere.close()
  })

  it('returns a code that can be redeemed once', async () => {
    await user.page.getByRole('button', { name: 'Use a code twice' }).click()
    await user.page.locator('iframe.mini-program').waitFor()
    await (await user.miniProgram())
      .locator('#calls')
      .getByText('USED_CODE', { exact: true })
      .waitFor()
  })
})

describe('the JSAPI', () => {
  it('returns user info, settings and grants, and revokes scopes', async () => {
    const frame = await user.openMiniProgram()
    const callMy = (method: string, options: object = {}): Promise<Record<string, never>> =>
      frame.evaluate(
        ([name, given]) =>
          (window as never as { my: Record<string, (options: object) => Promise<never>> }).my[
            name as string
          ]?.(given as object) as Promise<never>,
        [method, options] as const,
      )
    const parse = (reply: Record<string, never>): object =>
      JSON.parse(reply['response'] as unknown as string).response
    expect(parse(await callMy('getOpenUserInfo'))).toMatchObject({ code: '40006', nickName: '' })
    const call = await user.tapAndRequest(frame, { scopes: 'auth_user' })
    await user.allow()
    remember((await call.result()).success)
    const info = parse(await callMy('getOpenUserInfo'))
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
    expect(await callMy('getSetting')).toMatchObject({
      authSetting: { auth_base: true, auth_user: true },
    })
    expect(await callMy('getGrants')).toMatchObject({
      scopes: expect.arrayContaining([{ scope: 'auth_user', grantedAt: expect.any(String) }]),
    })
    expect(await callMy('revokeScopes', { scopes: ['auth_user'] })).toEqual({})
    expect(await callMy('getSetting')).toMatchObject({
      authSetting: { auth_base: true, auth_user: false },
    })
  })

  it('opens the settings with openSetting, and returns the changed settings', async () => {
    const frame = await user.openMiniProgram()
    const settings = frame.evaluate(() =>
      (window as never as { my: { openSetting(): Promise<object> } }).my.openSetting(),
    )
    await user.privacy.getByRole('link', { name: 'Kopi House' }).click()
    await user.privacy.getByRole('button', { name: 'Stop everything' }).click()
    await user.privacy.getByText('no longer has access.').waitFor()
    await user.page.locator('.cover').getByRole('button', { name: 'Back' }).click()
    expect(await settings).toEqual({ authSetting: expect.objectContaining({ auth_base: false }) })
  })

  it('offers AlipayJSBridge to H5 pages', async () => {
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
            { scopeNicks: ['auth_base'], appId: 'another-app', showErrorTip: false },
            resolve,
          )
        }),
    )
    expect(result['authcode']).toBe(result['authCode'])
    expect(result['authSuccessScopes']).toEqual(['auth_base'])
    const { client } = merchantOf(demo, 'kopi-house')
    const authCode = String(result['authCode'])
    const tokens = await client.applyToken({ appId: 'kopi-house', authCode })
    expect(tokens.accessToken).toMatch(/^at_/)
  })
})

describe('the log and the database', () => {
  it('contain no code, token, key or user data in plain text', async () => {
    const frame = await user.openMiniProgram()
    expect(await frame.locator('#calls').innerText()).toContain('code')
    expect(credentials.size).toBeGreaterThanOrEqual(10)
    await expectNothingLeaked(demo, credentials)
  })
})
