/**
 * @module The documentation as a running server serves it.
 */
import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLibrary } from '../../../src/http/docs/library.ts'
import { linkResolver, renderMarkdown } from '../../../src/http/docs/markdown.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

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

type Page = { readonly html: string; readonly links: readonly string[]; readonly ids: Set<string> }

function readPage(html: string): Page {
  const main = html.slice(html.indexOf('<main>'))
  return {
    html,
    links: [...main.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href),
    ids: new Set([...main.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)),
  }
}

/** Every page that can be reached from the index. */
async function crawl(): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>()
  const paths = ['/docs']
  for (const path of paths) {
    if (pages.has(path)) continue
    const response = await read(path)
    if (response.status !== 200) throw new Error(`${path} → ${response.status}`)
    const page = readPage(await response.text())
    pages.set(path, page)
    paths.push(
      ...page.links
        .filter((link) => link.startsWith('/docs'))
        .map((link) => link.split('#')[0] ?? ''),
    )
  }
  return pages
}

describe('the documentation', () => {
  it('has every page within reach of the index, and every link leads to a page and a heading', async () => {
    const pages = await crawl()
    const broken = [...pages].flatMap(([path, { links }]) =>
      links
        .filter((link) => {
          const [target, anchor] = link.split('#')
          if (/^https?:/.test(link)) return false
          const page = pages.get(target || path)
          return !page || (anchor !== undefined && !page.ids.has(anchor))
        })
        .map((link) => `${path} → ${link}`),
    )
    expect(broken).toEqual([])
    expect([...pages.keys()].sort()).toEqual([...readLibrary().keys()].sort())
  })

  it('is HTML that needs no script and loads nothing', async () => {
    const response = await read('/docs/merchant-api')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-.*frame-ancestors 'none'$/,
    )
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    const html = await response.text()
    expect(html).toContain('<title>Merchant API reference</title>')
    expect(html).not.toMatch(/<script|<img/)
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

  it.each(['/docs/', '/docs/README.md', '/docs/causes', '/docs/causes/', '/docs/errors.md'])(
    'accepts the path %s',
    async (path) => {
      expect((await read(path)).status).toBe(200)
    },
  )

  it('shows the scopes and APIs of this wallet as a table', async () => {
    const html = await (await read('/docs/apis')).text()
    expect(html).toContain('<th>scope match</th>')
    expect(html).toContain('<td>USER_NICKNAME</td>')
    expect(await (await read('/docs/apis?format=md')).text()).toContain(
      '| USER_NICKNAME | inquiryUserInfo | any | userId, nickName |',
    )
  })

  it.each([
    '/docs/nothing',
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

describe('Markdown', () => {
  const render = (markdown: string): string =>
    renderMarkdown(
      markdown,
      linkResolver('causes/A.md', (url) => ['/docs/errors', '/docs/causes'].includes(url)),
    )

  it.each([
    ['a page of another folder', '[e](../errors.md#a)', '<a href="/docs/errors#a">e</a>'],
    ['the index of a folder', '[e](README.md)', '<a href="/docs/causes">e</a>'],
    ['an anchor', '[e](#b)', '<a href="#b">e</a>'],
    [
      'another site',
      '[e](https://e.example/?a=1&b)',
      '<a href="https://e.example/?a=1&amp;b">e</a>',
    ],
    ['a page that is not served', '[e](../../SECURITY.md)', 'e'],
    ['a script', '[e](javascript:alert(1))', 'e'],
    ['an absolute path', '[e](/oauth2/token)', 'e'],
    ['an image', '![<i>](x.png)', '&lt;i&gt;'],
    ['HTML', 'a <b onclick=x>', 'a &lt;b onclick=x&gt;'],
  ])('renders %s', (_name, markdown, html) => {
    expect(render(markdown)).toBe(`<p>${html}</p>\n`)
  })

  it.each([
    ['`/v1/a` & <b>: What is, it?', 'v1a--b-what-is-it'],
    ['Élan 漢字', 'élan-漢字'],
  ])('gives the heading %s the anchor %s', (heading, anchor) => {
    expect(render(`# ${heading}`)).toContain(` id="${anchor}"`)
  })

  it('numbers headings that repeat', () => {
    expect(render('# A\n\n# A')).toMatch(/id="a".*id="a-1"/s)
  })
})
