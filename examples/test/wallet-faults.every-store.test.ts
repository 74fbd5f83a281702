/**
 * @module What goes wrong on phones: a wallet that is gone while its prompt is open, and a clock that is wrong. Wallet, mini
 * program and consent page run in Chromium, against the real server.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, merchantOf, startTestDemo, type TestDemo, WalletUser } from './browser.ts'
import { walletOf } from './page-states.ts'

const KOPI = { userId: 'u-1001', appId: 'kopi-house' }
const SCOPES = { scopes: ['auth_user'] }

let browser: Browser
let demo: TestDemo
let user: WalletUser
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})
beforeEach(async () => {
  user = await WalletUser.open(browser, demo)
  await walletOf(demo)('revoke', KOPI)
})
afterEach(() => user.close())

/** The open prompt, whose buttons somebody may still press after the wallet has forgotten it. */
async function readPrompt() {
  await user.sheet.getByRole('heading', { level: 1 }).waitFor()
  const url = (await user.page.locator('.overlay iframe').getAttribute('src')) ?? ''
  const fieldOf = (name: string) => user.sheet.locator(`input[name=${name}]`).inputValue()
  const [sheetHash, opener] = await Promise.all([fieldOf('sheetHash'), fieldOf('opener')])
  return {
    url,
    allow: () =>
      fetch(url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ answer: 'allow', sheetHash, opener }),
      }),
  }
}

async function grantedScopes(): Promise<readonly string[]> {
  const { reply } = await walletOf(demo)('grants', KOPI)
  const grants = 'grants' in reply ? reply.grants : []
  return grants.flatMap(({ scopes }) => scopes.map(({ scope }) => scope))
}

describe('a wallet that is gone while its prompt is open', () => {
  it.each([
    { name: 'reloads', restart: () => user.reload() },
    {
      name: 'crashes',
      async restart({ url }: { readonly url: string }) {
        const restarted = await user.crash()
        // Nobody has dismissed the prompt: it is still open in the page that is gone.
        expect((await fetch(url)).status).toBe(409)
        return restarted
      },
    },
  ])('and $name shows a new prompt at the next tap; the old one decides nothing', async (row) => {
    await user.tapAndRequest(await user.openMiniProgram(), SCOPES)
    const old = await readPrompt()
    user = await row.restart(old)
    const call = await user.tapAndRequest(await user.openMiniProgram(), SCOPES)
    const current = await readPrompt()
    expect(current.url).not.toBe(old.url)
    expect((await old.allow()).status).toBe(400)
    expect(await grantedScopes()).not.toContain('auth_user')
    await user.allow()
    expect((await call.result()).success?.authSuccessScopes).toEqual(['auth_user'])
    expect(await grantedScopes()).toContain('auth_user')
  })
})

describe('a phone whose clock is wrong', () => {
  it.each([
    { clock: 'an hour slow', hours: -1 },
    { clock: 'an hour fast', hours: 1 },
  ])('gets a prompt and a code: $clock', async ({ hours }) => {
    await user.setClock(hours * 3_600_000)
    const frame = await user.openMiniProgram()
    const difference = (await frame.evaluate(() => Date.now())) - Date.now()
    expect(Math.round(difference / 3_600_000)).toBe(hours)
    const call = await user.tapAndRequest(frame, SCOPES)
    await user.allow()
    const { success } = await call.result()
    const { client } = merchantOf(demo, 'kopi-house')
    const { userInfo } = await client.applyTokenAndInquiryUserInfo({
      appId: 'kopi-house',
      authCode: success?.authCode ?? '',
    })
    expect(userInfo).toMatchObject({ nickName: 'Maria ✨' })
  })
})
