/**
 * @module The pages' style, script and icons: read once, inlined, and named by hash in the policy that lets them run.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'
import type { Theme } from './theme-types.ts'

const FOLDER = new URL('assets/', PACKAGE_ROOT)

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

const STYLE = smaller(read('pages.css'))
export const SCRIPT = smaller(read('pages.js').replaceAll(/^\s*\/\/.*$/gm, ''))
export const ICONS = JSON.parse(read('icons.json')) as Readonly<Record<string, string>>
const SCRIPT_HASH = sourceHash(SCRIPT)

/** Comments and indentation stay at home. */
function smaller(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s+/gm, '')
    .trim()
}

/** Longer text is a shade of a wallet's own: its few themes are kept. */
const hashes = new Map<string, string>()

function styleHash(style: string): string {
  const known = hashes.get(style)
  if (known) return known
  const hash = sourceHash(style)
  hashes.set(style, hash)
  return hash
}

/** The style in a wallet's own colours, corners and letters. */
export function styleOf({ style }: Theme): string {
  return STYLE + style
}

/**
 * Headers of every page (requirement R066).
 * @param framers the origins of the wallet's web hosts; nobody else may frame the page
 */
export function securityHeaders(
  framers: readonly string[],
  theme: Theme,
): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src ${styleHash(styleOf(theme))}`,
    `script-src ${SCRIPT_HASH}`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${framers.length > 0 ? framers.join(' ') : "'none'"}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  }
}
