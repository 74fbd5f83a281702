/**
 * @module What every request meets, whatever face it is for: the door, one reading, a trace id, a line in the log and one in the metrics.
 */
import { createServer } from 'node:http'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { randomBytes } from '../crypto/random-bytes.ts'
import type { LoadShedder } from './load-shedding.ts'
import type { Metrics } from './management/metrics.ts'
import { traceRequests } from './management/traces.ts'
import { rejectAmbiguousRequests } from './request-smuggling-guard.ts'
import { GatheredResponse } from './response-batching.ts'

export type HttpServerOptions = {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'observe'>
  readonly admission: LoadShedder
  readonly isStopping: () => boolean
}

/** A balancer's idle connections end at the balancer first. */
const CONNECTIONS = {
  requestTimeout: 10_000,
  keepAliveTimeout: 72_000,
  ServerResponse: GatheredResponse,
}

/** Without faces. One log line per answer, of fields that cannot hold a credential or a user's data: never a URL, header or body. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { logger, metrics, admission, isStopping } = options
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: () => randomBytes(8).toString('hex'),
    requestIdHeader: false,
    // A client may send its target in absolute form (contract: openapi §1).
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/') ? url : originless(url)),
    routerOptions: { maxParamLength: 128 },
    serverFactory: (serve) => createServer(CONNECTIONS, admission.wrapListener(serve)),
  }) as unknown as FastifyInstance
  rejectAmbiguousRequests(app)
  admission.install(app)
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

function originless(target: string): string {
  return URL.canParse(target) ? target.slice(new URL(target).origin.length) || '/' : '/'
}
