/**
 * @module The page's style, script and icons: read once, inlined, and named by hash in the policy that lets them run.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const FOLDER = new URL('../../../assets/', import.meta.url)

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

export const STYLE = read('consent.css')
export const SCRIPT = read('consent.js')
export const ICONS = JSON.parse(read('icons.json')) as Readonly<Record<string, string>>

const POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(STYLE)}`,
  `script-src ${sourceHash(SCRIPT)}`,
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
].join('; ')

/**
 * Headers of every answer of this face (requirement R066).
 * @param framers the origins of the wallet's web hosts; nobody else may frame the page
 */
export function securityHeaders(framers: readonly string[]): Readonly<Record<string, string>> {
  const ancestors = framers.length > 0 ? framers.join(' ') : "'none'"
  return {
    'content-security-policy': `${POLICY}; frame-ancestors ${ancestors}`,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  }
}
