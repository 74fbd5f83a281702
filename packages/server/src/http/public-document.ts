/**
 * @module Documents that are public and the same for all callers: metadata and key sets. Pages of every origin may read them (CORS).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const PREFLIGHT_MAX_AGE_SECONDS = 600
const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

type ReadDocument = (request: FastifyRequest, reply: FastifyReply) => unknown

const METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Mounts `GET`, `HEAD`, and the preflight that browsers send before a request with headers of its own. Other methods are 405
 * ([RFC 9110 §15.5.6](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.6)).
 */
export function mountPublicDocument(app: FastifyInstance, path: string, read: ReadDocument): void {
  app.get(path, (request, reply) => {
    reply.headers(ANY_ORIGIN)
    return read(request, reply)
  })
  // Before the body is read: a preflight has none.
  app.options(path, { onRequest: sendPreflight }, sendPreflight)
  app.route({
    url: path,
    method: app.supportedMethods.filter((method) => !METHODS.includes(method)),
    onRequest: rejectMethod,
    handler: rejectMethod,
  })
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

/** Before the body is read, whatever its type is. */
async function rejectMethod(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(405).header('allow', METHODS.join(', ')).send()
}
