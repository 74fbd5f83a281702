/**
 * @module The states of the privacy page of a user with a past, and of one without, for screenshots and accessibility tests.
 */
import type { Page } from 'playwright-core'
import type { Story } from '../../packages/server/test/support/privacy-story.ts'

type Opening = (page: Page, story: Story, locale: string) => Promise<void>

const TIME_ZONE = 'Asia/Manila'

async function openList(page: Page, story: Story, locale: string): Promise<void> {
  await page.goto(await story.link({ locale, timeZone: TIME_ZONE }))
  await page.locator('.app-card').first().waitFor()
}

async function openApp(page: Page, story: Story, locale: string): Promise<void> {
  await openList(page, story, locale)
  await page.getByRole('link', { name: 'Kopi House' }).click()
  await page.locator('.permission').first().waitFor()
}

/** By name. */
export const PRIVACY_STATES: Readonly<Record<string, Opening>> = {
  list: openList,
  'list-empty': async (page, story, locale) => {
    await page.goto(await story.link({ locale, timeZone: TIME_ZONE, userId: 'user-bare' }))
    await page.locator('.empty').waitFor()
  },
  app: openApp,
  'app-unfolded': async (page, story, locale) => {
    await openApp(page, story, locale)
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
  },
  'app-ended': async (page, story, locale) => {
    await openList(page, story, locale)
    await page.locator('.ended-app a').first().click()
    await page.locator('.summary').waitFor()
  },
  'app-denied': async (page, story, locale) => {
    await openList(page, story, locale)
    await page.locator('.ended-app:has(form) a').first().click()
    await page.locator('.denied').waitFor()
  },
  // Every time with another mini program: the last of the list.
  'app-stopped': async (page, story, locale) => {
    await openList(page, story, locale)
    await page.locator('.app-card a').last().click()
    await page.locator('.summary button').click()
    await page.getByRole('status').waitFor()
  },
  receipt: async (page, story, locale) => {
    await openApp(page, story, locale)
    await page.locator('.history a').first().click()
    await page.locator('.receipt').waitFor()
    await page.locator('details').evaluate((one) => one.setAttribute('open', ''))
  },
}
