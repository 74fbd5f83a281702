/**
 * @module The cookies of administrators. The prefix `__Host-` binds them to this host, without a domain, on every path. Browsers accept it
 * on http for loopback addresses, so that development needs no other cookie.
 * @see [RFC 6265bis §4.1.3.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2)
 */
import type { FastifyRequest } from 'fastify'
import { readCookie } from '../html/cookies.ts'

const SESSION_COOKIE = '__Host-assent-admin'
const SIGN_IN_COOKIE = '__Host-assent-admin-sign-in'

/** @returns an empty string when the request has no session */
export function readSessionCookie({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return readCookie(SESSION_COOKIE, headers.cookie)
}

/** No other site can send a request with this cookie, not even a link. @returns the value of a Set-Cookie header */
export function sessionCookie(id: string, maxAgeSeconds: number): string {
  return cookieOf(SESSION_COOKIE, id, maxAgeSeconds, 'Strict')
}

/** @returns an empty string when the browser has not begun to sign in */
export function readSignInCookie({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return readCookie(SIGN_IN_COOKIE, headers.cookie)
}

/** The identity provider, which is another site, sends the browser back with this cookie. @returns the value of a Set-Cookie header */
export function signInCookie(text: string, maxAgeSeconds: number): string {
  return cookieOf(SIGN_IN_COOKIE, text, maxAgeSeconds, 'Lax')
}

function cookieOf(
  name: string,
  value: string,
  maxAgeSeconds: number,
  sameSite: 'Strict' | 'Lax',
): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=${sameSite}`
}
