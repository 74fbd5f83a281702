/**
 * @module Starts the demo on free ports, and Chromium with a user of the wallet.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMerchantClient, type MerchantClient } from '@assent/merchant'
import { pino } from 'pino'
import type { Browser, BrowserContextOptions, Frame, FrameLocator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { startNodes } from '../../packages/server/test/support/balancer.ts'
import { createPlatformKeys, keyPairOf } from '../../packages/server/test/support/keys.ts'
import { createTestStore } from '../../packages/server/test/support/stores.ts'
import { type Demo, startDemo } from '../src/demo.ts'
import { SHOPS } from '../src/shops.ts'

export { launchBrowser } from '../../packages/server/test/support/chromium.ts'

export type TestDemo = {
  readonly demo: Demo
  readonly folder: string
  /** Returns the whole content of the store as text. */
  readDatabase(): Promise<string>
  /** The log lines of the platform. */
  readonly log: readonly string[]
  /** Reads the metrics of the platform, when it has one node. */
  readMetrics(): Promise<string>
  close(): Promise<void>
}

export async function startTestDemo(): Promise<TestDemo> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-demo-'))
  createKeys(folder)
  const database = await createTestStore('sqlite:data/assent.db')
  const [platform = 0, wallet = 0, miniProgram = 0, merchant = 0, upstream = 0] = await freePorts(5)
  const log: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) })
  let nodes: Awaited<ReturnType<typeof startNodes>> | undefined
  const demo = await startDemo(() => {}, {
    folder,
    store: database.url,
    ports: { platform, wallet, miniProgram, merchant, upstream },
    async startPlatform(config) {
      const listen = { ...config.listen, metrics: { port: 0 } }
      nodes = await startNodes({ ...config, listen }, { logger }, database.nodes)
      return nodes
    },
  })
  return {
    demo,
    folder,
    log,
    readMetrics: async () => (await fetch(nodes?.metricsUrl ?? '')).text(),
    readDatabase: () =>
      database.dump ? database.dump() : Promise.resolve(readFiles(join(folder, 'data')).join('\n')),
    async close() {
      await demo.close()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Puts the keys into the folder that the demo would generate at its first start, which takes seconds. */
function createKeys(folder: string): void {
  createPlatformKeys(join(folder, 'keys'))
  for (const name of ['wallet', ...SHOPS.map(({ slug }) => slug)]) {
    const { privateKey, publicKey } = keyPairOf(`demo-${name}`)
    writeFileSync(join(folder, `${name}.private.pem`), privateKey, { mode: 0o600 })
    writeFileSync(join(folder, `${name}.public.pem`), publicKey)
  }
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer()
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const { port } = server.address() as { port: number }
          server.close(() => resolve(port))
        }),
    ),
  )
}

const USER_DATA = [
  'Maria',
  'Santos',
  '9171234567',
  'maria@example.com',
  'Mabini',
  '1994-05-17',
  'الفاروق',
  'الرشيد',
  '7701234567',
  'omar@example.com',
  '1988-11-02',
]

/** Checks that neither the log nor the database contains a code, token, key or user data in plain text. */
export async function expectNothingLeaked(
  { demo, folder, log, readDatabase }: TestDemo,
  credentials: ReadonlySet<string>,
): Promise<void> {
  const lines = log.join('\n')
  const database = await readDatabase()
  const keys = [
    ...readFiles(join(folder, 'keys')),
    demo.setup.walletKey,
    ...Object.values(demo.setup.merchantKeys),
  ].map(longestLine)
  // Without these checks, an empty log or database would pass.
  expect(log.length).toBeGreaterThan(20)
  expect(database).toContain('kopi-house')
  for (const canary of [...credentials, ...keys, ...USER_DATA]) {
    expect(lines, 'the log').not.toContain(canary)
    expect(database, 'the database').not.toContain(Buffer.from(canary).toString('latin1'))
  }
  // No credential of any kind, including those that this test has not seen.
  for (const text of [lines, database])
    expect((text.match(CREDENTIAL) ?? []).filter(isNoDigest)).toEqual([])
}

/** Matches whole words only, because the middle of a signature can look like a credential. */
const CREDENTIAL = /(?<![\w-])(ac|at|rt|cr|pr|ct|ti|ir|cs|rg)_[\w-]{20,}/g
/** The lengths of SHA-256 and ES256 in base64url, which can begin like a credential. */
const DIGEST_LENGTHS: readonly number[] = [43, 86]
/** In a database file, the time in the next column may look like up to four more letters. */
const MAX_MORE_LETTERS = 4
/** The only credentials with such a length: client secrets and registration access tokens. */
const SHORT_CREDENTIAL = /^(cs|rg)_.{43}$/
function isNoDigest(text: string): boolean {
  const isDigest = DIGEST_LENGTHS.some(
    (length) => text.length >= length && text.length <= length + MAX_MORE_LETTERS,
  )
  return !isDigest || SHORT_CREDENTIAL.test(text)
}

/** Reads files as Latin-1, in which every byte is a character. */
function readFiles(folder: string): readonly string[] {
  return readdirSync(folder).map((file) => readFileSync(join(folder, file)).toString('latin1'))
}

function longestLine(text: string): string {
  const [longest = ''] = text
    .trim()
    .split('\n')
    .sort((a, b) => b.length - a.length)
  return longest
}

/** Creates a merchant's client that records the result codes that it receives. */
export function merchantOf(
  { demo }: TestDemo,
  appId: string,
): { readonly client: MerchantClient; readonly codes: string[] } {
  const shop = SHOPS.find((one) => one.appId === appId)
  if (!shop) throw new Error(`There is no shop with the appId ${appId}.`)
  const codes: string[] = []
  const client = createMerchantClient({
    baseUrl: demo.setup.urls.platform,
    clientId: shop.clientId,
    privateKey: demo.setup.merchantKeys[shop.clientId] ?? '',
    platformKeys: demo.platformPublicKey,
    onCall: ({ resultCode }) => void codes.push(resultCode ?? ''),
  })
  return { client, codes }
}

/**
 * Waits until the buttons of a prompt react: it has loaded and has not moved for half a second. Until then its style ignores taps, which
 * a trial click detects. No script runs for it in the page, which may be an old web view.
 */
export async function waitUntilActive(prompt: Page | FrameLocator): Promise<void> {
  const frame =
    'owner' in prompt ? await (await prompt.owner().elementHandle())?.contentFrame() : prompt
  await frame?.waitForLoadState('load')
  await prompt.locator('.answers button').first().click({ trial: true })
}

/** Calls `my.getAuthCode` in the handler of a real click. */
export async function tapAndRequest(frame: Frame, options: unknown): Promise<PendingCall> {
  await frame.evaluate((given) => {
    const target = window as unknown as PageWindow
    target.outcome = new Promise((resolve) => {
      document.querySelector('h1')?.addEventListener(
        'click',
        () =>
          target.my.getAuthCode(given).then(
            (success) => resolve({ success }),
            (failure) => resolve({ failure }),
          ),
        { once: true },
      )
    })
  }, options)
  await frame.locator('h1').click()
  return { result: () => frame.evaluate(() => (window as unknown as PageWindow).outcome) }
}

/** What the tests of pages do in a wallet, of whatever kind. */
export interface PageUser {
  /** Shows the consent prompt. */
  readonly page: Page
  readonly sheet: FrameLocator
  isSheetOpen(): Promise<boolean>
  /** Opens Kopi House and waits until it has logged in. */
  openMiniProgram(): Promise<Frame>
  /** Opens Kopi House, which asks for consent at once. */
  requestOnFirstScreen(): Promise<Frame>
  /** Opens Kopi House as a link from outside the wallet does. */
  openByLink(): Promise<Frame>
  miniProgram(): Promise<Frame>
  tapAndRequest(frame: Frame, options: unknown): Promise<PendingCall>
  /** Another screen of the wallet covers the mini program. */
  cover(): Promise<void>
  /** Loads a page of another origin in place of the mini program, which asks for a connection. @returns what it gets */
  knockAtAnotherOrigin(): Promise<unknown>
  close(): Promise<void>
}

/** A user with the wallet in a separate browser context. */
export class WalletUser implements PageUser {
  readonly page: Page
  readonly requests: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('request', (request) => this.requests.push(request.url()))
  }

  static async open(
    browser: Browser,
    { demo }: TestDemo,
    user: 'Maria' | 'عمر' = 'Maria',
    options: BrowserContextOptions = {},
  ): Promise<WalletUser> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    })
    const page = await context.newPage()
    await page.goto(demo.setup.urls.wallet)
    await page.getByRole('radio', { name: user }).check()
    await page.getByRole('heading', { name: user }).waitFor()
    return new WalletUser(page)
  }

  async reload(): Promise<WalletUser> {
    await this.page.reload()
    return this
  }

  /** Ends the processes of the wallet, which get no chance to tell anybody, and starts the wallet again. */
  async crash(): Promise<WalletUser> {
    const { page } = this
    const url = page.url()
    const session = await page.context().newCDPSession(page)
    const crashed = page.waitForEvent('crash')
    session.send('Page.crash').catch(() => {})
    await crashed
    const next = await page.context().newPage()
    await next.goto(url)
    return new WalletUser(next)
  }

  /** Sets the clock of the phone, in all frames, and starts the wallet again. */
  async setClock(offsetMilliseconds: number): Promise<void> {
    await this.page.context().addInitScript((offset) => {
      const RealDate = Date
      window.Date = class extends RealDate {
        constructor(...given: [number]) {
          super(...(given.length > 0 ? given : ([RealDate.now() + offset] as [number])))
        }
        static override now = () => RealDate.now() + offset
      } as DateConstructor
    }, offsetMilliseconds)
    await this.page.reload()
  }

  /** Opens a mini program from the wallet's home screen and waits until it has logged in. */
  async openMiniProgram(name = 'Kopi House'): Promise<Frame> {
    await this.page.getByRole('button', { name }).click()
    const frame = await this.miniProgram()
    await frame.getByText('Good to see you.').waitFor()
    await frame.locator('#calls li', { hasText: 'merchant /member' }).first().waitFor()
    return frame
  }

  async miniProgram(): Promise<Frame> {
    const element = await this.page.locator('iframe.mini-program').elementHandle()
    const frame = await element?.contentFrame()
    if (!frame) throw new Error('No mini program is open.')
    return frame
  }

  tapAndRequest(frame: Frame, options: unknown): Promise<PendingCall> {
    return tapAndRequest(frame, options)
  }

  async requestOnFirstScreen(): Promise<Frame> {
    await this.page.getByRole('button', { name: 'Request on the first screen' }).click()
    await this.page.locator('iframe.mini-program').waitFor()
    return this.miniProgram()
  }

  async openByLink(): Promise<Frame> {
    await this.page.goto(`${this.page.url()}?open=kopi-house`)
    return this.miniProgram()
  }

  async cover(): Promise<void> {
    await this.page.locator('iframe.mini-program').evaluate((element: HTMLElement) => {
      element.style.display = 'none'
    })
  }

  knockAtAnotherOrigin(): Promise<unknown> {
    return this.page.evaluate(async () => {
      const frame = document.querySelector('iframe.mini-program') as HTMLIFrameElement
      frame.src = '/wallet.svg'
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
      const inside = frame.contentWindow as Window
      return new Promise((resolve) => {
        inside.addEventListener('message', () => resolve('a port'))
        setTimeout(() => resolve('nothing'), 500)
      })
    })
  }

  /** The frame of the consent prompt. */
  get sheet() {
    return this.page.frameLocator('.overlay iframe')
  }

  /** Grants, after everything was on the screen and the prompt's buttons have become active. */
  async allow(): Promise<void> {
    const button = this.sheet.locator('#allow')
    await button.waitFor()
    await this.sheet.locator('#end').scrollIntoViewIfNeeded()
    await waitUntilActive(this.sheet)
    await button.click()
  }

  /** The frame of the privacy page. */
  get privacy() {
    return this.page.frameLocator('iframe.privacy')
  }

  isSheetOpen(): Promise<boolean> {
    return this.page.locator('.overlay iframe').isVisible()
  }

  async close(): Promise<void> {
    // A user can have one prompt at a time, and the next test has the same user.
    if (await this.isSheetOpen()) {
      await this.sheet.locator('h1').press('Escape')
      await this.page.locator('.overlay iframe').waitFor({ state: 'detached' })
    }
    await this.page.context().close()
  }
}

type Outcome = {
  readonly success?: {
    authCode: string
    authSuccessScopes: string[]
    authErrorScopes: Record<string, string>
  }
  readonly failure?: {
    error: number
    cause: string
    errorMessage: string
    authErrorScopes: Record<string, string>
    retryable: boolean
    traceId: string
  }
}
export type PendingCall = { readonly result: () => Promise<Outcome> }
type PageWindow = {
  outcome: Promise<Outcome>
  my: { getAuthCode(options: unknown): Promise<never> }
}
