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
  return (
    (site === undefined || site === 'same-origin') &&
    // Browsers send "null" because of the `no-referrer` policy of these pages.
    (origin === undefined || origin === 'null' || origin === issuer)
  )
}
