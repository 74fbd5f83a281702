/**
 * @module Management interface: liveness probe `/healthz`, readiness probe `/readyz`, and public keys.
 * @see docs/operating.md
 */
import type { FastifyInstance } from 'fastify'
import { mountPublicDocument } from '../public-document.ts'
import { MANAGEMENT_ENDPOINTS } from './endpoints.ts'

/** A key is announced for much longer than it is cached. */
const REPLY_KEYS_CACHING = 'public, max-age=300'

export type ManagementOptions = {
  /** Rejects when the store is unavailable or the server is stopping. */
  readonly ready: () => Promise<void>
  /** The public keys that verify the tokens and assertions of this server (RFC 7517). */
  readonly jwks: () => Promise<object>
  /** The public keys that verify replies, notifications and calls to the user directory. */
  readonly replyKeys: () => object
}

export async function managementRoutes(
  app: FastifyInstance,
  { ready, jwks, replyKeys }: ManagementOptions,
): Promise<void> {
  app.get(MANAGEMENT_ENDPOINTS.health.path, async () => ({ status: 'ok' }))
  app.get(MANAGEMENT_ENDPOINTS.ready.path, async (request, reply) => {
    try {
      await ready()
      return { status: 'ready' }
    } catch (error) {
      request.log.warn({ err: error }, 'The server is not ready.')
      return reply.code(503).header('retry-after', '1').send({ status: 'not ready' })
    }
  })
  mountPublicDocument(app, MANAGEMENT_ENDPOINTS.jwks.path, () => jwks())
  mountPublicDocument(app, MANAGEMENT_ENDPOINTS.replyKeys.path, (_request, reply) =>
    reply.header('cache-control', REPLY_KEYS_CACHING).send(replyKeys()),
  )
}
