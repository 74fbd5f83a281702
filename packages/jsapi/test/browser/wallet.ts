/**
 * @module Starts Chromium with a wallet, mini programs and a consent page, each on origins of its own. The wallet is a web app that
 * shows mini programs in frames, or a native app that shows them in web views.
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { BrowserContext, Frame } from 'playwright-core'
import { launchBrowser } from '../../../server/test/support/chromium.ts'
import type { Origins, Wallet, WalletKind } from './contract.ts'
import { openFrameWallet } from './frame-wallet.ts'
import { openNativeWallet } from './native-wallet.ts'

export type TestWallets = {
  readonly origins: Origins
  /** Opens the wallet. `initScript` runs before every script of every page. */
  open(kind: WalletKind, initScript?: string): Promise<Wallet>
  /** Opens an empty browser, for a wallet that the test starts itself. */
  createContext(): Promise<BrowserContext>
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

export async function startWallets(): Promise<TestWallets> {
  const [browser, hostScript, pageScript] = await Promise.all([
    launchBrowser(),
    bundle('./wallet-page.ts'),
    bundle('../../src/page/script.ts'),
  ])
  const walletFiles = {
    '/': '<!doctype html><html lang="en"><body><script src="/host.js"></script>',
    '/elsewhere': '<!doctype html><p>Another page of the wallet',
    '/host.js': hostScript,
    '/native-host': readFileSync(new URL('../../dist/host-page.html', import.meta.url), 'utf8'),
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
    origins,
    async open(kind, initScript = '') {
      const context = await browser.newContext()
      await context.addInitScript({ content: initScript })
      return kind === 'a web wallet'
        ? openFrameWallet(context, origins)
        : openNativeWallet(context, origins)
    },
    createContext: () => browser.newContext(),
    async close() {
      await browser.close()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
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
