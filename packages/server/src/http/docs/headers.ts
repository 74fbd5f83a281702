/**
 * @module Headers of the documentation. Its scripts and styles are files of this server; nothing is loaded from elsewhere.
 */
import { extname } from 'node:path'
import { securityHeaders, sourceHash } from '../html/assets.ts'
import { PLAIN_THEME } from '../html/theme-types.ts'

/** Pages change with the version of the server. */
const PAGE_CACHING = 'public, max-age=60'
/** The name of an asset has a hash of its content. */
const ASSET_CACHING = 'public, max-age=31536000, immutable'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.yaml': 'application/yaml; charset=utf-8',
}

type Headers = Readonly<Record<string, string>>

export const MARKDOWN_HEADERS: Headers = {
  'cache-control': PAGE_CACHING,
  'content-type': 'text/markdown; charset=utf-8',
}

/** @param scripts those that are in the page itself; the policy permits no other ones */
export function pageHeaders(scripts: readonly string[]): Headers {
  const policy = [
    "default-src 'none'",
    ["script-src 'self'", ...scripts.map(sourceHash)].join(' '),
    "style-src 'self'",
    // The theme has its icons as data URLs.
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    ...securityHeaders([], PLAIN_THEME),
    'content-security-policy': policy.join('; '),
    'cache-control': PAGE_CACHING,
  }
}

/** @param path such as `/docs/assets/app.C9XGIZud.js`, or the name of a contract */
export function fileHeaders(path: string): Headers {
  return {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': path.startsWith('/docs/assets/') ? ASSET_CACHING : PAGE_CACHING,
  }
}
