/**
 * @module What the operator's monitoring reads at `/metrics`: requests by route, status and result, and the process.
 * Labels come from fixed sets: a route's pattern, never a URL; a result code, never a message.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Answered = {
  readonly method: string
  readonly route: string
  readonly status: number
  /** Empty where an answer carries no result. */
  readonly result: string
}

export interface Metrics {
  readonly contentType: string
  observe(answered: Answered, seconds: number): void
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What is read when somebody asks. */
export type Gauges = {
  /** For how long this node may not have heard of a revocation. */
  readonly revocationLagSeconds: () => number
  /** The latest line of the revocation log that this node has read. */
  readonly revocationSequence: () => number
  readonly inFlight: () => number
  readonly shed: () => number
  /** The master key that new credentials are made with. */
  readonly masterKeyVersion: () => number
  readonly accessLogPending: () => number
  /** What became of sheets; only where enough people are behind it. */
  readonly consents: () => readonly {
    readonly step: string
    readonly appId: string
    readonly scope: string
    readonly count: number
  }[]
  readonly notifications: () => {
    readonly delivered: number
    readonly failed: number
    readonly dead: number
  }
  readonly store: () => {
    readonly calls: number
    readonly statements: number
    readonly unavailable: number
    readonly statementSeconds: number
    readonly connections: number
    readonly waiting: number
  }
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'assent_http_request_duration_seconds',
    help: 'Time from the arrival of a request to its answer.',
    labelNames: ['method', 'route', 'status', 'result'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  new Counter({
    name: 'assent_consent_prompts_total',
    help: 'Consent prompts by step, mini program and scope. A combination is shown once ten different users are behind it.',
    labelNames: ['step', 'mini_program', 'scope'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { step, appId, scope, count } of gauges.consents())
        this.inc({ step, mini_program: appId, scope }, count)
    },
  })
  gauge(
    'assent_revocation_lag_seconds',
    'For how long this node may not have heard of a revocation.',
    gauges.revocationLagSeconds,
  )
  gauge(
    'assent_revocation_sequence',
    'The latest line of the revocation log read here.',
    gauges.revocationSequence,
  )
  gauge(
    'assent_master_key_version',
    'The master key that new credentials are made with.',
    gauges.masterKeyVersion,
  )
  gauge(
    'assent_http_requests_in_flight',
    'Requests that were begun and not answered.',
    gauges.inFlight,
  )
  counter(
    'assent_http_requests_shed_total',
    'Requests that came when too many were under way: 503, in no other figure.',
    gauges.shed,
  )
  counter(
    'assent_notifications_delivered_total',
    'Events that have arrived at their client.',
    () => gauges.notifications().delivered,
  )
  counter(
    'assent_notifications_failed_total',
    'Tries to deliver an event that have failed.',
    () => gauges.notifications().failed,
  )
  counter(
    'assent_notifications_dead_lettered_total',
    'Events that were given up: assent events list shows them.',
    () => gauges.notifications().dead,
  )
  gauge(
    'assent_access_log_pending',
    'Lines of the access ledger that are noted and not written.',
    gauges.accessLogPending,
  )
  gauge(
    'assent_store_connections',
    'Connections to the database that are open.',
    () => gauges.store().connections,
  )
  gauge(
    'assent_store_waiting',
    'Statements that wait for a connection.',
    () => gauges.store().waiting,
  )
  counter(
    'assent_store_calls_total',
    'What the engine asked of the store.',
    () => gauges.store().calls,
  )
  counter(
    'assent_store_statements_total',
    'What was sent for it: many calls travel in one.',
    () => gauges.store().statements,
  )
  counter(
    'assent_store_statement_seconds_total',
    'How long all statements took together.',
    () => gauges.store().statementSeconds,
  )
  counter(
    'assent_store_unavailable_total',
    'Statements that were not answered in time, or not sent for that reason.',
    () => gauges.store().unavailable,
  )

  /** Counted elsewhere; read when somebody asks. */
  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

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
    observe: (answered, seconds) => requests.observe(answered, seconds),
    text: () => registry.metrics(),
  }
}
