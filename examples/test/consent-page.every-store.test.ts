/**
 * @module The consent page in Chromium: layout, right-to-left, keyboard operation, and attacks.
 */
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectNothingLeaked,
  launchBrowser,
  merchantOf,
  startTestDemo,
  type TestDemo,
  WalletUser,
  waitUntilActive,
} from './browser.ts'
import { walletOf } from './page-states.ts'

let browser: Browser
let demo: TestDemo
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await expectNothingLeaked(demo, new Set())
  await demo.close()
})

/** Opens the consent prompt of a shop. @returns the user, the URL of the prompt, and the pending call */
async function openPrompt(
  scopes: unknown,
  who: 'Maria' | 'عمر' = 'Maria',
  viewport = { width: 1280, height: 900 },
) {
  const user = await WalletUser.open(browser, demo, who, { viewport })
  await user.page.evaluate(async () => {
    for (const operation of ['revoke', 'clearDenials']) {
      await fetch(`/api/${operation}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"appId":"kopi-house"}',
      })
    }
  })
  const frame = await user.openMiniProgram()
  const call = await user.tapAndRequest(frame, { scopes })
  await user.sheet.locator('.answers').waitFor()
  const url = (await user.page.locator('.overlay iframe').getAttribute('src')) ?? ''
  return { user, url, call }
}

describe('the layout', () => {
  it.each([
    { name: 'phone of 320 px', viewport: { width: 320, height: 640 } },
    { name: 'phone of 390 px', viewport: { width: 390, height: 844 } },
    { name: 'desktop', viewport: { width: 1280, height: 900 } },
  ])(
    'on a $name shows both buttons with the same weight, without clipping or horizontal scrolling',
    async ({ viewport }) => {
      const { user, call } = await openPrompt(
        ['auth_user', 'USER_MOBILE_PHONE', 'USER_BIRTHDAY', 'USER_NAME'],
        'Maria',
        viewport,
      )
      const buttons = await user.sheet.locator('body').evaluate(() =>
        [...document.querySelectorAll('.answers .answer')].map((button) => {
          const { width, height, top, bottom } = button.getBoundingClientRect()
          const { color, backgroundColor, fontWeight, fontSize, borderColor } =
            getComputedStyle(button)
          return {
            area: width * height,
            height,
            visible: top >= 0 && bottom <= innerHeight + 1,
            style: [color, backgroundColor, fontWeight, fontSize, borderColor].join(),
          }
        }),
      )
      const [decline, allow] = buttons
      expect(Math.abs((decline?.area ?? 0) / (allow?.area ?? 1) - 1)).toBeLessThan(0.05)
      expect(decline?.style).toBe(allow?.style)
      for (const { height, visible } of buttons)
        expect([height >= 48, visible]).toEqual([true, true])
      const sideways = await user.sheet
        .locator('body')
        .evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(sideways).toBe(false)
      await user.page.keyboard.press('Escape')
      await call.result()
      await user.close()
    },
  )

  it('is mirrored in a right-to-left language', async () => {
    const { user, call } = await openPrompt(['auth_user', 'USER_BIRTHDAY'], 'عمر')
    const root = await user.sheet
      .locator('html')
      .evaluate(({ lang, dir }: HTMLElement) => ({ lang, dir }))
    expect(root).toEqual({ lang: 'ar', dir: 'rtl' })
    const [icon, control] = await Promise.all([
      user.sheet.locator('.row svg').first().boundingBox(),
      user.sheet.locator('.switch').first().boundingBox(),
    ])
    expect(icon?.x).toBeGreaterThan(control?.x ?? 0)
    await user.sheet.getByRole('button', { name: 'عدم السماح' }).click()
    expect((await call.result()).failure?.error).toBe(11)
    await user.close()
  })

  it('has less than 30 KB, and loads nothing from other origins', async () => {
    const { user, url } = await openPrompt(['auth_user', 'USER_MOBILE_PHONE', 'USER_BIRTHDAY'])
    const html = await user.sheet.locator('html').evaluate(({ outerHTML }) => outerHTML)
    const icon = await (
      await fetch(`${new URL(url).origin}/consent/icons/kopi-house`)
    ).arrayBuffer()
    expect(html.length + icon.byteLength).toBeLessThan(30_000)
    expect(gzipSync(html).length).toBeLessThan(8_000)
    // Links are not loaded with the page.
    expect(html.replaceAll(/<a [^>]*>/g, '')).not.toMatch(/(?:src|href)="https?:/)
    const platform = demo.demo.setup.urls.platform
    const own = user.requests.filter((address) => address.startsWith(platform))
    expect(own.map((address) => new URL(address).pathname.replace(/cr_.*/, 'ID')).sort()).toEqual(
      expect.arrayContaining(['/consent/ID', '/consent/icons/kopi-house']),
    )
    await user.close()
  })
})

describe('the keyboard', () => {
  it('starts at the title, reaches every control with Tab, and closes the prompt with Escape', async () => {
    const { user, call } = await openPrompt(['auth_user', 'USER_BIRTHDAY'])
    const focused = () =>
      user.sheet
        .locator(':focus')
        .evaluate((element) => (element as HTMLInputElement).value || element.tagName)
    expect(await focused()).toBe('H1')
    await user.page.keyboard.press('Enter')
    const order: string[] = []
    for (let step = 0; step < 6; step++) {
      await user.page.keyboard.press('Tab')
      order.push(await focused())
      if (step < 3) await user.page.keyboard.press('Enter')
    }
    expect(order).toEqual(['auth_user', 'USER_BIRTHDAY', 'A', '30d', 'decline', 'allow'])
    expect(await user.isSheetOpen()).toBe(true)
    await user.page.keyboard.press('Escape')
    expect((await call.result()).failure?.error).toBe(10)
    await user.close()
  })

  it('is enough for a complete decision', async () => {
    const { user, call } = await openPrompt(['auth_user', 'USER_BIRTHDAY'])
    await waitUntilActive(user.sheet)
    for (const key of ['Tab', 'Tab', 'Space', 'Tab', 'Tab', 'ArrowLeft', 'Tab', 'Tab'])
      await user.page.keyboard.press(key)
    const result = call.result()
    let isDecided = false
    void result.then(() => {
      isDecided = true
    })
    // The page notices after a while that Tab has scrolled to its end. Until then the key does nothing.
    while (!isDecided) {
      await user.page.keyboard.press('Enter')
      await user.page.waitForTimeout(700)
    }
    expect((await result).success?.authSuccessScopes).toEqual(['USER_BIRTHDAY'])
    const { reply } = await walletOf(demo)('grants', { userId: 'u-1001', appId: 'kopi-house' })
    const [grant] = 'grants' in reply ? reply.grants : []
    expect(grant?.scopes.find(({ scope }) => scope === 'USER_BIRTHDAY')?.lifetime).toBe('once')
    await user.close()
  })
})

describe('the consent page', () => {
  it('has a strict Content Security Policy, and only the wallet can frame it', async () => {
    const { user, url } = await openPrompt('auth_user')
    for (const address of [url, `${url}x`, `${url}/done`]) {
      const { headers } = await fetch(address)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain(`frame-ancestors ${demo.demo.setup.urls.wallet}`)
      expect(policy).not.toContain('unsafe')
      expect(headers.get('referrer-policy')).toBe('strict-origin')
      expect(headers.get('cache-control')).toBe('no-store')
    }
    const stranger = await browser.newPage()
    await stranger.goto(`${demo.demo.setup.urls.miniProgram}/kopi/`)
    await stranger.evaluate(
      (src) =>
        document.body.append(
          Object.assign(document.createElement('iframe'), { src, id: 'stolen' }),
        ),
      url,
    )
    await stranger.waitForTimeout(500)
    expect(await stranger.frameLocator('#stolen').locator('.answers').count()).toBe(0)
    await stranger.close()
    await user.close()
  })

  it('rejects decisions from other sites, scopes that were not shown, and a second decision', async () => {
    const { user, url, call } = await openPrompt('auth_user')
    const fieldOf = (name: string) => user.sheet.locator(`input[name=${name}]`).inputValue()
    const [sheetHash, opener] = await Promise.all([fieldOf('sheetHash'), fieldOf('opener')])
    const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ opener, ...fields }),
        headers,
      })
    const allow = { answer: 'allow', sheetHash }
    expect((await post(allow, { 'sec-fetch-site': 'cross-site' })).status).toBe(400)
    expect((await post(allow, { origin: 'https://evil.example' })).status).toBe(400)
    expect((await post({ ...allow, granted: 'USER_NAME' })).status).toBe(400)
    expect((await post({ ...allow, sheetHash: 'another' })).status).toBe(400)
    expect(await (await post({ answer: 'perhaps', sheetHash })).text()).toContain(
      'name="sheetHash"',
    )
    const [first, second] = await Promise.all([post(allow), post({ answer: 'decline', sheetHash })])
    expect([first.status, second.status].sort()).toEqual([303, 400])
    await user.page.keyboard.press('Escape')
    await user.sheet.getByRole('button', { name: 'Go back' }).click()
    await call.result()
    await user.close()
  })

  it('escapes names and values', async () => {
    const response = await fetch(
      `${demo.demo.setup.urls.platform}/consent/${encodeURIComponent('<script>alert(1)</script>')}`,
    )
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('alert(1)')
  })

  it('explains that a request no longer exists, and leads back', async () => {
    const page = await browser.newPage()
    await page.goto(demo.demo.setup.urls.wallet)
    await page.goto(`${demo.demo.setup.urls.platform}/consent/cr_nothing`)
    expect(await page.getByRole('heading').innerText()).toBe(
      'This request has expired or was already answered',
    )
    await page.getByRole('button', { name: 'Go back' }).click()
    await page.waitForURL(demo.demo.setup.urls.wallet)
    await page.close()
  })
})

describe('a prepared authorization request', () => {
  it('is decided at its URL, and redirects the user with a code', async () => {
    const { client } = merchantOf(demo, 'bloom-flowers')
    const redirectUrl = `${demo.demo.setup.urls.miniProgram}/bloom/`
    const { authUrl } = await client.prepare({
      appId: 'bloom-flowers',
      scopes: ['USER_NAME'],
      authRedirectUrl: redirectUrl,
      authState: 'state-7',
    })
    const user = await WalletUser.open(browser, demo)
    await user.page.goto(authUrl)
    await user.page.getByRole('button', { name: 'Continue' }).click()
    await user.allow()
    await user.page.waitForURL((url) => url.href.startsWith(redirectUrl))
    const { searchParams } = new URL(user.page.url())
    expect(searchParams.get('authState')).toBe('state-7')
    const { userInfo } = await client.applyTokenAndInquiryUserInfo({
      appId: 'bloom-flowers',
      authCode: searchParams.get('authCode') ?? '',
    })
    expect(userInfo?.userName?.fullName).toBe('Maria Clara Santos')
    await user.close()
  })
})
