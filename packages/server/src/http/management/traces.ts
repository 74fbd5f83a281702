/**
 * @module OpenTelemetry: one server span per request, as a child of the caller's span. Nothing is recorded unless the operator loads an
 * SDK. Like a log line, a span never contains a URL, a header or a body.
 * @see [Semantic conventions for HTTP spans](https://opentelemetry.io/docs/specs/semconv/http/http-spans/)
 */
import {
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null
  }
}

const TRACER_NAME = '@assent/server'

export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer(TRACER_NAME)
  // Operators load an SDK before the server starts (docs/operating.md).
  if (!isRecorded(tracer)) return
  app.decorateRequest('span', null)
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = propagation.extract(context.active(), request.headers)
    const route = request.routeOptions.url ?? '(none)'
    const attributes = { 'http.request.method': request.method, 'http.route': route }
    const name = `${request.method} ${route}`
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller)
    request.span = span
    return context.with(trace.setSpan(caller, span), done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { span } = request
    if (!span) return done()
    span.setAttributes({
      'http.response.status_code': reply.statusCode,
      'assent.result': request.resultCode,
      'assent.trace_id': request.id,
    })
    if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    return done()
  })
}

/** A span has a valid id only when an SDK records it. */
function isRecorded(tracer: Tracer): boolean {
  const span = tracer.startSpan('start')
  span.end()
  return isSpanContextValid(span.spanContext())
}
