/**
 * @module Protects the forms of the pages against cross-site request forgery, by the headers that browsers set themselves.
 * @see [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)
 */
import type { FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'

/** @throws {AssentError} `DECISION_INVALID` when another site has sent the form */
export function requireSameOrigin(request: FastifyRequest, issuer: string): void {
  if (!isSameOrigin(request, issuer)) throw new AssentError('DECISION_INVALID')
}

/** Whether no other site has sent the form. */
export function isSameOrigin({ headers }: FastifyRequest, issuer: string): boolean {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  // These pages make browsers send their origin. The origin "null" is that of a sandboxed frame or a page without one.
  const isOwnOrigin = origin === undefined || origin === issuer
  const isOwnSite = site === undefined || site === 'same-origin'
  // A browser that says "same-origin" has compared the two origins, also behind a proxy with another address.
  const isConfirmed = site === 'same-origin' && origin !== 'null'
  return isOwnSite && (isOwnOrigin || isConfirmed)
}
