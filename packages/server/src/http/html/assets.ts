/**
 * @module Style, script and icons of the pages. They are read once and inlined; the content security policy allows them by hash.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'
import type { Theme } from './theme-types.ts'

const FOLDER = new URL('assets/', PACKAGE_ROOT)

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

/** The source of a content security policy that permits an inline script or style. */
export function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

const STYLE = minify(read('pages.css'))
/** The style of the privacy page, in addition to {@link STYLE}. */
export const PRIVACY_PAGE_STYLE = minify(read('privacy-page.css'))
/** The style of the administrators' pages, in addition to {@link STYLE}. */
export const ADMIN_PAGE_STYLE = minify(read('admin-page.css'))
export const SCRIPT = readScript('pages.js')
/** The script of the administrators' pages. */
export const ADMIN_SCRIPT = readScript('admin-page.js')
export const ICONS = JSON.parse(read('icons.json')) as Readonly<Record<string, string>>
const SCRIPT_HASHES = [SCRIPT, ADMIN_SCRIPT].map(sourceHash).join(' ')
const PAGE_STYLE_HASHES = [PRIVACY_PAGE_STYLE, ADMIN_PAGE_STYLE].map(sourceHash).join(' ')

function readScript(name: string): string {
  return minify(read(name).replaceAll(/^\s*\/\/.*$/gm, ''))
}

/** Removes comments and indentation. */
function minify(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s+/gm, '')
    .trim()
}

/** By style. There are as many entries as themes. */
const styleHashes = new Map<string, string>()

function styleHash(style: string): string {
  const known = styleHashes.get(style)
  if (known) return known
  const hash = sourceHash(style)
  styleHashes.set(style, hash)
  return hash
}

/** The style of the pages with the theme of a wallet. */
export function styleOf({ style }: Theme): string {
  return STYLE + style
}

/**
 * Headers of every page.
 * @param framers the origins of the wallet's web hosts, which may embed the page in a frame
 * @param formTargets other sites to which the response to a form may redirect
 * @see [Content Security Policy](https://www.w3.org/TR/CSP3/)
 */
export function securityHeaders(
  framers: readonly string[],
  theme: Theme,
  formTargets: readonly string[] = [],
): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src ${styleHash(styleOf(theme))} ${PAGE_STYLE_HASHES}`,
    `script-src ${SCRIPT_HASHES}`,
    "img-src 'self'",
    "connect-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "base-uri 'none'",
    `frame-ancestors ${framers.length > 0 ? framers.join(' ') : "'none'"}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    // The origin without the path: paths are links of a person, and browsers send `Origin: null` with `no-referrer`.
    'referrer-policy': 'strict-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  }
}
