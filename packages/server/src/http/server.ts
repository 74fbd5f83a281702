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

export type HttpServerOptions = {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'observe'>
  readonly admission: LoadShedder
  /** The tables of all interfaces whose routes are mounted. */
  readonly endpoints: readonly Endpoint[]
  readonly isStopping: () => boolean
  /** A new trace id: random, so that it names one request. */
  readonly newTraceId: () => string
}

/** A balancer's idle connections end at the balancer first. */
const CONNECTIONS = {
  requestTimeout: 10_000,
  keepAliveTimeout: 72_000,
}

/** A server without routes. It writes one log line per response, and never a URL, header or body: these hold credentials and user data. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { logger, metrics, admission, endpoints, isStopping, newTraceId } = options
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: newTraceId,
    requestIdHeader: false,
    // Clients may send the request target in absolute form (RFC 9112 §3.2.2).
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/') ? url : originless(url)),
    routerOptions: { maxParamLength: 128 },
    serverFactory: (serve) => createServer(CONNECTIONS, admission.wrapListener(serve)),
  }) as unknown as FastifyInstance
  rejectAmbiguousRequests(app)
  admission.install(app)
  labelRoutes(app, endpoints)
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('trace-id', request.id)
    // Else a connection that was busy when the stop began would be kept alive until it times out.
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

/** Gives each route its row of the table. @throws {Error} for a route whose path is in no table */
function labelRoutes(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]))
  app.addHook('onRoute', (route) => {
    const endpoint = byPath.get(route.url)
    if (!endpoint) throw new Error(`The route ${route.url} is missing from the endpoint tables.`)
    route.config = { ...route.config, endpoint }
  })
}

function originless(target: string): string {
  return URL.canParse(target) ? target.slice(new URL(target).origin.length) || '/' : '/'
}
