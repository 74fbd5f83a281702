/**
 * @module The documentation as a running server serves it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NAVIGATION, READERS } from '../../../../../docs/.vitepress/navigation.ts'
import { DOCS_FOLDER, isPage, pagesBeside } from '../../../../../docs/.vitepress/pages.ts'
import { linkOf } from '../../../../../docs/.vitepress/routes.ts'
import { CONTRACTS } from '../../../src/contracts/contracts.ts'
import { readLibrary } from '../../../src/http/docs/library.ts'
import { scopeApiTableHtml } from '../../../src/http/docs/scope-api-table.tsx'
import { startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const { pages, files } = readLibrary()

const read = (path: string, headers = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers, redirect: 'manual' })

/** Sends the path as it is; `fetch` would normalize it. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${server.url}${path}`, { path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}

type Content = { readonly links: readonly string[]; readonly ids: ReadonlySet<string> }

async function readContent(path: string): Promise<Content> {
  const response = await read(path)
  if (response.status !== 200) throw new Error(`${path} → ${response.status}`)
  const html = await response.text()
  return {
    links: [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    ),
    ids: new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)),
  }
}

function isBroken(link: string, path: string, contents: ReadonlyMap<string, Content>): boolean {
  if (/^https?:/.test(link)) return false
  const [target = '', anchor] = link.split('#')
  const content = contents.get(target.replace(/\/$/, '') || path)
  if (anchor !== undefined) return !content?.ids.has(decodeURIComponent(anchor))
  return !content && !isContract(target)
}

function isContract(path: string): boolean {
  return path.startsWith('/docs/contracts/') && CONTRACTS.has(path.slice('/docs/contracts/'.length))
}

describe('the documentation', () => {
  it('has no link to a page, a heading or a file that does not exist', async () => {
    const contents = new Map<string, Content>()
    for (const path of pages.keys()) contents.set(path, await readContent(path))
    const broken = [...contents].flatMap(([path, { links }]) =>
      links.filter((link) => isBroken(link, path, contents)).map((link) => `${path} → ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('leads to each page that its Markdown links to', async () => {
    const missing: string[] = []
    for (const [path, { markdown }] of pages) {
      if (path === '/docs') continue
      const { links } = await readContent(path)
      const file = fileURLToPath(markdown).split('/markdown/')[1] ?? ''
      for (const [, target = ''] of readFileSync(markdown, 'utf8').matchAll(
        /\]\(([^)#\s:]+\.md)/g,
      )) {
        const linked = posix.join(posix.dirname(file), target)
        if (
          isPage(linked) &&
          !links.some((link) => link.split('#')[0] === `/docs${linkOf(linked)}`)
        )
          missing.push(`${path} → ${linked}`)
      }
    }
    expect(missing).toEqual([])
  })

  it('has every page in the navigation, once', () => {
    const inNavigation = NAVIGATION.flatMap((section) =>
      section.pages.flatMap(({ file, withFolder }) =>
        withFolder ? [file, ...pagesBeside(file)] : [file],
      ),
    )
    const existing = readdirSync(DOCS_FOLDER, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => isPage(file))
    const elsewhere = ['README.md', 'apis.md']
    expect([...inNavigation, ...elsewhere].sort()).toEqual(existing.sort())
  })

  it('names only pages in the ways of its readers', () => {
    const files = READERS.flatMap(({ path }) => path)
    expect(files.filter((file) => !isPage(file))).toEqual([])
  })

  it('permits its own scripts and styles, and nothing from elsewhere', async () => {
    const response = await read('/docs/merchant-api')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'( 'sha256-[\w+/=]+')+; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    const html = await response.text()
    expect(html).toContain('<title>Merchant API reference | Assent</title>')
    expect(
      html.match(/ (?:src|href)="(?!\/docs\/|#|https:\/\/)[^"]*"| style="| on\w+="/g),
    ).toBeNull()
  })

  it.each([
    ['an asset', '/docs/assets/', 'public, max-age=31536000, immutable'],
    ['the table of assets', '/docs/hashmap.json', 'public, max-age=60'],
  ])('may be cached: %s', async (_name, prefix, caching) => {
    const path = [...files.keys()].find((file) => file.startsWith(prefix)) ?? ''
    const response = await read(path)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, caching])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    ['an Accept header', '/docs/merchant-api', { accept: 'text/markdown' }],
    ['a parameter', '/docs/merchant-api?format=md', {}],
  ])('is Markdown on request: %s', async (_name, path, headers) => {
    const response = await read(path, headers)
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    expect(response.headers.get('vary')).toBe('accept')
    expect(await response.text()).toMatch(/^# Merchant API reference\n/)
  })

  it.each([
    '/docs',
    '/docs/',
    '/docs/README.md',
    '/docs/causes',
    '/docs/causes/',
    '/docs/causes/TIMEOUT',
    '/docs/errors.md',
  ])('accepts the path %s', async (path) => {
    expect((await read(path)).status).toBe(200)
  })

  it('shows the scopes and APIs of this wallet as a table', async () => {
    const html = await (await read('/docs/apis')).text()
    expect(html).toContain('<th>scope match</th>')
    expect(html).toContain('<td>USER_NICKNAME</td>')
    expect(await (await read('/docs/apis?format=md')).text()).toContain(
      '| USER_NICKNAME | inquiryUserInfo | any | userId, nickName |',
    )
  })

  it('shows names from the configuration as text', () => {
    const html = scopeApiTableHtml([['<b>', '"a" & $&', 'any', '{{ 1 }}']])
    expect(html).toContain('<td>&lt;b></td><td>&quot;a&quot; &amp; $&amp;</td>')
  })

  it.each([
    '/docs/nothing',
    '/docs/404',
    '/docs/decisions/0001-pure-engine',
    '/docs/dependencies',
    '/docs/../package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/..\\..\\package.json',
    '/docs//etc/passwd',
    '/docs/errors%00.md',
  ])('has no page at %s', async (path) => {
    expect(await statusOf(path)).toBe(404)
  })
})
