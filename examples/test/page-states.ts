/**
 * @module All states of the consent page and the privacy page, for screenshots and accessibility tests.
 */
import type { Page } from 'playwright-core'
import { WALLET_ID } from '../src/setup.ts'
import { type Assent, createAssent } from '../src/wallet/assent.ts'
import { type TestDemo, waitUntilActive } from './browser.ts'

export const LOCALES = ['en', 'zh', 'fil', 'id', 'ms', 'ar', 'es'] as const
export const SCHEMES = ['light', 'dark'] as const
export const WIDTHS = [320, 390, 768, 1280] as const

/** Creates the client of the wallet's back end. */
export function walletOf({ demo }: TestDemo): Assent {
  return createAssent({
    baseUrl: demo.setup.urls.platform,
    walletId: WALLET_ID,
    privateKey: demo.setup.walletKey,
    platformPublicKey: demo.platformPublicKey,
  })
}

/** Requests consent for the scopes, after revoking the grant and clearing denials. */
export async function openConsentPage(
  demo: TestDemo,
  request: {
    readonly userId?: string
    readonly appId: string
    readonly scopes: readonly (string | object)[]
    readonly locale: string
  },
): Promise<{ readonly url: string; readonly consentRequestId: string }> {
  const assent = walletOf(demo)
  const { userId = 'u-1001', appId, scopes, locale } = request
  await assent('revoke', { userId, appId })
  await assent('clearDenials', { userId, appId })
  const { reply } = await assent('consult', {
    userId,
    appId,
    scopes: scopes as never,
    context: {
      firstScreen: false,
      visible: true,
      userGestureAt: new Date().toISOString(),
      locale,
    },
  })
  if (!('consentUrl' in reply))
    throw new Error(`consult returned no prompt: ${JSON.stringify(reply)}`)
  return { url: reply.consentUrl, consentRequestId: reply.consentRequestId }
}

type Opening = (page: Page, demo: TestDemo, locale: string) => Promise<void>

function sheet(appId: string, scopes: readonly (string | object)[]): Opening {
  return async (page, demo, locale) => {
    const { url, consentRequestId } = await openConsentPage(demo, { appId, scopes, locale })
    await page.goto(url)
    await page.getByRole('heading', { level: 1 }).waitFor()
    // A user can have one prompt at a time, and the next state has the same user.
    await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
  }
}

const KOPI = [
  { scope: 'auth_user', required: true },
  'USER_MOBILE_PHONE',
  'USER_BIRTHDAY',
  'USER_NAME',
]
const PIXEL = [
  { scope: 'USER_BIRTHDAY', required: true },
  'USER_AGE_OVER_18',
  'PLAINTEXT_EMAIL_ADDRESS',
  'RELAY_EMAIL',
]

/** Opens the privacy page of a user with grants and a withdrawn grant. */
async function openPrivacyPage(page: Page, demo: TestDemo, locale: string): Promise<void> {
  const assent = walletOf(demo)
  await grant(demo, 'kopi-house', KOPI, locale)
  await grant(demo, 'pixel-arcade', PIXEL, locale)
  await grant(demo, 'bloom-flowers', ['USER_NAME', 'USER_SHIPPING_ADDRESS'], locale)
  await assent('revoke', { userId: 'u-1001', appId: 'bloom-flowers' })
  const { reply } = await assent('createPrivacyLink', { userId: 'u-1001', locale })
  if (!('url' in reply)) throw new Error('createPrivacyLink returned no URL.')
  await page.goto(reply.url)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

async function grant(
  demo: TestDemo,
  appId: string,
  scopes: readonly (string | object)[],
  locale: string,
): Promise<void> {
  const assent = walletOf(demo)
  const userId = 'u-1001'
  await assent('revoke', { userId, appId })
  await assent('clearDenials', { userId, appId })
  const context = {
    firstScreen: false,
    visible: true,
    userGestureAt: new Date().toISOString(),
    locale,
  }
  const { reply } = await assent('consult', { userId, appId, scopes: scopes as never, context })
  if (!('sheet' in reply)) return
  const { consentRequestId, sheetHash, sheet: prompt } = reply
  const granted = prompt.scopes
    .filter(({ insteadOf }) => insteadOf !== undefined || prompt.scopes.length === 2)
    .map(({ scope }) => scope)
  const required = prompt.scopes.filter(
    (row) => row.required && !prompt.scopes.some((one) => one.insteadOf === row.scope),
  )
  await assent('decide', {
    userId,
    consentRequestId,
    sheetHash,
    granted: [...granted, ...required.map(({ scope }) => scope)],
  })
}

/** By name. `sheet…` is the consent prompt, `page…` the privacy page. */
export const STATES: Readonly<Record<string, Opening>> = {
  sheet: sheet('kopi-house', KOPI),
  'sheet-one': sheet('bloom-flowers', ['USER_SHIPPING_ADDRESS']),
  'sheet-unverified': sheet('pixel-arcade', PIXEL),
  'sheet-nothing-chosen': async (page, demo, locale) => {
    const scopes = ['USER_NAME', 'USER_SHIPPING_ADDRESS']
    const { url, consentRequestId } = await openConsentPage(demo, {
      appId: 'bloom-flowers',
      scopes,
      locale,
    })
    await page.goto(url)
    await page.locator('#end').scrollIntoViewIfNeeded()
    await waitUntilActive(page)
    await page.locator('#allow').click()
    await page.getByRole('alert').waitFor()
    await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
  },
  'sheet-gone': async (page, demo, locale) => {
    await page.setExtraHTTPHeaders({ 'accept-language': locale })
    await page.goto(`${demo.demo.setup.urls.platform}/consent/unknown`)
    await page.setExtraHTTPHeaders({})
  },
  'sheet-open-elsewhere': async (page, demo, locale) => {
    const { url, consentRequestId } = await openConsentPage(demo, {
      appId: 'kopi-house',
      scopes: KOPI,
      locale,
    })
    const first = await page.context().browser()?.newPage()
    await first?.goto(url)
    await first?.locator('.answers').waitFor()
    await page.goto(url)
    await page.locator('#openElsewhere').waitFor({ state: 'attached' })
    await first?.close()
    await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
  },
  'logout-question': async (page, demo, locale) => {
    await page.goto(`${demo.demo.setup.urls.platform}/oauth2/logout?ui_locales=${locale}`)
  },
  'logout-done': async (page, demo, locale) => {
    await page.goto(`${demo.demo.setup.urls.platform}/oauth2/logout?ui_locales=${locale}`)
    await page.locator('button[name=confirm]').click()
    await page.waitForLoadState('load')
  },
  page: openPrivacyPage,
  'page-app': async (page, demo, locale) => {
    await openPrivacyPage(page, demo, locale)
    await page.getByRole('link', { name: 'Kopi House' }).click()
    await page.locator('.permission').first().waitFor()
  },
  'page-stopped': async (page, demo, locale) => {
    await openPrivacyPage(page, demo, locale)
    await page.getByRole('link', { name: 'Pixel Arcade' }).click()
    await page.locator('.summary button').click()
    await page.getByRole('status').waitFor()
  },
  'page-receipt': async (page, demo, locale) => {
    await openPrivacyPage(page, demo, locale)
    await page.getByRole('link', { name: 'Kopi House' }).click()
    await page.locator('.history a').first().click()
    await page.locator('.receipt').waitFor()
  },
}
