/**
 * @module The files of the documentation, which the build writes into this package: the site, and the Markdown of its pages. They are
 * listed at the start, so no path of a request reaches the file system.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PACKAGE_ROOT } from '../../package-root.ts'

const SITE = new URL('dist/docs/site/', PACKAGE_ROOT)
const MARKDOWN = new URL('dist/docs/markdown/', PACKAGE_ROOT)
const NOT_FOUND = '404.html'

export type Page = { readonly html: URL; readonly markdown: URL }

export type Library = {
  /** By URL, such as `/docs/causes/TIMEOUT`. `README.md` is the page of its folder. */
  readonly pages: ReadonlyMap<string, Page>
  /** Everything else by URL: scripts, styles, and files for download. */
  readonly files: ReadonlyMap<string, URL>
  readonly notFound: URL
}

export function readLibrary(): Library {
  const markdown = listFiles(MARKDOWN).map((file): [string, Page] => {
    const url = urlOfFile(file)
    const html = url === '/docs' ? 'index.html' : `${url.slice('/docs/'.length)}.html`
    return [url, { html: new URL(html, SITE), markdown: new URL(file, MARKDOWN) }]
  })
  const files = listFiles(SITE).filter((file) => !file.endsWith('.html'))
  return {
    pages: new Map(markdown),
    files: new Map(files.map((file) => [`/docs/${file}`, new URL(file, SITE)])),
    notFound: new URL(NOT_FOUND, SITE),
  }
}

/** The URL of a Markdown file. A path with `.md`, `/README.md` or `/` at its end has the same one. */
export function urlOfFile(file: string): string {
  return `/docs/${file}`.replace(/\.md$/, '').replace(/\/(?:README)?$/, '')
}

/** The scripts in the HTML of a page. They are the same in each page. */
export function inlineScriptsOf(page: Page): readonly string[] {
  const html = readFileSync(page.html, 'utf8')
  return [...html.matchAll(/<script(?![^>]* src=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => script,
  )
}

function listFiles(folder: URL): readonly string[] {
  const root = fileURLToPath(folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/'))
}
