/**
 * @module A stranger sets up a trial from docs/set-up alone: every file and command of the pages, in a folder of its own.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from '../support/chromium.ts'
import { startTrial, type Trial } from './trial.ts'

const TRIAL_TIMEOUT_MS = 300_000

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

let trial: Trial
beforeEach(async () => {
  trial = await startTrial()
  trial.follow('set-up/README.md')
}, TRIAL_TIMEOUT_MS)
afterEach(() => trial.close())

it.each(['set-up/http-directory.md', 'set-up/merchant.md'])(
  '%s: every file and command works',
  (page) => trial.follow(page),
  TRIAL_TIMEOUT_MS,
)

it(
  'wallet-back-end.md and web-host.md: every file and command works, and a mini program logs in',
  async () => {
    trial.follow('set-up/wallet-back-end.md')
    trial.follow('set-up/web-host.md')
    const page = await browser.newPage()
    await page.goto(trial.url('http://127.0.0.1:7301/'))
    const miniProgram = page.frameLocator('iframe[title="My Mini Program"]')
    await miniProgram.getByText('code ac_…').waitFor()
    await miniProgram.getByRole('button').click()
    await page
      .frameLocator('iframe[title="Consent"]')
      .getByRole('button', { name: 'Allow', exact: true })
      .click()
    await miniProgram.locator('#asked', { hasText: 'code ac_…' }).waitFor()
    expect(await miniProgram.locator('#silent').textContent()).toBe('code ac_…')
  },
  TRIAL_TIMEOUT_MS,
)
