/**
 * @module The component for React Native with the real core and my.js. Its web views are pages of Chromium.
 */

import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { createElement } from 'react'
import { act, create, type Renderer } from 'react-test-renderer'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FailureReport } from '../../src/react-native/index.ts'
import type { MiniProgramScreenProps } from '../../src/react-native/mini-program-screen.ts'
import { createBackEnd, createRecords, type WalletRecords } from '../browser/back-end.ts'
import { startWallets, type TestWallets } from '../browser/wallet.ts'
import { browser, emit, openedLinks } from './fakes.ts'

const HOST_PAGE = readFileSync(new URL('../../dist/host-page.html', import.meta.url), 'utf8')

let wallets: TestWallets
let records: WalletRecords
let failures: FailureReport[]
let screen: Renderer
let opened: { grantChanged(): void } | undefined
beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('ASSENT_HOST_PAGE', HOST_PAGE)
  wallets = await startWallets()
})
afterAll(async () => {
  await wallets.close()
  vi.unstubAllGlobals()
})
beforeEach(async () => {
  browser.context = await wallets.createContext()
  browser.pages.length = 0
  openedLinks.length = 0
  records = createRecords()
  failures = []
})
afterEach(async () => {
  await act(() => screen.unmount())
  await browser.context?.close()
})

/** Renders the component and waits for the page of the mini program. */
async function open(props: Partial<MiniProgramScreenProps> = {}): Promise<Page> {
  const { MiniProgramScreen } = await import('../../src/react-native/index.ts')
  const { origins } = wallets
  const setup = { consentUrl: `${origins.consent}/consent` }
  const element = createElement(MiniProgramScreen, {
    appId: 'kopi',
    origins: [origins.first],
    url: `${origins.first}/`,
    hostOrigin: origins.wallet,
    services: createBackEnd(setup, records, async () => {}),
    onFailure: (failure) => void failures.push(failure),
    onOpen: (miniProgram) => {
      opened = miniProgram
    },
    ...props,
  })
  await act(() => {
    screen = create(element)
  })
  await until(() => pageAt(props.url ?? origins.first) !== undefined)
  const page = pageAt(props.url ?? origins.first) as Page
  await page.waitForFunction(() => 'login' in window)
  return page
}

const until = (isTrue: () => boolean) =>
  vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 20_000 })
const pageAt = (url: string) => browser.pages.findLast((page) => page.url().startsWith(url))
const corePage = () => pageAt(wallets.origins.wallet) as Page
const outcome = (page: Page, name: string) => page.evaluate(name)
const layers = () =>
  screen.root
    .findAllByType('View')
    .map(({ props }) => props)
    .filter(({ pointerEvents }) => pointerEvents)
const isSheetInFront = () => layers()[0]?.['pointerEvents'] === 'auto'

async function tap(page: Page): Promise<void> {
  // A tap counts when the page has found its host.
  await outcome(page, 'login')
  // The view gets the touch before the web view does.
  const onTouchEnd = layers()[1]?.['onTouchEnd'] as () => void
  onTouchEnd()
  await page.locator('button').click()
}

describe('MiniProgramScreen', () => {
  it('logs in silently, and shows the prompt over the mini program until the user decides', async () => {
    const page = await open()
    expect(await outcome(page, 'login')).toMatchObject({ success: { authCode: 'ac_kopi' } })
    expect(isSheetInFront()).toBe(false)
    await act(async () => {
      await tap(page)
      await corePage().frameLocator('iframe').locator('#allow').waitFor()
    })
    expect(isSheetInFront()).toBe(true)
    expect(layers().map((layer) => layer['accessibilityElementsHidden'])).toEqual([false, true])
    await act(async () => {
      await corePage().frameLocator('iframe').locator('#allow').click()
      await page.waitForFunction('outcome')
    })
    expect(await outcome(page, 'outcome')).toMatchObject({ success: { authCode: 'ac_kopi' } })
    await until(() => !isSheetInFront())
    expect(failures).toEqual([])
  })

  it('opens no prompt without a touch, unless a screen reader is on', async () => {
    const page = await open()
    await page.locator('button').click()
    expect(await outcome(page, 'outcome')).toMatchObject({ failure: { cause: 'FIRST_SCREEN' } })
    emit('screenReaderChanged', true)
    await act(async () => {
      await page.locator('button').click()
      await corePage().frameLocator('iframe').locator('#allow').waitFor()
    })
    expect(isSheetInFront()).toBe(true)
  })

  it('closes the prompt with the back button, which is the app’s otherwise', async () => {
    const page = await open()
    expect(emit('hardwareBackPress')).toEqual([false])
    await act(async () => {
      await tap(page)
      await corePage().frameLocator('iframe').locator('#allow').waitFor()
    })
    expect(emit('hardwareBackPress')).toEqual([true])
    await act(async () => {
      await corePage().locator('iframe').waitFor({ state: 'detached' })
    })
    expect(records.completed).toEqual(['cr_2'])
    await until(() => !isSheetInFront())
  })

  it('refuses a page of another origin, and names both origins', async () => {
    const { first, wrong } = wallets.origins
    const page = await open({ url: `${wrong}/` })
    expect(await outcome(page, 'login')).toMatchObject({
      failure: { cause: 'ORIGIN_NOT_REGISTERED' },
    })
    expect(failures).toMatchObject([{ pageOrigin: wrong, registeredOrigins: [first] }])
    expect(records.consults).toEqual([])
  })

  it('gives the cause when the app is in the background, and when the back end cannot be reached', async () => {
    const page = await open({
      services: {
        ...createBackEnd({}, records, async () => {}),
        settings: () => Promise.reject(new Error('offline')),
      },
    })
    expect(await outcome(page, 'settle(my.getSetting())')).toMatchObject({
      failure: { cause: 'NETWORK' },
    })
    emit('change', 'background')
    await outcome(page, 'settle(my.getAuthCode())')
    expect(records.consults.at(-1)?.context).toMatchObject({ visible: false })
  })

  it('tells the page of a changed grant', async () => {
    const page = await open()
    await outcome(page, 'login')
    const changed = page.evaluate(
      'new Promise((resolve) => my.onGrantChanged(() => resolve("changed")))',
    )
    await page.evaluate('0')
    opened?.grantChanged()
    expect(await changed).toBe('changed')
  })

  it('opens links of the consent page outside of the app', async () => {
    await open()
    const core = corePage()
    await core.evaluate('location.href = "https://kopi.example/privacy"')
    await until(() => openedLinks.length > 0)
    expect(openedLinks).toEqual(['https://kopi.example/privacy'])
  })

  it('connects the page again when the process of the core has crashed', async () => {
    const page = await open()
    await outcome(page, 'login')
    const first = corePage()
    const [core] = screen.root.findAllByType('WebView').map(({ props }) => props)
    const crash = core?.['onRenderProcessGone'] as () => void
    await act(crash)
    await until(() => corePage() !== first && corePage() !== undefined)
    // A call that is made before the core is there ends by the limit of the page.
    // The page's policy permits no script that waits in it.
    await vi.waitFor(
      async () => expect(await corePage().evaluate("'assentHost' in window")).toBe(true),
      { timeout: 20_000 },
    )
    await vi.waitFor(
      async () =>
        expect(await outcome(page, 'settle(my.getAuthCode())')).toMatchObject({
          success: { authCode: 'ac_kopi' },
        }),
      { timeout: 60_000 },
    )
  })
})
