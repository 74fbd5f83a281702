/**
 * Builds the scripts that are loaded as they are: `my.js` for pages of mini programs, and the host core for native wallets, alone,
 * in a page, and in that page as a module for React Native.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const DIST = new URL('dist/', import.meta.url)
const options = {
  absWorkingDir: import.meta.dirname,
  target: 'es2018',
  conditions: ['@assent/source'],
  logLevel: 'warning',
}
const script = { ...options, bundle: true, minify: true, format: 'iife' }
const STYLE = 'html,body{height:100%;margin:0;background:transparent}body{position:relative}'

const sourceHash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The page of the core. It runs no other script, and loads nothing but the consent page in its frame. */
function toPage(core) {
  const policy = `default-src 'none'; script-src ${sourceHash(core)}; style-src ${sourceHash(STYLE)}; frame-src http: https:`
  return `<!doctype html><html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Consent</title><style>${STYLE}</style><body><script>${core}</script></body></html>\n`
}

await build({ ...script, entryPoints: ['src/page/script.ts'], outfile: 'dist/my.js' })
await build({ ...script, entryPoints: ['src/native-host/script.ts'], outfile: 'dist/host-core.js' })
const core = readFileSync(new URL('host-core.js', DIST), 'utf8').trim()
if (/<\/script|<!--/i.test(core)) throw new Error('host-core.js would end its script element.')
const page = toPage(core)
writeFileSync(new URL('host-page.html', DIST), page)
await build({
  ...options,
  entryPoints: ['src/react-native/host-page.ts'],
  outfile: 'dist/react-native/host-page.js',
  define: { ASSENT_HOST_PAGE: JSON.stringify(page) },
})
