/**
 * @module A stranger sets up a trial from docs/set-up and docs/tutorials alone: every file and command of the pages, in a folder of its own.
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
}, TRIAL_TIMEOUT_MS)
afterEach(() => trial.close())

it.each([
  { name: 'an HTTP directory', pages: ['set-up/README.md', 'set-up/http-directory.md'] },
  {
    name: 'a merchant, then withdrawal and deletion',
    pages: ['set-up/README.md', 'set-up/merchant.md', 'tutorials/withdrawal-and-deletion.md'],
  },
  {
    name: 'an API behind the gateway',
    pages: ['set-up/README.md', 'tutorials/api-behind-the-gateway.md'],
  },
  { name: 'the first code', pages: ['tutorials/first-code.md'] },
])(
  '$name: every file and command works',
  ({ pages }) => {
    for (const page of pages) trial.follow(page)
  },
  TRIAL_TIMEOUT_MS,
)

it(
  'wallet-back-end.md and web-host.md: every file and command works, and a mini program logs in',
  async () => {
    trial.follow('set-up/README.md')
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
