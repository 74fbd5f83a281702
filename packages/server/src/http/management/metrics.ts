/**
 * @module Prometheus metrics. Labels have a fixed set of values: the pattern of a route instead of a URL, a result code instead of a
 * message.
 * @see docs/operating.md#metrics
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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

/** Values that are read whenever the metrics are scraped. */
export type MetricSources = {
  /** How old the data of this node about revocations is. */
  readonly revocationLagSeconds: () => number
  /** The highest sequence number of the revocation log that this node has read. */
  readonly revocationSequence: () => number
  /** Which version of assent.yaml is in use. */
  readonly config: () => {
    readonly hash: string
    readonly loadedAt: number
    readonly isRejected: boolean
    readonly needsRestart: boolean
    /** The entries and images that are left out. */
    readonly issueCount: number
  }
  readonly inFlight: () => number
  readonly failedAuthentications: () => number
  /** Requests that wait for outside addresses. */
  readonly waiting: () => number
  readonly shed: () => number
  /** The version of the master key that seals new credentials. */
  readonly masterKeyVersion: () => number
  readonly accessLogPending: () => number
  /** Counts of the consent funnel, only where enough users contributed to them. */
  readonly consents: () => readonly {
    readonly step: string
    readonly appId: string
    readonly scope: string
    readonly count: number
  }[]
  /** Key files and keys of the database that are not used. */
  readonly keyProblems: () => readonly { readonly file: string; readonly reason: string }[]
  /** Fields of the user directory that could not be read. */
  readonly unreadableFields: () => readonly {
    readonly field: string
    readonly reason: string
    readonly count: number
  }[]
  /** Calls to outside addresses. */
  readonly outbound: () => readonly {
    readonly kind: string
    readonly inFlight: number
    readonly paused: number
    readonly rejectedFull: number
    readonly rejectedPaused: number
  }[]
  /** Rows of the database that are not genuine, each as often as it was read. */
  readonly forgedRecords: () => readonly { readonly kind: string; readonly count: number }[]
  /** By kind of recipient. */
  readonly notifications: () => Readonly<
    Record<string, { readonly delivered: number; readonly failed: number; readonly dead: number }>
  >
  readonly store: () => {
    readonly calls: number
    readonly statements: number
    readonly unavailable: number
    readonly statementSeconds: number
    readonly connections: number
    readonly waiting: number
  }
}

type Reading = readonly [name: string, help: string, read: (sources: MetricSources) => number]

const GAUGES: readonly Reading[] = [
  [
    'assent_revocation_lag_seconds',
    'Time since this node last read the revocation log, in seconds.',
    ({ revocationLagSeconds }) => revocationLagSeconds(),
  ],
  [
    'assent_revocation_sequence',
    'The highest sequence number of the revocation log that this node has read.',
    ({ revocationSequence }) => revocationSequence(),
  ],
  [
    'assent_master_key_version',
    'The version of the master key that seals new credentials.',
    ({ masterKeyVersion }) => masterKeyVersion(),
  ],
  [
    'assent_config_issues',
    'Problems of assent.yaml whose entries are left out or keep their former texts. Run assent check.',
    ({ config }) => config().issueCount,
  ],
  [
    'assent_http_requests_in_flight',
    'Requests that are being worked on. Those that wait for outside addresses do not count.',
    ({ inFlight }) => inFlight(),
  ],
  [
    'assent_http_requests_waiting',
    'Requests that wait for outside addresses: the user directory, APIs behind the gateway, keys of OAuth clients.',
    ({ waiting }) => waiting(),
  ],
  [
    'assent_config_loaded_timestamp_seconds',
    'When the version of assent.yaml in use was read, in epoch seconds.',
    ({ config }) => config().loadedAt,
  ],
  [
    'assent_config_rejected',
    '1 when a later version of assent.yaml was rejected and is not in use. The log says why.',
    ({ config }) => Number(config().isRejected),
  ],
  [
    'assent_config_needs_restart',
    '1 when assent.yaml has changes that apply after a restart of the node.',
    ({ config }) => Number(config().needsRestart),
  ],
  [
    'assent_access_log_pending',
    'Access log entries that are not yet written to the store.',
    ({ accessLogPending }) => accessLogPending(),
  ],
  [
    'assent_store_connections',
    'Open connections to the database.',
    ({ store }) => store().connections,
  ],
  ['assent_store_waiting', 'Statements waiting for a connection.', ({ store }) => store().waiting],
]

/** Counters whose values are kept elsewhere and read on each scrape. */
const COUNTERS: readonly Reading[] = [
  [
    'assent_http_requests_shed_total',
    'Requests rejected with 503 by load shedding. Other metrics do not include those rejected before routing.',
    ({ shed }) => shed(),
  ],
  [
    'assent_failed_authentications_total',
    'Requests with an invalid signature, and requests of OAuth clients that failed to authenticate.',
    ({ failedAuthentications }) => failedAuthentications(),
  ],
  ['assent_store_calls_total', 'Calls of the engine to the store.', ({ store }) => store().calls],
  [
    'assent_store_statements_total',
    'Statements sent to the database. One statement serves many calls.',
    ({ store }) => store().statements,
  ],
  [
    'assent_store_statement_seconds_total',
    'Total time of all statements, in seconds.',
    ({ store }) => store().statementSeconds,
  ],
  [
    'assent_store_unavailable_total',
    'Statements that timed out, or were not sent because the circuit breaker was open.',
    ({ store }) => store().unavailable,
  ],
]

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
  registerNotifications(registry, sources)
  registerFunnel(registry, sources)
  registerUnreadableFields(registry, sources)
  registerOutbound(registry, sources)
  registerConfig(registry, sources)
  registerForgedRecords(registry, sources)
  registerKeyProblems(registry, sources)
  for (const [name, help, read] of GAUGES)
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(sources))
      },
    })
  for (const [name, help, read] of COUNTERS)
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(read(sources))
      },
    })
  return {
    contentType: registry.contentType,
    observe: (request, seconds) => requests.observe(request, seconds),
    text: () => registry.metrics(),
  }
}

const NOTIFICATION_COUNTERS = [
  ['delivered', 'delivered', 'Events that were delivered to a recipient.'],
  ['failed', 'failed', 'Failed attempts to deliver an event to a recipient.'],
  ['dead_lettered', 'dead', 'Deliveries that were given up. List them with assent events list.'],
] as const

function registerNotifications(registry: Registry, { notifications }: MetricSources): void {
  for (const [name, member, help] of NOTIFICATION_COUNTERS)
    new Counter({
      name: `assent_notifications_${name}_total`,
      help,
      labelNames: ['recipient'],
      registers: [registry],
      collect() {
        this.reset()
        for (const [recipient, counts] of Object.entries(notifications()))
          this.inc({ recipient }, counts[member])
      },
    })
}

function registerFunnel(registry: Registry, { consents }: MetricSources): void {
  new Counter({
    name: 'assent_consent_prompts_total',
    help: 'Consent prompts by step of the funnel, mini program and scope. Published once ten different users contributed.',
    labelNames: ['step', 'mini_program', 'scope'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { step, appId, scope, count } of consents())
        this.inc({ step, mini_program: appId, scope }, count)
    },
  })
}

function registerConfig(registry: Registry, { config }: MetricSources): void {
  new Gauge({
    name: 'assent_config_info',
    help: 'A hash of the version of assent.yaml in use. It is the same on all nodes with the same file.',
    labelNames: ['hash'],
    registers: [registry],
    collect() {
      this.reset()
      this.set({ hash: config().hash }, 1)
    },
  })
}

function registerUnreadableFields(registry: Registry, { unreadableFields }: MetricSources): void {
  new Counter({
    name: 'assent_directory_unreadable_fields_total',
    help: 'Fields of users that were read as absent, because the user directory has a value that cannot be read.',
    labelNames: ['field', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { field, reason, count } of unreadableFields()) this.inc({ field, reason }, count)
    },
  })
}

function registerOutbound(registry: Registry, { outbound }: MetricSources): void {
  new Gauge({
    name: 'assent_outbound_calls_in_flight',
    help: 'Calls to outside addresses in flight, by kind of address.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      for (const { kind, inFlight } of outbound()) this.set({ kind }, inFlight)
    },
  })
  new Gauge({
    name: 'assent_outbound_addresses_paused',
    help: 'Outside addresses that failed last, so that calls to them are paused, by kind of address.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      for (const { kind, paused } of outbound()) this.set({ kind }, paused)
    },
  })
  new Counter({
    name: 'assent_outbound_calls_rejected_total',
    help: 'Calls to outside addresses that were not made, because too many were in flight (full) or the address has failed (paused).',
    labelNames: ['kind', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { kind, rejectedFull, rejectedPaused } of outbound()) {
        this.inc({ kind, reason: 'full' }, rejectedFull)
        this.inc({ kind, reason: 'paused' }, rejectedPaused)
      }
    },
  })
}

function registerForgedRecords(registry: Registry, { forgedRecords }: MetricSources): void {
  new Counter({
    name: 'assent_store_forged_records_total',
    help: 'Reads of rows that were changed in the database without Assent. They permit nothing. Alert above 0.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { kind, count } of forgedRecords()) this.inc({ kind }, count)
    },
  })
}

function registerKeyProblems(registry: Registry, { keyProblems }: MetricSources): void {
  new Gauge({
    name: 'assent_key_file_problems',
    help: 'Key files, and keys of the database, that are not used at present. Run assent check.',
    labelNames: ['file', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { file, reason } of keyProblems()) this.set({ file, reason }, 1)
    },
  })
}
