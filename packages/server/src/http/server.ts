/**
 * @module Middleware shared by all routes: load shedding, request-smuggling checks, trace id, access log, metrics.
 */
import { createServer } from 'node:http'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Endpoint } from './endpoint.ts'
import type { LoadShedder } from './load-shedding.ts'
import type { Metrics } from './management/metrics.ts'
import { traceRequests } from './management/traces.ts'
import { rejectAmbiguousRequests } from './request-smuggling-guard.ts'
import { createRouterUrl } from './route-spelling.ts'

export type HttpServerOptions = {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'observe'>
  readonly loadShedder: LoadShedder
  /** The tables of all interfaces whose routes are mounted. */
  readonly endpoints: readonly Endpoint[]
  readonly isStopping: () => boolean
  /** Returns a new random trace id. */
  readonly newTraceId: () => string
}

const CONNECTION_TIMEOUTS = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  // Node's default of 30 s would add up to 30 s to both timeouts.
  connectionsCheckingInterval: 1000,
  // Longer than the idle timeout of common load balancers, so that the load balancer closes idle connections first.
  keepAliveTimeout: 72_000,
}
/** Ends connections whose peer neither sends nor reads. Longer than an idle connection is kept. */
const IDLE_CONNECTION_MS = 90_000

/**
 * Creates a server without routes. It writes one log line per response. It never logs a URL, a header or a body, because these
 * contain credentials and user data.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { logger, metrics, loadShedder, endpoints, isStopping, newTraceId } = options
  const routerUrl = createRouterUrl(endpoints)
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: newTraceId,
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }) => routerUrl(url),
    routerOptions: { maxParamLength: 128 },
    serverFactory: (serve) =>
      createServer(CONNECTION_TIMEOUTS, loadShedder.wrapListener(serve)).setTimeout(
        IDLE_CONNECTION_MS,
      ),
  }) as unknown as FastifyInstance
  rejectAmbiguousRequests(app)
  loadShedder.install(app)
  labelRoutes(app, endpoints)
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('trace-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    // Otherwise a connection that was busy when the shutdown began would stay open until it times out.
    if (isStopping()) reply.header('connection', 'close')
    done(null, payload)
  })
  app.decorateRequest('resultCode', '')
  app.decorateRequest('signature', null)
  app.decorateRequest('apiName', '')
  app.addHook('onResponse', (request, reply, done) => {
    const { method, resultCode: result } = request
    const route = request.apiName || (request.routeOptions.url ?? '(none)')
    const status = reply.statusCode
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10
    metrics.observe({ method, route, status, result }, reply.elapsedTime / 1000)
    request.log.info({ method, route, status, result, milliseconds })
    done()
  })
  traceRequests(app)
  return app
}

/** Attaches the row of its table to each route. @throws {Error} for a route that is in no table */
function labelRoutes(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]))
  app.addHook('onRoute', (route) => {
    const endpoint = byPath.get(route.url)
    if (!endpoint) throw new Error(`The route ${route.url} is missing from the endpoint tables.`)
    route.config = { ...route.config, endpoint }
  })
}
