/**
 * @module Every metric of Assent beside the histogram of requests: its name, its meaning, and where its value comes from. Labels have a
 * fixed set of values.
 * @see docs/operating.md#metrics
 */

/** Values that are read whenever the metrics are scraped. */
export type MetricSources = {
  readonly version: string
  /** Epoch seconds, by the clock of the store. */
  readonly clock: () => number
  /** How old the data of this node about revocations is. */
  readonly revocationLagSeconds: () => number
  /** The highest sequence number of the revocation log that this node has read. */
  readonly revocationSequence: () => number
  /** How old the data of this node about the registry is. */
  readonly registryLagSeconds: () => number
  /** The latest change of the registry that is in force on this node. */
  readonly registrySequence: () => number
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
  /** By kind of caller. */
  readonly failedAuthentications: () => Readonly<Record<string, number>>
  /** Requests that wait for outside addresses. */
  readonly waiting: () => number
  readonly shed: () => number
  /** The version of the master key that seals new credentials. */
  readonly masterKeyVersion: () => number
  /** From when the current key of each kind has been used, in epoch seconds. */
  readonly keysActiveFrom: () => Readonly<Record<string, number>>
  readonly accessLogPending: () => number
  /** Failed runs of background jobs, by job. */
  readonly jobFailures: () => Readonly<Record<string, number>>
  readonly receiptChain: () => {
    /** How long ago this node last saw every receipt in its chain. */
    readonly lagSeconds: number
    /** How long ago this node last wrote its checkpoints. 0: it writes none. */
    readonly checkpointLagSeconds: number
  }
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

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number }

export type Metric = {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly read: (sources: MetricSources) => readonly Sample[]
}

function plain(name: string, help: string, read: (sources: MetricSources) => number): Metric {
  return { name, help, labelNames: [], read: (sources) => [{ labels: {}, value: read(sources) }] }
}

function labelled<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: (
    sources: MetricSources,
  ) => readonly (readonly [labels: Readonly<Record<Label, string>>, value: number])[],
): Metric {
  const toSample = ([labels, value]: readonly [Readonly<Record<Label, string>>, number]) => ({
    labels,
    value,
  })
  return { name, help, labelNames, read: (sources) => read(sources).map(toSample) }
}

export const GAUGES: readonly Metric[] = [
  labelled('assent_build_info', 'The version of Assent.', ['version'], ({ version }) => [
    [{ version }, 1],
  ]),
  plain(
    'assent_store_clock_timestamp_seconds',
    'The clock of the database, which nodes use as theirs, in whole epoch seconds.',
    ({ clock }) => clock(),
  ),
  plain(
    'assent_revocation_lag_seconds',
    'Time since this node last read the revocation log, in seconds.',
    ({ revocationLagSeconds }) => revocationLagSeconds(),
  ),
  plain(
    'assent_revocation_sequence',
    'The highest sequence number of the revocation log that this node has read.',
    ({ revocationSequence }) => revocationSequence(),
  ),
  plain(
    'assent_registry_lag_seconds',
    'Time since this node last read the change log of the registry, in seconds.',
    ({ registryLagSeconds }) => registryLagSeconds(),
  ),
  plain(
    'assent_registry_sequence',
    'The latest change of the registry that is in force on this node.',
    ({ registrySequence }) => registrySequence(),
  ),
  plain(
    'assent_receipt_chain_lag_seconds',
    'Time since this node last saw every receipt in its chain, in seconds.',
    ({ receiptChain }) => receiptChain().lagSeconds,
  ),
  plain(
    'assent_receipt_checkpoint_lag_seconds',
    'Time since this node last wrote its checkpoints, in seconds. 0 without receiptCheckpoints.',
    ({ receiptChain }) => receiptChain().checkpointLagSeconds,
  ),
  plain(
    'assent_master_key_version',
    'The version of the master key that seals new credentials.',
    ({ masterKeyVersion }) => masterKeyVersion(),
  ),
  labelled(
    'assent_key_active_timestamp_seconds',
    'From when the current key of a kind has been used, in epoch seconds. 0: it is not known.',
    ['kind'],
    ({ keysActiveFrom }) =>
      Object.entries(keysActiveFrom()).map(([kind, seconds]) => [{ kind }, seconds]),
  ),
  labelled(
    'assent_key_file_problems',
    'Key files, and keys of the database, that are not used at present. Run assent check.',
    ['file', 'reason'],
    ({ keyProblems }) => keyProblems().map(({ file, reason }) => [{ file, reason }, 1]),
  ),
  labelled(
    'assent_config_info',
    'A hash of the version of assent.yaml in use. It is the same on all nodes with the same file.',
    ['hash'],
    ({ config }) => [[{ hash: config().hash }, 1]],
  ),
  plain(
    'assent_config_issues',
    'Problems of assent.yaml whose entries are left out or keep their former texts. Run assent check.',
    ({ config }) => config().issueCount,
  ),
  plain(
    'assent_config_loaded_timestamp_seconds',
    'When the version of assent.yaml in use was read, in epoch seconds.',
    ({ config }) => config().loadedAt,
  ),
  plain(
    'assent_config_rejected',
    '1 when a later version of assent.yaml was rejected and is not in use. The log says why.',
    ({ config }) => Number(config().isRejected),
  ),
  plain(
    'assent_config_needs_restart',
    '1 when assent.yaml has changes that apply after a restart of the node.',
    ({ config }) => Number(config().needsRestart),
  ),
  plain(
    'assent_http_requests_in_flight',
    'Requests that are being worked on. Those that wait for outside addresses do not count.',
    ({ inFlight }) => inFlight(),
  ),
  plain(
    'assent_http_requests_waiting',
    'Requests that wait for outside addresses: the user directory, APIs behind the gateway, keys of OAuth clients.',
    ({ waiting }) => waiting(),
  ),
  labelled(
    'assent_outbound_calls_in_flight',
    'Calls to outside addresses in flight, by kind of address.',
    ['kind'],
    ({ outbound }) => outbound().map(({ kind, inFlight }) => [{ kind }, inFlight]),
  ),
  labelled(
    'assent_outbound_addresses_paused',
    'Outside addresses that failed last, so that calls to them are paused, by kind of address.',
    ['kind'],
    ({ outbound }) => outbound().map(({ kind, paused }) => [{ kind }, paused]),
  ),
  plain(
    'assent_access_log_pending',
    'Access log entries that are not yet written to the store.',
    ({ accessLogPending }) => accessLogPending(),
  ),
  plain(
    'assent_store_connections',
    'Open connections to the database.',
    ({ store }) => store().connections,
  ),
  plain(
    'assent_store_waiting',
    'Statements waiting for a connection.',
    ({ store }) => store().waiting,
  ),
]

/** Their values are kept elsewhere and read on each scrape. */
export const COUNTERS: readonly Metric[] = [
  plain(
    'assent_http_requests_shed_total',
    'Requests rejected with 503 by load shedding. Other metrics do not include those rejected before routing.',
    ({ shed }) => shed(),
  ),
  labelled(
    'assent_failed_authentications_total',
    'Requests that failed to authenticate, by kind of caller: wallet, merchant, client (OAuth) or administrator.',
    ['kind'],
    ({ failedAuthentications }) =>
      Object.entries(failedAuthentications()).map(([kind, count]) => [{ kind }, count]),
  ),
  labelled(
    'assent_background_failures_total',
    'Failed runs of background jobs, which try again, by task. The log has the reason.',
    ['task'],
    ({ jobFailures }) => Object.entries(jobFailures()).map(([task, count]) => [{ task }, count]),
  ),
  plain(
    'assent_store_calls_total',
    'Calls of the engine to the store.',
    ({ store }) => store().calls,
  ),
  plain(
    'assent_store_statements_total',
    'Statements sent to the database. One statement serves many calls.',
    ({ store }) => store().statements,
  ),
  plain(
    'assent_store_statement_seconds_total',
    'Total time of all statements, in seconds.',
    ({ store }) => store().statementSeconds,
  ),
  plain(
    'assent_store_unavailable_total',
    'Statements that timed out, or were not sent because the circuit breaker was open.',
    ({ store }) => store().unavailable,
  ),
  labelled(
    'assent_store_forged_records_total',
    'Reads of rows that were changed in the database without Assent. They permit nothing. Alert above 0.',
    ['kind'],
    ({ forgedRecords }) => forgedRecords().map(({ kind, count }) => [{ kind }, count]),
  ),
  ...notificationCounters(),
  labelled(
    'assent_consent_prompts_total',
    'Consent prompts by step of the funnel, mini program and scope. Published once ten different users contributed.',
    ['step', 'mini_program', 'scope'],
    ({ consents }) =>
      consents().map(({ step, appId, scope, count }) => [
        { step, mini_program: appId, scope },
        count,
      ]),
  ),
  labelled(
    'assent_directory_unreadable_fields_total',
    'Fields of users that were read as absent, because the user directory has a value that cannot be read.',
    ['field', 'reason'],
    ({ unreadableFields }) =>
      unreadableFields().map(({ field, reason, count }) => [{ field, reason }, count]),
  ),
  labelled(
    'assent_outbound_calls_rejected_total',
    'Calls to outside addresses that were not made, because too many were in flight (full) or the address has failed (paused).',
    ['kind', 'reason'],
    ({ outbound }) =>
      outbound().flatMap(({ kind, rejectedFull, rejectedPaused }) => [
        [{ kind, reason: 'full' }, rejectedFull] as const,
        [{ kind, reason: 'paused' }, rejectedPaused] as const,
      ]),
  ),
]

function notificationCounters(): readonly Metric[] {
  const counts = [
    ['delivered', 'delivered', 'Events that were delivered to a recipient.'],
    ['failed', 'failed', 'Failed attempts to deliver an event to a recipient.'],
    ['dead_lettered', 'dead', 'Deliveries that were given up. List them with assent events list.'],
  ] as const
  return counts.map(([name, member, help]) =>
    labelled(`assent_notifications_${name}_total`, help, ['recipient'], ({ notifications }) =>
      Object.entries(notifications()).map(([recipient, one]) => [{ recipient }, one[member]]),
    ),
  )
}
