/**
 * @module A mini program in a wallet's web host in Chromium: the page calls `my`, and the host asks a platform as the back end of the wallet.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { WalletOperation } from '@assent/protocol'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { type TestPlatform, walletCall } from './server.ts'

const WALLET = 'http://127.0.0.1:7301/'
const SCRIPT = fileURLToPath(new URL('../../../jsapi/dist/my.js', import.meta.url))

const HOST = `
  import { createHost } from '@assent/jsapi/host'
  const forward = (operation) => (request) => callBackEnd(operation, request)
  const names = ['consult', 'complete', 'profile', 'settings', 'grants', 'revoke']
  const services = Object.fromEntries(names.map((name) => [name, forward(name)]))
  window.openMiniProgram = (appId, origin) => {
    const frame = document.querySelector('iframe')
    createHost({ ...services, showSheet: async () => {}, showSettings: async () => {} }).open({ appId, origins: [origin], frame })
    frame.src = origin + '/'
  }`

const PAGE =
  '<!doctype html><script src="/my.js"></script><script>my.getAuthCode({ scopes: ["auth_base"] }).then(({ authCode }) => { document.title = authCode; document.body.textContent = authCode }, (error) => { document.body.textContent = "failed: " + JSON.stringify(error) })</script><body>'

async function bundleHost(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: HOST, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    conditions: ['@assent/source'],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

/** Opens a mini program as a user of the wallet. @returns the code that the page got */
export async function codeOfPage(
  chromium: Browser,
  platform: TestPlatform,
  { appId, origin, userId }: { appId: string; origin: string; userId: string },
): Promise<string> {
  const context = await chromium.newContext()
  const page = await context.newPage()
  await page.exposeFunction('callBackEnd', (operation: WalletOperation, request: object) =>
    walletCall(platform, operation, { ...request, userId }),
  )
  await context.route(WALLET, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><iframe></iframe>' }),
  )
  await context.route(`${origin}/**`, (route) =>
    new URL(route.request().url()).pathname === '/my.js'
      ? route.fulfill({ contentType: 'text/javascript', body: readFileSync(SCRIPT, 'utf8') })
      : route.fulfill({ contentType: 'text/html', body: PAGE }),
  )
  await page.goto(WALLET)
  await page.addScriptTag({ content: await bundleHost() })
  await page.evaluate(`openMiniProgram(${JSON.stringify(appId)}, ${JSON.stringify(origin)})`)
  const body = page.frameLocator('iframe').locator('body')
  await body.filter({ hasText: /\S/ }).waitFor()
  const code = await body.textContent()
  await context.close()
  return code ?? ''
}
