/**
 * @module What the operator's monitoring reads at `/metrics`: requests by route, status and result, and the process.
 * Labels come from fixed sets: a route's pattern, never a URL; a result code, never a message.
 */
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export type Answered = {
  readonly method: string
  readonly route: string
  readonly status: number
  /** Empty where an answer carries no result. */
  readonly result: string
  readonly seconds: number
}

export interface Metrics {
  readonly contentType: string
  observe(answered: Answered): void
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'assent_request_seconds',
    help: 'Time from the arrival of a request to its answer.',
    labelNames: ['method', 'route', 'status', 'result'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  return {
    contentType: registry.contentType,
    observe({ seconds, ...labels }) {
      requests.observe(labels, seconds)
    },
    text: () => registry.metrics(),
  }
}
