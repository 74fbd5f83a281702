/**
 * @module One spelling per route. The router decodes percent-encoding and ends a path at `#`, but a proxy in front of it compares the
 * path as sent. A request whose path reaches a route only after decoding is not found, so that no spelling passes a rule of the proxy.
 * @see [RFC 3986 §6.2.2](https://www.rfc-editor.org/rfc/rfc3986.html#section-6.2.2)
 */
import type { FastifyInstance } from 'fastify'
import { createEndpointLookup, type Endpoint } from './endpoint.ts'

export function requireOneSpelling(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const find = createEndpointLookup(endpoints)
  app.addHook('onRequest', (request, reply, done) => {
    const { url } = request.routeOptions
    const [path = ''] = request.url.split('?', 1)
    if (url === undefined || find(path)?.path === url) return done()
    return void reply.code(404).send({
      error: 'not_found',
      message: 'Nothing is served at this spelling of the path. Send it without percent-encoding.',
    })
  })
}
