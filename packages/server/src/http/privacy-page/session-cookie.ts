/**
 * @module The cookie of a privacy session.
 */
import { PRIVACY_SESSION_LIFETIME_SECONDS } from '../../engine/users/privacy-link.ts'
import { readCookie, writeCookie } from '../html/cookies.ts'

const COOKIE_NAME = 'assent_page'

/** @returns the value of a Set-Cookie header */
export function sessionCookie(session: string, issuer: string): string {
  return cookieOf(session, PRIVACY_SESSION_LIFETIME_SECONDS, issuer)
}

/** @returns the value of a Set-Cookie header that ends the session in this browser */
export function endedSessionCookie(issuer: string): string {
  return cookieOf('', 0, issuer)
}

function cookieOf(session: string, maxAgeSeconds: number, issuer: string): string {
  return writeCookie(COOKIE_NAME, session, { path: '/privacy', maxAgeSeconds, issuer })
}

/** @returns an empty string when the Cookie header has no session */
export function readSessionCookie(header: string | undefined): string {
  return readCookie(COOKIE_NAME, header)
}
