/**
 * @module Cookies of the pages. A page may be in a frame of the wallet's web page, so its cookies are partitioned by that page.
 * @see [CHIPS](https://datatracker.ietf.org/doc/html/draft-cutler-httpbis-partitioned-cookies)
 */

export type CookieOptions = {
  readonly path: string
  readonly maxAgeSeconds: number
  /** The public URL of this server. */
  readonly issuer: string
}

/** @returns the value of a Set-Cookie header */
export function writeCookie(
  name: string,
  value: string,
  { path, maxAgeSeconds, issuer }: CookieOptions,
): string {
  const attributes = issuer.startsWith('https:')
    ? 'Secure; SameSite=None; Partitioned'
    : 'SameSite=Strict'
  return `${name}=${value}; Path=${path}; HttpOnly; Max-Age=${maxAgeSeconds}; ${attributes}`
}

/** @returns an empty string when the Cookie header has no such cookie */
export function readCookie(name: string, header: string | undefined): string {
  const pair = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
  return pair?.slice(name.length + 1) ?? ''
}
