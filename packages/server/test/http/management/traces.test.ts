/**
 * @module OpenTelemetry spans of requests.
 */
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
} from '../../support/server.ts'

const exporter = new InMemorySpanExporter()
let server: TestServer

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  const config = testConfig()
  server = await startTestServer({ ...config, listen: { ...config.listen, drainSeconds: 0.5 } })
})
beforeEach(() => exporter.reset())
afterAll(() => {
  trace.disable()
  context.disable()
  propagation.disable()
})

describe('traces', () => {
  it('a request has a span with its route and result, without user data', async () => {
    const code = await codeFor(server, ['auth_user'])
    await redeem(server, code)
    const span = exporter.getFinishedSpans().at(-1)
    expect(span).toMatchObject({
      name: 'POST /v1/authorizations/applyToken',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/authorizations/applyToken',
        'http.response.status_code': 200,
        'assent.result': 'SUCCESS',
      },
    })
    const text = JSON.stringify(
      exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes]),
    )
    for (const canary of [code, USER_ID]) expect(text).not.toContain(canary)
  })

  it('the span of the client becomes the parent', async () => {
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
    propagation.setGlobalPropagator({
      inject() {},
      extract: (into, carrier) =>
        trace.setSpanContext(into, {
          traceId: carrier.traceparent.split('-')[1],
          spanId: carrier.traceparent.split('-')[2],
          traceFlags: 1,
          isRemote: true,
        }),
      fields: () => ['traceparent'],
    })
    const traceparent = `00-${parent.traceId}-${parent.spanId}-01`
    await fetch(`${server.url}/healthz`, { headers: { traceparent } })
    const [span] = exporter.getFinishedSpans()
    expect(span?.parentSpanContext).toMatchObject(parent)
    expect(span?.spanContext().traceId).toBe(parent.traceId)
    propagation.disable()
  })

  it('the span of a failed readiness probe has an error status', async () => {
    const closed = server.close()
    await fetch(`${server.url}/readyz`)
    await closed
    const probe = exporter.getFinishedSpans().find(({ name }) => name === 'GET /readyz')
    expect(probe?.status.code).toBe(SpanStatusCode.ERROR)
  })
})
