/**
 * @module Page and host in Chromium: how a page finds its host, and what becomes of its calls in every state of the wallet.
 * The back end is replaced.
 *
 * @see docs/mini-programs.md#time-limits
 */
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { HostSetup } from './back-end.ts'
import { type MiniProgram, type Origins, WALLET_KINDS, type Wallet } from './contract.ts'
import { outcomeOf, startWallets, type TestWallets } from './wallet.ts'

let chromium: TestWallets
let origins: Origins
let wallet: Wallet
beforeAll(async () => {
  chromium = await startWallets()
  origins = chromium.origins
})
afterAll(() => chromium.close())

const GRANTED = { success: { authCode: 'ac_kopi' } }
const withConsent = (): HostSetup => ({ consentUrl: `${origins.consent}/consent` })
const tap = (frame: Frame) => frame.locator('button').click()
const isSheetOpen = () => wallet.page.locator('iframe[title="Consent"]').isVisible()
const allow = () => wallet.page.frameLocator('iframe[title="Consent"]').locator('#allow').click()
const sheetClosed = () =>
  wallet.page.locator('iframe[title="Consent"]').waitFor({ state: 'detached' })
const failures = async () => (await wallet.readRecords()).failures
const causes = async () => (await failures()).map(({ cause }) => cause)

/** The page gets a code without a prompt, and another one after a tap and a prompt. */
async function expectConnected(frame: Frame, authCode = 'ac_kopi'): Promise<void> {
  expect(await outcomeOf(frame, 'login')).toMatchObject({ success: { authCode } })
  await wallet.focus(frame)
  await tap(frame)
  await allow()
  expect(await outcomeOf(frame, 'outcome')).toMatchObject({ success: { authCode } })
}

describe.each(WALLET_KINDS)('%s', (kind) => {
  beforeAll(async () => {
    wallet = await chromium.open(kind)
  })
  afterAll(() => wallet.close())
  beforeEach(() => wallet.restart())

  describe('a page finds its host', () => {
    it.each<{ name: string; miniProgram: MiniProgram }>([
      { name: 'when its script runs', miniProgram: {} },
      { name: 'while a picture never ends loading', miniProgram: { path: '/slow-picture' } },
      { name: 'when its script is added after load', miniProgram: { path: '/late-script' } },
      { name: 'when the host is late', miniProgram: { isLate: true } },
      { name: 'once, when it loads the library twice', miniProgram: { path: '/two-copies' } },
    ])('$name', async ({ miniProgram }) => {
      const frame = await wallet.openMiniProgram(withConsent(), miniProgram)
      await expectConnected(frame)
      expect(await causes()).toEqual([])
    })

    it('at every registered origin, in every spelling', async () => {
      const { port } = new URL(origins.second)
      const registered = [`${origins.first}/`, `HTTP://LOCALHOST:${port}`]
      for (const at of [origins.first, origins.second]) {
        const miniProgram = { at, origins: registered }
        await expectConnected(await wallet.openMiniProgram(withConsent(), miniProgram))
      }
    })

    it('after the frame has shown other pages', async () => {
      const frame = await wallet.openMiniProgram(withConsent())
      await outcomeOf(frame, 'login')
      for (const between of [
        'about:blank',
        `${origins.first}/no-script`,
        `${origins.wrong}/no-script`,
      ]) {
        await wallet.navigate(frame, between)
        await wallet.navigate(frame, `${origins.second}/`)
        await expectConnected(frame)
      }
    })

    it('in two mini programs in turn, in one frame, each under its own name', async () => {
      await wallet.openMiniProgram(withConsent(), { appId: 'kopi' })
      for (const appId of ['pixel', 'kopi']) {
        const miniProgram = { appId, frame: 0, path: appId === 'kopi' ? '/' : '/slow-picture' }
        const frame = await wallet.openMiniProgram(withConsent(), miniProgram)
        await expectConnected(frame, `ac_${appId}`)
      }
    })

    it('in a frame that replaces another, which nobody has closed', async () => {
      await outcomeOf(await wallet.openMiniProgram(withConsent()), 'login')
      await wallet.remove()
      await expectConnected(await wallet.openMiniProgram(withConsent()))
    })

    it('in two frames at once, each with its own host', async () => {
      const first = await wallet.openMiniProgram(withConsent(), { appId: 'kopi' })
      const second = await wallet.openMiniProgram(withConsent(), { appId: 'pixel' })
      await expectConnected(first, 'ac_kopi')
      await expectConnected(second, 'ac_pixel')
    })

    it('when the host closes it and opens it again', async () => {
      const frame = await wallet.openMiniProgram({ hanging: ['settings'] })
      await outcomeOf(frame, 'login')
      const pending = frame.evaluate('settle(my.getSetting())')
      await wallet.leave()
      expect(await pending).toMatchObject({ failure: { cause: 'PAGE_GONE', error: 10 } })
      await wallet.openAgain([origins.first])
      expect(await frame.evaluate('settle(my.getAuthCode())')).toMatchObject(GRANTED)
    })

    it('after the back/forward cache', async () => {
      const frame = await wallet.openMiniProgram({ hanging: ['settings'] })
      await outcomeOf(frame, 'login')
      // Chromium does not cache pages in this test, so the page gets the events of the cache.
      const pending = frame.evaluate(`
      window.pending = settle(my.getSetting());
      for (const type of ['pagehide', 'pageshow'])
        dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
      window.pending`)
      expect(await pending).toMatchObject({ failure: { cause: 'PAGE_GONE' } })
      expect(await frame.evaluate('settle(my.getAuthCode())')).toMatchObject(GRANTED)
    })
  })

  describe('a page of another origin', () => {
    it.each([
      { name: 'an origin that is not registered', at: () => origins.wrong, sandbox: undefined },
      { name: 'a sandboxed frame', at: () => origins.first, sandbox: 'allow-scripts' },
    ])('at $name gets the cause, and the developer both origins', async ({ at, sandbox }) => {
      // A web view has no attributes.
      if (sandbox && kind === 'a native wallet') return
      const miniProgram = { at: at(), origins: [origins.first], ...(sandbox && { sandbox }) }
      const frame = await wallet.openMiniProgram({}, miniProgram)
      const refused = { failure: { cause: 'ORIGIN_NOT_REGISTERED', error: 4 } }
      expect(await outcomeOf(frame, 'login')).toMatchObject(refused)
      expect(await frame.evaluate('settle(my.getSetting())')).toMatchObject(refused)
      const pageOrigin = sandbox ? 'null' : origins.wrong
      expect(await failures()).toEqual([
        {
          appId: 'kopi',
          cause: 'ORIGIN_NOT_REGISTERED',
          detail: expect.stringContaining(`${pageOrigin} is not at a registered origin of kopi`),
          pageOrigin,
          registeredOrigins: [origins.first],
        },
      ])
      expect((await wallet.readRecords()).consults).toEqual([])
    })
  })

  describe('a tap', () => {
    it.each([
      { clock: 'an hour slow', hours: -1 },
      { clock: 'an hour fast', hours: 1 },
    ])('is recent by its age on a phone whose clock is $clock', async ({ hours }) => {
      const usual = wallet
      const offset = hours * 3_600_000
      wallet = await chromium.open(kind, `const { now } = Date; Date.now = () => now() + ${offset}`)
      const frame = await wallet.openMiniProgram(withConsent())
      await expectConnected(frame)
      const [, request] = (await wallet.readRecords()).consults
      expect(request?.context).not.toHaveProperty('userGestureAt')
      const age = request?.context?.userGestureAgeMilliseconds ?? -1
      expect(age).toBeGreaterThanOrEqual(0)
      expect(age).toBeLessThanOrEqual(5000)
      await wallet.close()
      wallet = usual
    })

    it('opens one prompt when the page asks twice', async () => {
      const frame = await wallet.openMiniProgram(withConsent())
      await outcomeOf(frame, 'login')
      await frame.evaluate(`document.querySelector('button').onclick = () => {
      window.outcome = settle(my.getAuthCode({ scopes: 'auth_user' }));
      window.second = settle(my.getAuthCode({ scopes: 'auth_user' }));
      window.silent = settle(my.getAuthCode());
    }`)
      await tap(frame)
      expect(await frame.evaluate('second')).toMatchObject({
        failure: { cause: 'CONSENT_ALREADY_OPEN' },
      })
      expect(await frame.evaluate('silent')).toMatchObject(GRANTED)
      await allow()
      expect(await outcomeOf(frame, 'outcome')).toMatchObject(GRANTED)
    })
  })

  describe('a wallet that does not reply', () => {
    const timeouts = { backEnd: 300, userDecision: 300 }
    const failed = { failure: { cause: 'TIMEOUT', error: 12 } }

    it.each([
      { service: 'consult', call: 'getAuthCode()' },
      { service: 'profile', call: 'getOpenUserInfo()' },
      { service: 'settings', call: 'getSetting()' },
      { service: 'settings', call: 'openSetting()' },
      { service: 'showSettings', call: 'openSetting()' },
      { service: 'grants', call: 'getGrants()' },
      { service: 'revoke', call: "revokeScopes({ scopes: ['auth_user'] })" },
    ] as const)('$service: $call fails with TIMEOUT', async ({ service, call }) => {
      const frame = await wallet.openMiniProgram({ hanging: [service], timeouts })
      expect(await frame.evaluate(`settle(my.${call})`)).toMatchObject(failed)
      expect((await failures()).map(({ detail }) => detail)).toContain(
        `${service}() of the wallet's services took longer than 300 ms.`,
      )
    })

    it('complete: fails with TIMEOUT after the user has decided', async () => {
      const setup = {
        ...withConsent(),
        hanging: ['complete'] as const,
        timeouts: { backEnd: 2000 },
      }
      const frame = await wallet.openMiniProgram(setup)
      await tap(frame)
      await allow()
      expect(await outcomeOf(frame, 'outcome')).toMatchObject(failed)
    })

    it.each([
      { name: 'never loads', path: '/never' },
      { name: 'is not the consent page', path: '/broken-consent' },
    ])('the consent page $name: fails with TIMEOUT, and the request ends', async ({ path }) => {
      const consentUrl = `${origins.consent}${path}`
      const frame = await wallet.openMiniProgram({ consentUrl, sheetLoadMilliseconds: 300 })
      await tap(frame)
      expect(await outcomeOf(frame, 'outcome')).toMatchObject(failed)
      expect(await isSheetOpen()).toBe(false)
      expect((await wallet.readRecords()).completed).toEqual(['cr_2'])
      expect((await failures())[0]?.detail).toContain(`The consent page at ${origins.consent}`)
    })

    it.each([
      { name: 'showSheet never settles', setup: { hanging: ['showSheet'] as const } },
      { name: 'the user does not decide', setup: {} },
    ])('$name: fails with DISMISSED when the request has expired', async ({ setup }) => {
      const frame = await wallet.openMiniProgram({ ...withConsent(), ...setup, timeouts })
      await tap(frame)
      expect(await outcomeOf(frame, 'outcome')).toMatchObject({ failure: { cause: 'DISMISSED' } })
      expect(await isSheetOpen()).toBe(false)
    })
  })

  describe('a page that goes while its prompt is open', () => {
    it.each([
      { name: 'reloads', next: '/' },
      { name: 'goes to another page', next: '/slow-picture' },
    ])('$name: the prompt closes, and the next call works at once', async ({ next }) => {
      const frame = await wallet.openMiniProgram(withConsent())
      await tap(frame)
      await wallet.page.locator('iframe[title="Consent"]').waitFor()
      await wallet.navigate(frame, `${origins.second}${next}`)
      await expectConnected(frame)
      expect(await causes()).toEqual(['PAGE_GONE'])
      expect((await wallet.readRecords()).completed).toEqual(['cr_2', 'cr_4'])
    })

    it.each([
      {
        name: 'to a page without the library',
        leave: (frame: Frame) => wallet.navigate(frame, 'about:blank'),
      },
      {
        name: 'with its mini program',
        leave: () => wallet.leave(),
      },
    ])('$name: the prompt closes', async ({ leave }) => {
      const frame = await wallet.openMiniProgram(withConsent())
      await tap(frame)
      await wallet.page.locator('iframe[title="Consent"]').waitFor()
      await leave(frame)
      await sheetClosed()
      expect(await causes()).toEqual(['PAGE_GONE'])
    })

    it('names every page differently', async () => {
      const frame = await wallet.openMiniProgram()
      await outcomeOf(frame, 'login')
      await wallet.navigate(frame, `${origins.second}/`)
      await outcomeOf(frame, 'login')
      const consults = (await wallet.readRecords()).consults
      expect(new Set(consults.map(({ context }) => context?.pageInstance)).size).toBe(2)
    })
  })
})
