/**
 * @module Prometheus metrics. Labels have a fixed set of values: the pattern of a route instead of a URL, a result code instead of a
 * message.
 * @see docs/operating.md#metrics
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { COUNTERS, GAUGES, type MetricSources } from './metric-table.ts'

export type CompletedRequest = {
  readonly method: string
  readonly route: string
  readonly status: number
  /** Empty for responses without a result. */
  readonly result: string
}

export interface Metrics {
  readonly contentType: string
  observe(request: CompletedRequest, seconds: number): void
  /** @returns all metrics in the text format of Prometheus */
  text(): Promise<string>
}

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'assent_http_request_duration_seconds',
    help: 'Time from receiving a request to sending its response, in seconds.',
    labelNames: ['method', 'route', 'status', 'result'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  for (const { read, ...metric } of GAUGES)
    new Gauge({
      ...metric,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels, value } of read(sources)) this.set(labels, value)
      },
    })
  for (const { read, ...metric } of COUNTERS)
    new Counter({
      ...metric,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels, value } of read(sources)) this.inc(labels, value)
      },
    })
  return {
    contentType: registry.contentType,
    observe: (request, seconds) => requests.observe(request, seconds),
    text: () => registry.metrics(),
  }
}
