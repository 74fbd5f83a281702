/**
 * @module Refuses requests that another site makes a browser send, by two independent means.
 * @see [OWASP CSRF Prevention](https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html)
 */
import type { FastifyRequest } from 'fastify'
import { AdminError } from '../../engine/admin/admin-error.ts'

/**
 * Browsers say where a request comes from. A request of a browser that does not say so is refused.
 * @throws {AdminError} `cross-site`
 */
export function requireOwnPage({ headers }: FastifyRequest, issuer: string): void {
  const { origin, 'sec-fetch-site': site } = headers
  const isOwnSite = site === undefined ? origin === issuer : site === 'same-origin'
  const isOwnOrigin = origin === undefined || origin === issuer
  if (!isOwnSite || !isOwnOrigin)
    throw new AdminError('cross-site', 'This request does not come from a page of this server.')
}

/**
 * @param sent the value of the header `csrf-token`
 * @throws {AdminError} `cross-site`
 */
export function requireCsrfToken(sent: unknown, expected: string): void {
  if (sent !== expected)
    throw new AdminError(
      'cross-site',
      'Send the csrf-token of GET /admin/session in the header csrf-token.',
    )
}
