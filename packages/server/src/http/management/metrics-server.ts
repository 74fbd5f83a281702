/**
 * @module The listener of `GET /metrics`. It has its own address, so that no spelling of a path reaches it through the public one.
 * @see docs/operating.md#metrics
 */
import Fastify, { type FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

const REQUEST_TIMEOUT_MS = 10_000

/** @returns a server with one route; the caller makes it listen */
export function createMetricsServer(
  metrics: Pick<Metrics, 'contentType' | 'text'>,
): FastifyInstance {
  const app = Fastify({ requestTimeout: REQUEST_TIMEOUT_MS })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
  return app
}
