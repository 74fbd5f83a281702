/**
 * @module The cookie of a privacy session.
 */
import { PRIVACY_SESSION_LIFETIME_SECONDS } from '../../engine/users/privacy-link.ts'

const COOKIE_NAME = 'assent_page'

/**
 * @returns the value of a Set-Cookie header. Inside a frame of the wallet's web page, the cookie is partitioned by that page
 * @see [CHIPS](https://datatracker.ietf.org/doc/html/draft-cutler-httpbis-partitioned-cookies)
 */
export function sessionCookie(session: string, issuer: string): string {
  return cookieOf(session, PRIVACY_SESSION_LIFETIME_SECONDS, issuer)
}

/** @returns the value of a Set-Cookie header that ends the session in this browser */
export function endedSessionCookie(issuer: string): string {
  return cookieOf('', 0, issuer)
}

function cookieOf(session: string, maxAgeSeconds: number, issuer: string): string {
  const attributes = issuer.startsWith('https:')
    ? 'Secure; SameSite=None; Partitioned'
    : 'SameSite=Strict'
  return `${COOKIE_NAME}=${session}; Path=/privacy; HttpOnly; Max-Age=${maxAgeSeconds}; ${attributes}`
}

/** @returns an empty string when the Cookie header has no session */
export function readSessionCookie(header: string | undefined): string {
  const pair = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE_NAME}=`))
  return pair?.slice(COOKIE_NAME.length + 1) ?? ''
}
