/**
 * @module The registered origins of a mini program, in the spelling in which browsers report the origin of a page.
 *
 * @see [HTML, origin](https://html.spec.whatwg.org/multipage/browsers.html#origin)
 */

/**
 * Reads a list of origins. Upper case, a default port, a final slash and a host name in Unicode are accepted.
 * @throws {TypeError} when the list is empty, or an entry is not the origin of a web page
 */
export function readOrigins(origins: unknown): readonly string[] {
  if (!Array.isArray(origins) || origins.length === 0)
    throw new TypeError(
      'host.open: origins must list at least one origin, as ["https://kopi.example"].',
    )
  return origins.map(readOrigin)
}

function readOrigin(text: unknown): string {
  const url = parseUrl(text)
  // A path would look like a restriction to part of an origin, which browsers do not know.
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin
  throw new TypeError(
    `host.open: ${JSON.stringify(text)} is not an origin. Write scheme, host and port, as "https://kopi.example".`,
  )
}

function parseUrl(text: unknown): URL | undefined {
  try {
    return new URL(String(text))
  } catch {
    return undefined
  }
}
