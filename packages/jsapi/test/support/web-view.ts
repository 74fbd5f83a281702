/**
 * @module A wallet, a mini program and a consent page of three origins in Chromium, over plain HTTP as in a LAN, with the files
 * that the package ships.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import {
  type Browser,
  type BrowserContext,
  chromium,
  type FrameLocator,
  type Page,
} from 'playwright-core'
import type { WalletKind } from '../browser/contract.ts'
import { createNativeWebViews } from './native-web-views.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const MY_JS = fileURLToPath(new URL('../../dist/my.js', import.meta.url))

const HOST_PAGE = fileURLToPath(new URL('../../dist/host-page.html', import.meta.url))

/** Chromium of the machine: `CHROMIUM` is its path where it is not the usual one. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
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

/** The shipped modules in one script. Their syntax is left as it is. */
export async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** The wallet's back end. */
const SERVICES = `
  const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
  const grant = (authCode, scopes) =>
    ({ result, status: 'GRANTED', authCode, authSuccessScopes: scopes, authErrorScopes: {} })
  const consentRequired = {
    result,
    status: 'CONSENT_REQUIRED',
    consentRequestId: 'cr_1',
    consentUrl: 'http://assent.test/',
    expiresAt: new Date(Date.now() + 600000).toISOString(),
  }
  const services = {
    consult: async ({ scopes }) => scopes ? consentRequired : grant('silent', ['auth_base']),
    complete: async () => grant('granted', ['auth_user']),
    profile: async () => ({ result: { ...result, resultStatus: 'F', resultCode: 'ACCESS_DENIED' } }),
    settings: async () => ({ result, authSetting: { auth_user: true } }),
    grants: async () => ({ result, grants: [], withdrawn: [] }),
    revoke: async () => ({ result: { ...result, resultStatus: 'F', resultCode: 'NO_SUCH_CODE' } }),
    showSettings: async () => {},
  }
`

const HOST = `
  import { createHost, openSheet } from '@assent/jsapi/host'

  ${SERVICES}
  const frame = document.querySelector('iframe')
  createHost({
    ...services,
    showSheet: (url, signal) =>
      openSheet({ url, signal, container: document.querySelector('main'), title: 'Consent' }),
  }).open({ appId: 'kopi-house', origin: 'http://mini.test', origins: ['http://mini.test'], frame })
  frame.src = 'http://mini.test/'
`

const WALLET = (script: string) => `<!doctype html><meta charset="utf-8"><body>
  <main style="position: relative; height: 500px"><iframe style="width: 100%; height: 100%"></iframe></main>
  <script>${script}</script>`

const MINI_PROGRAM = `<!doctype html><meta charset="utf-8"><body>
  <button id="ask">Ask</button>
  <p id="silent"></p><p id="h5"></p><p id="asked"></p><p id="settings"></p><p id="failure"></p><p id="profile"></p>
  <script src="/my.js"></script>
  <script>
    function write(id, text) { document.getElementById(id).textContent += text + ' ' }
    my.getAuthCode({
      success: function (result) { write('silent', result.authCode); throw new Error('bug of the page') },
      complete: function () { write('silent', isSecureContext ? 'secure' : 'plain HTTP') }
    })
    AlipayJSBridge.call('getAuthCode', { scopeNicks: '' }, function (result) { write('h5', result.authcode) })
    my.getSetting().then(function (result) { write('settings', JSON.stringify(result.authSetting)) })
    my.getOpenUserInfo({ success: function (result) { write('profile', JSON.parse(result.response).response.code) } })
    my.revokeScopes({ scopes: ['auth_user'], fail: function (failure) { write('failure', failure.cause) } })
    document.getElementById('ask').onclick = function () {
      my.getAuthCode({ scopes: ['auth_user'] }).then(
        function (result) { write('asked', result.authCode) },
        function (failure) { write('asked', failure.cause) }
      )
    }
  </script>`

const CONSENT = `<!doctype html><meta charset="utf-8"><body>
  <button onclick="parent.postMessage({ type: 'assent:consent', outcome: 'decided' }, '*')">Allow</button>
  <script>parent.postMessage({ type: 'assent:consent-shown' }, '*')</script>`

/** What the page shows after the silent calls, and what it must show. */
export const EXPECTED = {
  silent: 'silent plain HTTP',
  h5: 'silent',
  settings: '{"auth_user":true}',
  profile: '40006',
  failure: 'INTERNAL',
  asked: 'granted',
} as const

type Flow = { readonly shown: Record<string, string>; readonly errors: readonly string[] }

/** Runs the whole flow. `initScript` runs before every script of every page. Returns what the mini program shows. */
export async function runFlow(
  browser: Browser,
  initScript: string,
  kind: WalletKind = 'a web wallet',
): Promise<Flow> {
  const documents: Readonly<Record<string, [string, string]>> = {
    'http://wallet.test/': ['text/html', WALLET(await bundle(HOST))],
    'http://wallet.test/native-host': ['text/html', readFileSync(HOST_PAGE, 'utf8')],
    'http://mini.test/': ['text/html', MINI_PROGRAM],
    'http://mini.test/my.js': ['text/javascript', readFileSync(MY_JS, 'utf8')],
    'http://assent.test/': ['text/html', CONSENT],
  }
  const context = await browser.newContext()
  try {
    const errors: string[] = []
    context.on('weberror', (error) => void errors.push(error.error().message))
    await context.addInitScript({ content: initScript })
    await context.route('**/*', (route) => {
      const [contentType, body] = documents[route.request().url()] ?? ['text/plain', '']
      return route.fulfill({ contentType, body })
    })
    const [wallet, miniProgram] = await (kind === 'a web wallet'
      ? openFrame(context)
      : openWebView(context))
    await miniProgram.locator('#failure', { hasText: /./ }).waitFor()
    await miniProgram.locator('#ask').click()
    await wallet.frameLocator('iframe[title=Consent]').getByText('Allow').click()
    await miniProgram.locator('#asked', { hasText: /./ }).waitFor()
    const ids = Object.keys(EXPECTED)
    const texts = await Promise.all(ids.map((id) => miniProgram.locator(`#${id}`).textContent()))
    return {
      shown: Object.fromEntries(ids.map((id, index) => [id, texts[index]?.trim() ?? ''])),
      errors,
    }
  } finally {
    await context.close()
  }
}

/** The page with the consent prompt, and the mini program. */
type Opened = readonly [Page, Page | FrameLocator]

async function openFrame(context: BrowserContext): Promise<Opened> {
  const page = await context.newPage()
  await page.goto('http://wallet.test/')
  return [page, page.frameLocator('iframe').first()]
}

async function openWebView(context: BrowserContext): Promise<Opened> {
  const services = new Function(`${SERVICES}; return services`)() as Record<
    string,
    (request: unknown) => Promise<unknown>
  >
  const webViews = await createNativeWebViews(
    context,
    'http://wallet.test/native-host',
    async (message) => {
      if (message.type !== 'call') return
      const reply = await services[message.service]?.(JSON.parse(message.body))
      await webViews.tell({ type: 'reply', id: message.id, body: JSON.stringify(reply) })
    },
  )
  await webViews.tell({ type: 'start' })
  const origins = ['http://mini.test']
  await webViews.tell({ type: 'open', view: 'page', appId: 'kopi-house', origins })
  const page = await webViews.addView('page')
  await page.goto('http://mini.test/')
  return [webViews.hostPage, page]
}
