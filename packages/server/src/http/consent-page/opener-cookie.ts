/**
 * @module The cookie with the secret of the page that opened a prompt. The page also contains the secret, so that it works without cookies;
 * with the cookie it can be loaded again without scripts.
 */
import type { FastifyRequest } from 'fastify'
import { CONSENT_REQUEST_LIFETIME_SECONDS } from '../../engine/consent/consult.ts'
import { readCookie, writeCookie } from '../html/cookies.ts'

const COOKIE_NAME = 'assent_opener'

/** @returns the value of a Set-Cookie header */
export function openerCookie(consentRequestId: string, opener: string, issuer: string): string {
  const path = `/consent/${consentRequestId}`
  const maxAgeSeconds = CONSENT_REQUEST_LIFETIME_SECONDS
  return writeCookie(COOKIE_NAME, opener, { path, maxAgeSeconds, issuer })
}

/** @returns an empty string without the cookie */
export function readOpenerCookie({ headers }: FastifyRequest): string {
  return readCookie(COOKIE_NAME, headers.cookie)
}
