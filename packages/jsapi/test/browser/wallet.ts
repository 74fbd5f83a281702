/**
 * @module Starts Chromium with a wallet, mini programs and a consent page, each on origins of its own.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Frame, Page } from 'playwright-core'
import { launchBrowser } from '../../../server/test/support/chromium.ts'
import type { HostSetup } from './wallet-page.ts'

export type MiniProgram = {
  readonly appId?: string
  readonly origins?: readonly string[]
  /** The path of its page. */
  readonly path?: string
  /** The origin of its page. */
  readonly at?: string
  /** The number of the frame, in the order in which frames were added. */
  readonly frame?: number
  /** Opens the mini program after its page has loaded. */
  readonly isLate?: boolean
}

export type Origins = {
  readonly wallet: string
  /** Two registered origins of the mini program, and one that is not registered. */
  readonly first: string
  readonly second: string
  readonly wrong: string
  readonly consent: string
}

export type TestWallet = {
  readonly browser: Browser
  readonly origins: Origins
  /** Opens the wallet in a new page. */
  open(): Promise<Page>
  close(): Promise<void>
}

const bundle = async (file: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2019',
    conditions: ['@assent/source'],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

/** Logs in silently when it starts, and requests consent when the button is tapped. */
const START = `
  window.settle = (call) => call.then((success) => ({ success }), (failure) => ({ failure }));
  window.start = () => {
    window.login = settle(my.getAuthCode());
    document.querySelector('button').onclick = () => {
      window.outcome = settle(my.getAuthCode({ scopes: 'auth_user' }));
    };
  };`
const page = (body: string): string =>
  `<!doctype html><meta charset="utf-8"><body><button>Order</button><script>${START}</script>${body}`
const LATE = `<script>
  addEventListener('load', () => setTimeout(() => {
    const script = document.createElement('script');
    script.src = '/my.js';
    script.onload = () => start();
    document.body.append(script);
  }));
</script>`
const CONSENT = `<!doctype html><button id="allow">Allow</button><script>
  parent.postMessage({ type: 'assent:consent-shown' }, '*');
  document.querySelector('#allow').onclick = () =>
    parent.postMessage({ type: 'assent:consent', outcome: 'decided' }, '*');
</script>`
const RUN = '<script src="/my.js"></script><script>start()</script>'

const PAGES: Readonly<Record<string, string>> = {
  '/': page(RUN),
  // The picture is before the script and is never complete, so `load` does not come.
  '/slow-picture': page(`<img src="/never">${RUN}`),
  '/late-script': page(LATE),
  '/two-copies': page(`<script src="/my.js"></script>${RUN}`),
  '/no-script': page(''),
  '/consent': CONSENT,
  '/broken-consent': '<!doctype html><p>502</p>',
}

function respond(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

async function listen(files: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://server')
    const file = files[pathname]
    if (file) respond(response, pathname.endsWith('.js') ? 'text/javascript' : 'text/html', file)
    else if (pathname !== '/never') response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

export async function startWallet(): Promise<TestWallet> {
  const [browser, hostScript, pageScript] = await Promise.all([
    launchBrowser(),
    bundle('./wallet-page.ts'),
    bundle('../../src/page/script.ts'),
  ])
  const walletFiles = {
    '/': '<!doctype html><html lang="en"><body><script src="/host.js"></script>',
    '/elsewhere': '<!doctype html><p>Another page of the wallet',
    '/host.js': hostScript,
  }
  const servers = await Promise.all(
    [walletFiles, ...Array(3).fill({ ...PAGES, '/my.js': pageScript })].map(listen),
  )
  const [wallet = 0, first = 0, wrong = 0, consent = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  )
  const origins = {
    wallet: `http://127.0.0.1:${wallet}`,
    first: `http://127.0.0.1:${first}`,
    second: `http://localhost:${first}`,
    wrong: `http://127.0.0.1:${wrong}`,
    consent: `http://127.0.0.1:${consent}`,
  }
  return {
    browser,
    origins,
    async open() {
      const opened = await (await browser.newContext()).newPage()
      await opened.goto(origins.wallet)
      return opened
    },
    async close() {
      await browser.close()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

/** Creates a host and opens a mini program in a new frame, or in a frame that is there. */
export async function openMiniProgram(
  wallet: Page,
  origins: Origins,
  setup: HostSetup = {},
  miniProgram: MiniProgram = {},
  attributes: Readonly<Record<string, string>> = {},
): Promise<Frame> {
  const { appId = 'kopi', path = '/', at = origins.first, isLate = false } = miniProgram
  const registered = miniProgram.origins ?? [origins.first, origins.second]
  const url = `${at}${path}`
  const element = await wallet.evaluateHandle(
    async ({ given, options, frameAttributes }) => {
      const existing = document.querySelectorAll('iframe')
      const frame = existing[given.frame] ?? window.wallet.addFrame(frameAttributes)
      const host = window.wallet.createHost(options)
      const load = () =>
        new Promise((resolve) => {
          frame.addEventListener('load', resolve, { once: true })
          frame.src = given.url
        })
      if (given.isLate) await load()
      const { appId: id, registered: registeredOrigins } = given
      window.wallet.opened.push(host.open({ appId: id, origins: registeredOrigins, frame }))
      if (!given.isLate) frame.src = given.url
      return frame
    },
    {
      given: {
        appId,
        registered,
        url,
        isLate,
        frame: miniProgram.frame ?? Number.MAX_SAFE_INTEGER,
      },
      options: setup,
      frameAttributes: attributes,
    },
  )
  const frame = await element.contentFrame()
  if (!frame) throw new Error('The frame has no page.')
  await frame.waitForURL(url, { waitUntil: 'commit' })
  // A page whose picture never ends loading has no load event. It can be used when its scripts have run.
  await frame.waitForFunction(() => 'login' in window)
  return frame
}

export type Outcome = {
  readonly success?: { readonly authCode: string }
  readonly failure?: { readonly cause: string; readonly error: number }
}

/** What the page got for its silent login, or for the call after the tap. */
export async function outcomeOf(frame: Frame, name: 'login' | 'outcome'): Promise<Outcome> {
  await frame.waitForFunction((key) => key in window, name)
  return frame.evaluate(
    (key) => (window as unknown as Record<string, Promise<Outcome>>)[key] as Promise<Outcome>,
    name,
  )
}

/** Loads another page in the frame of a mini program. */
export async function navigate(frame: Frame, url: string): Promise<void> {
  const element = await frame.frameElement()
  const committed = frame.waitForURL(url, { waitUntil: 'commit' })
  await element.evaluate((one, src) => {
    const target = one as HTMLIFrameElement
    target.src = src
  }, url)
  await committed
}
