/**
 * @module What the operator's monitoring reads at `/metrics`: requests by route, status and result, and the process.
 * Labels come from fixed sets: a route's pattern, never a URL; a result code, never a message.
 */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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

/** What is read when somebody asks. */
export type Gauges = {
  /** For how long this node may not have heard of a revocation. */
  readonly feedLagSeconds: () => number
  /** The latest line of the revocation log that this node has read. */
  readonly feedSequence: () => number
  readonly underWay: () => number
  /** The master key that new credentials are made with. */
  readonly masterKeyVersion: () => number
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'assent_request_seconds',
    help: 'Time from the arrival of a request to its answer.',
    labelNames: ['method', 'route', 'status', 'result'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  gauge(
    'assent_feed_lag_seconds',
    'For how long this node may not have heard of a revocation.',
    gauges.feedLagSeconds,
  )
  gauge(
    'assent_feed_sequence',
    'The latest line of the revocation log read here.',
    gauges.feedSequence,
  )
  gauge(
    'assent_master_key_version',
    'The master key that new credentials are made with.',
    gauges.masterKeyVersion,
  )
  gauge('assent_requests_under_way', 'Requests that were begun and not answered.', gauges.underWay)

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  }

  return {
    contentType: registry.contentType,
    observe({ seconds, ...labels }) {
      requests.observe(labels, seconds)
    },
    text: () => registry.metrics(),
  }
}
