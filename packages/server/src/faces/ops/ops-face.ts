/**
 * @module For the operator: `/healthz` says that the process runs, `/readyz` that it can serve, `/metrics` how it does.
 */
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

export type OpsFaceOptions = {
  /** Rejects when the store does not answer, or the server is stopping. */
  readonly ready: () => Promise<void>
  readonly metrics: Metrics
}

export async function opsFace(
  face: FastifyInstance,
  { ready, metrics }: OpsFaceOptions,
): Promise<void> {
  face.get('/healthz', async () => ({ status: 'ok' }))
  face.get('/readyz', async (request, reply) => {
    try {
      await ready()
      return { status: 'ready' }
    } catch (error) {
      request.log.warn({ err: error }, 'not ready')
      return reply.code(503).header('retry-after', '1').send({ status: 'not ready' })
    }
  })
  face.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}
