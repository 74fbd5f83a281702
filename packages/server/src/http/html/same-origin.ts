/**
 * @module A browser says where a form was sent from; only a page's own form is an answer (requirement R065).
 */
import type { FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'

/** @throws {AssentError} `DECISION_INVALID` */
export function requireOwnPage({ headers }: FastifyRequest, issuer: string): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isForeign =
    (site !== undefined && site !== 'same-origin') ||
    // "null" is what our own referrer policy makes of it.
    (origin !== undefined && origin !== 'null' && origin !== issuer)
  if (isForeign) throw new AssentError('DECISION_INVALID')
}
