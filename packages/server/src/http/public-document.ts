/**
 * @module Documents that are public and the same for all callers: metadata and key sets. Pages of every origin may read them (CORS).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const PREFLIGHT_MAX_AGE_SECONDS = 600
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

type ReadDocument = (request: FastifyRequest, reply: FastifyReply) => unknown

/** Mounts `GET`, `HEAD`, and the preflight that browsers send before a request with headers of its own. */
export function mountPublicDocument(app: FastifyInstance, path: string, read: ReadDocument): void {
  app.get(path, (request, reply) => {
    reply.headers(ANY_ORIGIN)
    return read(request, reply)
  })
  // Before the body is read: a preflight has none.
  app.options(path, { onRequest: sendPreflight }, sendPreflight)
}

async function sendPreflight(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .code(204)
    .headers({
      ...ANY_ORIGIN,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': '*',
      'access-control-max-age': PREFLIGHT_MAX_AGE_SECONDS,
    })
    .send()
}
