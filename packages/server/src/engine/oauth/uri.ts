/**
 * @module Equivalent spellings of a URI: letter case, default port, dot segments, needless percent-encoding, empty path.
 * @see [RFC 3986 §6.2.2 and §6.2.3](https://www.rfc-editor.org/rfc/rfc3986.html#section-6.2.2)
 */

/** Scheme, authority, path, query, fragment ([RFC 3986 appendix B](https://www.rfc-editor.org/rfc/rfc3986.html#appendix-B)). */
const PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/
const AUTHORITY = /^(.*@)?(\[[^\]]*\]|[^:@]*)(?::(\d*))?$/
const DEFAULT_PORTS: Readonly<Record<string, string>> = { https: '443', http: '80' }

/**
 * @returns one spelling for all equivalent URIs; `undefined` if the text is not a URI with a scheme
 * @example
 * normalizeUri('HTTPS://API.Example:443/%7Eorders/./') // 'https://api.example/~orders/'
 */
export function normalizeUri(uri: string): string | undefined {
  const [matched, rawScheme = '', authority, path = '', query = '', fragment = ''] =
    PARTS.exec(uri) ?? []
  if (matched === undefined) return undefined
  const scheme = rawScheme.toLowerCase()
  const rest = normalizeEscapes(query + fragment)
  if (authority === undefined) return `${scheme}:${normalizeEscapes(path)}${rest}`
  const [, user = '', host = '', port = ''] = AUTHORITY.exec(authority) ?? [
    authority,
    '',
    authority,
  ]
  const hasPort = port !== '' && port !== DEFAULT_PORTS[scheme]
  const address = `${user}${normalizeEscapes(host).toLowerCase()}${hasPort ? `:${port}` : ''}`
  return `${scheme}://${address}${removeDotSegments(normalizeEscapes(path)) || '/'}${rest}`
}

/** The key of a resource: clients write the same one with and without a slash at the end. */
export function resourceKey(uri: string): string {
  const normalized = normalizeUri(uri) ?? uri
  return normalized.includes('?') ? normalized : normalized.replace(/\/+$/, '')
}

/** Decodes escaped unreserved characters, and writes other escapes in upper case. */
function normalizeEscapes(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}/g, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase()
  })
}

/** [RFC 3986 §5.2.4](https://www.rfc-editor.org/rfc/rfc3986.html#section-5.2.4), for a path that begins with a slash. */
function removeDotSegments(path: string): string {
  const segments: string[] = []
  const parts = path.split('/').slice(1)
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    if (part === '..') segments.pop()
    else if (part !== '.') segments.push(part)
    // "/a/." and "/a/.." name a folder.
    if (isLast && (part === '.' || part === '..')) segments.push('')
  }
  return segments.map((segment) => `/${segment}`).join('')
}
