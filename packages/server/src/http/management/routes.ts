/**
 * @module For the operator: `/healthz` says that the process runs, `/readyz` that it can serve, `/metrics` how it does,
 * `/docs/apis` which scope opens what.
 */
import type { FastifyInstance } from 'fastify'
import { MANAGEMENT_ENDPOINTS } from './endpoints.ts'
import type { Metrics } from './metrics.ts'

export type ManagementOptions = {
  /** Rejects when the store does not answer, or the server is stopping. */
  readonly ready: () => Promise<void>
  readonly metrics: Metrics
  /** The keys that verify what this platform says to others. */
  readonly jwks: () => Promise<object>
  /** Which scope opens what, as Markdown. */
  readonly matrix: () => string
}

export async function managementRoutes(
  face: FastifyInstance,
  { ready, metrics, jwks, matrix }: ManagementOptions,
): Promise<void> {
  face.get(MANAGEMENT_ENDPOINTS.health.path, async () => ({ status: 'ok' }))
  face.get(MANAGEMENT_ENDPOINTS.ready.path, async (request, reply) => {
    try {
      await ready()
      return { status: 'ready' }
    } catch (error) {
      request.log.warn({ err: error }, 'not ready')
      return reply.code(503).header('retry-after', '1').send({ status: 'not ready' })
    }
  })
  face.get(MANAGEMENT_ENDPOINTS.apis.path, (_request, reply) =>
    reply.type('text/markdown; charset=utf-8').send(`${matrix()}\n`),
  )
  face.get(MANAGEMENT_ENDPOINTS.jwks.path, () => jwks())
  face.get(MANAGEMENT_ENDPOINTS.metrics.path, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}
