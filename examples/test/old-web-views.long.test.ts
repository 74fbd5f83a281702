/**
 * @module The pages of the server and of a mini program without all APIs that the oldest supported web views do not have.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NEWER_APIS, removalScript } from '../../packages/jsapi/test/support/newer-apis.ts'
import { launchBrowser, startTestDemo, type TestDemo, WalletUser } from './browser.ts'

let demo: TestDemo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startTestDemo(), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

/** The demo's own wallet is no part of the product, and keeps its APIs. */
async function makeOld(user: WalletUser): Promise<void> {
  const { platform, miniProgram } = demo.demo.setup.urls
  const origins = [platform, miniProgram].map((url) => new URL(url).origin)
  await user.page.context().addInitScript({
    content: `if (${JSON.stringify(origins)}.includes(location.origin)) ${removalScript(NEWER_APIS)}`,
  })
}

describe('in the oldest web view', () => {
  it('a user logs in, grants, and reads the privacy page', async () => {
    const user = await WalletUser.open(browser, demo)
    await makeOld(user)
    const errors: string[] = []
    user.page.on('pageerror', ({ message }) => void errors.push(message))
    const miniProgram = await user.openMiniProgram()
    await miniProgram.locator('#want').click()
    await user.allow()
    await miniProgram.locator('#member-name').waitFor()
    await user.page.getByRole('button', { name: 'Privacy' }).first().click()
    await user.privacy.getByText('Kopi House').first().waitFor()
    expect(errors).toEqual([])
    await user.close()
  })

  it('the prompt closes with a tap outside', async () => {
    const user = await WalletUser.open(browser, demo, 'عمر')
    await makeOld(user)
    const miniProgram = await user.openMiniProgram()
    await miniProgram.locator('#want').click()
    await user.sheet.locator('h1').press('Escape')
    await miniProgram.getByText('No problem.').waitFor()
    await user.close()
  })
})

describe('a mini program without a wallet', () => {
  it('says so at once', async () => {
    const page = await browser.newPage()
    await page.goto(`${demo.demo.setup.urls.miniProgram}/kopi/`)
    await page.getByText('This page has found no wallet.').waitFor({ timeout: 5000 })
    await page.close()
  })
})
