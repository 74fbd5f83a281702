/**
 * @module The demo on free ports, and real Chromium to use it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createMerchantClient, type MerchantClient } from '@assent/merchant'
import { pino } from 'pino'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Page,
} from 'playwright-core'
import { expect } from 'vitest'
import { startNodes } from '../../packages/server/test/support/balancer.ts'
import { createTestStore } from '../../packages/server/test/support/stores.ts'
import { type Demo, startDemo } from '../src/demo.ts'
import { SHOPS } from '../src/shops.ts'

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

export function launchBrowser(): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders
    .flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
  const executablePath = process.env['CHROMIUM'] ?? found
  if (!executablePath) throw new Error('no Chromium: install one, or name it in CHROMIUM')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

export type TestDemo = {
  readonly demo: Demo
  readonly folder: string
  /** Everything in the store, as text. */
  readDatabase(): Promise<string>
  /** Every line that the platform logged. */
  readonly log: readonly string[]
  close(): Promise<void>
}

export async function startTestDemo(): Promise<TestDemo> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-demo-'))
  const database = await createTestStore('sqlite:data/assent.db')
  const [platform = 0, wallet = 0, miniProgram = 0, merchant = 0, upstream = 0] = await freePorts(5)
  const log: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) })
  const demo = await startDemo(() => {}, {
    folder,
    store: database.url,
    ports: { platform, wallet, miniProgram, merchant, upstream },
    startPlatform: (config) => startNodes(config, { logger }, database.nodes),
  })
  return {
    demo,
    folder,
    log,
    readDatabase: () =>
      database.dump ? database.dump() : Promise.resolve(readFiles(join(folder, 'data')).join('\n')),
    async close() {
      await demo.close()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
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

/** No code, token, key or user data in any log line, and nothing usable in the database's files. */
export async function expectNothingLeaked(
  { demo, folder, log, readDatabase }: TestDemo,
  credentials: ReadonlySet<string>,
): Promise<void> {
  const lines = log.join('\n')
  const database = await readDatabase()
  const keys = [
    ...readFiles(join(folder, 'keys')),
    demo.setup.walletKey,
    demo.setup.merchantKey,
  ].map(longestLine)
  // Else this would find nothing in nothing.
  expect(log.length).toBeGreaterThan(20)
  expect(database).toContain('kopi-house')
  for (const canary of [...credentials, ...keys, ...USER_DATA]) {
    expect(lines, 'the log').not.toContain(canary)
    expect(database, 'the database').not.toContain(Buffer.from(canary).toString('latin1'))
  }
  // No credential of any kind, known here or not, and no right to answer a consent request.
  for (const text of [lines, database])
    expect((text.match(CREDENTIAL) ?? []).filter(isNoDigest)).toEqual([])
}

/** A whole word: the middle of a signature can look like one by chance. */
const CREDENTIAL = /(?<![\w-])(ac|at|rt|cr|pr|ct|ti|ir|cs|rg)_[\w-]{20,}/g
/** SHA-256 and ES256 in base64url, which can begin like a credential by chance. None is so long. */
const DIGEST_LENGTHS: readonly number[] = [43, 86]
const isNoDigest = ({ length }: string): boolean => !DIGEST_LENGTHS.includes(length)

/** As Latin-1, so that every byte is a character. */
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

/** A merchant's server in the test's hands, with every result code that it got. */
export function merchantOf(
  { demo }: TestDemo,
  appId: string,
): { readonly client: MerchantClient; readonly codes: string[] } {
  const shop = SHOPS.find((one) => one.appId === appId)
  if (!shop) throw new Error(`no shop ${appId}`)
  const codes: string[] = []
  const client = createMerchantClient({
    baseUrl: demo.setup.urls.platform,
    clientId: shop.clientId,
    privateKey: demo.setup.merchantKey,
    platformPublicKey: demo.platformPublicKey,
    onCall: ({ resultCode }) => void codes.push(resultCode ?? ''),
  })
  return { client, codes }
}

const STABLE_MILLISECONDS = 600

/** The wallet, opened by a person of its own. */
export class WalletUser {
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

  /** Opens a mini program from the wallet's home and waits for its silent login. */
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
    if (!frame) throw new Error('no mini program is open')
    return frame
  }

  /** Calls `my.getAuthCode` in the handler of a real click. */
  async tapAndAsk(frame: Frame, options: unknown): Promise<Answer> {
    await frame.evaluate((given) => {
      const target = window as unknown as Asking
      target.answer = new Promise((resolve) => {
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
    return { result: () => frame.evaluate(() => (window as unknown as Asking).answer) }
  }

  get sheet() {
    return this.page.frameLocator('.overlay iframe')
  }

  /** Allows, when the sheet has stood still: before, its answers are dead. */
  async allow(): Promise<void> {
    const button = this.sheet.locator('#allow')
    await button.waitFor()
    const element = await this.page.locator('.overlay iframe').elementHandle()
    await (await element?.contentFrame())?.waitForLoadState('load')
    await this.page.waitForTimeout(STABLE_MILLISECONDS)
    await button.click()
  }

  /** The user's own page, as the wallet shows it. */
  get privacy() {
    return this.page.frameLocator('iframe.privacy')
  }

  sheetIsOpen(): Promise<boolean> {
    return this.page.locator('.overlay iframe').isVisible()
  }

  async close(): Promise<void> {
    // There is one sheet at a time: the next test is of the same user.
    if (await this.sheetIsOpen()) {
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
export type Answer = { readonly result: () => Promise<Outcome> }
type Asking = { answer: Promise<Outcome>; my: { getAuthCode(options: unknown): Promise<never> } }
