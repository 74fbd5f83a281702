/**
 * Generates the dashboards of deploy/grafana for Grafana 10 and later.
 *   node tools/dashboards.mjs           writes the files
 *   node tools/dashboards.mjs --check   fails if a file is missing or out of date
 */
import { generateFiles } from './generated-files.mjs'

const SECONDS = 's'
const PER_SECOND = 'reqps'
const COUNT = 'short'

/** A panel is: title, unit, description, and queries as [legend, expression]. */
const DASHBOARDS = {
  overview: [
    'Overview',
    [
      [
        'Nodes that answer',
        COUNT,
        'Nodes whose metrics can be read, by version.',
        [['{{version}}', 'count by (version) (assent_build_info)']],
      ],
      [
        'Requests by result',
        PER_SECOND,
        'All requests, by the result code of their answer.',
        [['{{result}}', 'sum by (result) (rate(assent_http_request_duration_seconds_count[5m]))']],
      ],
      [
        'Requests that fail',
        'percentunit',
        'The share of requests with status 5xx. The alert AssentErrors begins at 2 %.',
        [
          [
            'status 5xx',
            'sum(rate(assent_http_request_duration_seconds_count{status=~"5.."}[5m])) / sum(rate(assent_http_request_duration_seconds_count[5m]))',
          ],
        ],
      ],
      [
        'Duration of requests',
        SECONDS,
        'Median and 99th percentile over all routes.',
        [
          [
            'p50',
            'histogram_quantile(0.5, sum by (le) (rate(assent_http_request_duration_seconds_bucket[5m])))',
          ],
          [
            'p99',
            'histogram_quantile(0.99, sum by (le) (rate(assent_http_request_duration_seconds_bucket[5m])))',
          ],
        ],
      ],
      [
        'Duration by route, p99',
        SECONDS,
        'The 99th percentile of each route. An API behind the gateway is a route.',
        [
          [
            '{{route}}',
            'histogram_quantile(0.99, sum by (le, route) (rate(assent_http_request_duration_seconds_bucket[5m])))',
          ],
        ],
      ],
      [
        'Requests in flight and waiting',
        COUNT,
        'Requests that are being worked on, and those that wait for outside addresses.',
        [
          ['{{instance}} in flight', 'assent_http_requests_in_flight'],
          ['{{instance}} waiting', 'assent_http_requests_waiting'],
        ],
      ],
      [
        'Rejected requests',
        PER_SECOND,
        'Requests that load shedding rejects, and failed authentications by kind of caller.',
        [
          ['shed', 'sum(rate(assent_http_requests_shed_total[5m]))'],
          [
            'not authenticated: {{kind}}',
            'sum by (kind) (rate(assent_failed_authentications_total[5m]))',
          ],
        ],
      ],
      [
        'Database: duration of a statement',
        SECONDS,
        'The mean duration of a statement.',
        [
          [
            '{{instance}}',
            'rate(assent_store_statement_seconds_total[5m]) / rate(assent_store_statements_total[5m])',
          ],
        ],
      ],
      [
        'Database: calls per statement',
        COUNT,
        'How many store calls one SQL statement serves on average.',
        [
          [
            '{{instance}}',
            'rate(assent_store_calls_total[5m]) / rate(assent_store_statements_total[5m])',
          ],
        ],
      ],
      [
        'Database: connections',
        COUNT,
        'Open connections, and statements that wait for one.',
        [
          ['{{instance}} open', 'assent_store_connections'],
          ['{{instance}} waiting', 'assent_store_waiting'],
        ],
      ],
      [
        'Database: failed calls',
        PER_SECOND,
        'Statements that timed out, or were not sent because the circuit breaker was open.',
        [['{{instance}}', 'rate(assent_store_unavailable_total[5m])']],
      ],
      [
        'Database: clock',
        SECONDS,
        'How far the clock of the database is from that of Prometheus. Up to one second is rounding.',
        [
          [
            '{{instance}}',
            'timestamp(assent_store_clock_timestamp_seconds) - assent_store_clock_timestamp_seconds',
          ],
        ],
      ],
      [
        'Memory',
        'bytes',
        'Resident memory of each node.',
        [['{{instance}}', 'process_resident_memory_bytes{job="assent"}']],
      ],
      [
        'Processor',
        'percentunit',
        'Processor time per second. 1 is a whole core.',
        [['{{instance}}', 'rate(process_cpu_seconds_total{job="assent"}[5m])']],
      ],
      [
        'Delay of the event loop, p99',
        SECONDS,
        'How late the event loop of a node is.',
        [['{{instance}}', 'nodejs_eventloop_lag_p99_seconds{job="assent"}']],
      ],
      [
        'Failed background jobs',
        COUNT,
        'Failed runs in five minutes, by task.',
        [['{{task}}', 'sum by (task) (increase(assent_background_failures_total[5m]))']],
      ],
    ],
  ],
  consent: [
    'Consent',
    [
      [
        'Prompts by step',
        PER_SECOND,
        'How many prompts are requested, viewed, granted, declined and dismissed. Counts appear once ten users are behind them.',
        [['{{step}}', 'sum by (step) (rate(assent_consent_prompts_total[5m]))']],
      ],
      [
        'Granted of viewed',
        'percentunit',
        'The share of viewed prompts that users grant, in an hour.',
        [
          [
            'granted',
            'sum(increase(assent_consent_prompts_total{step="granted"}[1h])) / sum(increase(assent_consent_prompts_total{step="viewed"}[1h]))',
          ],
        ],
      ],
      [
        'Granted of viewed, by mini program',
        'percentunit',
        'A mini program whose share falls asks for something that its users do not want.',
        [
          [
            '{{mini_program}}',
            'sum by (mini_program) (increase(assent_consent_prompts_total{step="granted"}[1h])) / sum by (mini_program) (increase(assent_consent_prompts_total{step="viewed"}[1h]))',
          ],
        ],
      ],
      [
        'Declined, by scope',
        PER_SECOND,
        'What users decline.',
        [['{{scope}}', 'sum by (scope) (rate(assent_consent_prompts_total{step="declined"}[5m]))']],
      ],
      [
        'Duration of the wallet API, p99',
        SECONDS,
        'What a wallet waits for before and after a prompt.',
        [
          [
            '{{route}}',
            'histogram_quantile(0.99, sum by (le, route) (rate(assent_http_request_duration_seconds_bucket{route=~"/wallet/.*"}[5m])))',
          ],
        ],
      ],
      [
        'Results of the wallet API',
        PER_SECOND,
        'Answers to wallets, by result code.',
        [
          [
            '{{result}}',
            'sum by (result) (rate(assent_http_request_duration_seconds_count{route=~"/wallet/.*"}[5m]))',
          ],
        ],
      ],
    ],
  ],
  deliveries: [
    'Deliveries',
    [
      [
        'Delivered',
        PER_SECOND,
        'Notifications that their recipient has acknowledged, by kind of recipient.',
        [['{{recipient}}', 'sum by (recipient) (rate(assent_notifications_delivered_total[5m]))']],
      ],
      [
        'Failed attempts',
        PER_SECOND,
        'Attempts that failed. They are repeated for three days.',
        [['{{recipient}}', 'sum by (recipient) (rate(assent_notifications_failed_total[5m]))']],
      ],
      [
        'Given up',
        COUNT,
        'Dead letters of the last day. List them with assent events list.',
        [
          [
            '{{recipient}}',
            'sum by (recipient) (increase(assent_notifications_dead_lettered_total[1d]))',
          ],
        ],
      ],
      [
        'Webhooks in flight and paused',
        COUNT,
        'Attempts that are being made, and webhooks that failed last.',
        [
          ['{{instance}} in flight', 'assent_outbound_calls_in_flight{kind="webhook"}'],
          ['{{instance}} paused', 'assent_outbound_addresses_paused{kind="webhook"}'],
        ],
      ],
    ],
  ],
  directory: [
    'Directory and outside addresses',
    [
      [
        'Calls in flight',
        COUNT,
        'By kind: the user directory, APIs behind the gateway, key sets, documents, webhooks.',
        [['{{kind}}', 'sum by (kind) (assent_outbound_calls_in_flight)']],
      ],
      [
        'Paused addresses',
        COUNT,
        'Addresses that failed last, by kind. The log names them.',
        [['{{instance}} {{kind}}', 'assent_outbound_addresses_paused']],
      ],
      [
        'Calls that were not made',
        PER_SECOND,
        'By kind and reason: too many in flight (full), or paused after failures.',
        [
          [
            '{{kind}} {{reason}}',
            'sum by (kind, reason) (rate(assent_outbound_calls_rejected_total[5m]))',
          ],
        ],
      ],
      [
        'Requests that wait',
        COUNT,
        'Requests that wait for an outside address. At most 1,536 do.',
        [['{{instance}}', 'assent_http_requests_waiting']],
      ],
      [
        'Fields that cannot be read',
        COUNT,
        'Values of the user directory that count as absent, in an hour.',
        [
          [
            '{{field}} {{reason}}',
            'sum by (field, reason) (increase(assent_directory_unreadable_fields_total[1h]))',
          ],
        ],
      ],
    ],
  ],
  keys: [
    'Keys',
    [
      [
        'Age of the current keys',
        SECONDS,
        'For how long each key has been in use. The alert AssentKeyRotationOverdue begins at a year.',
        [['{{kind}}', 'time() - max by (kind) (assent_key_active_timestamp_seconds > 0)']],
      ],
      [
        'Master key',
        COUNT,
        'The version that seals new credentials. All nodes have the same one.',
        [['{{instance}}', 'assent_master_key_version']],
      ],
      [
        'Keys that cannot be used',
        COUNT,
        'Key files and keys of the database that are not used, and why.',
        [['{{instance}} {{file}} {{reason}}', 'assent_key_file_problems']],
      ],
      [
        'Records that are not genuine',
        COUNT,
        'Rows that were changed in the database without Assent, in an hour.',
        [['{{kind}}', 'sum by (kind) (increase(assent_store_forged_records_total[1h]))']],
      ],
      [
        'Failed sign-ins of administrators',
        COUNT,
        'In ten minutes.',
        [
          [
            'administrators',
            'sum(increase(assent_failed_authentications_total{kind="administrator"}[10m]))',
          ],
        ],
      ],
    ],
  ],
  configuration: [
    'Configuration',
    [
      [
        'Nodes by version of assent.yaml',
        COUNT,
        'One line: all nodes have the same file.',
        [['{{hash}}', 'count by (hash) (assent_config_info)']],
      ],
      [
        'Age of the configuration',
        SECONDS,
        'When each node has read the file that it uses.',
        [['{{instance}}', 'time() - assent_config_loaded_timestamp_seconds']],
      ],
      [
        'Rejected, or waiting for a restart',
        COUNT,
        '1 for a node that does not use the latest file.',
        [
          ['{{instance}} rejected', 'assent_config_rejected'],
          ['{{instance}} needs a restart', 'assent_config_needs_restart'],
        ],
      ],
      [
        'Entries that are left out',
        COUNT,
        'Problems of assent.yaml whose entries are not in use.',
        [['{{instance}}', 'assent_config_issues']],
      ],
      [
        'Changes of the registry',
        COUNT,
        'The latest change that is in force on each node.',
        [['{{instance}}', 'assent_registry_sequence']],
      ],
    ],
  ],
  logs: [
    'Revocation log, registry and receipts',
    [
      [
        'Lag of the revocation log',
        SECONDS,
        'Since when a node has not read the log. Above two seconds, it checks every token in the database.',
        [['{{instance}}', 'assent_revocation_lag_seconds']],
      ],
      [
        'Revocations',
        COUNT,
        'The last line of the revocation log that each node has read.',
        [['{{instance}}', 'assent_revocation_sequence']],
      ],
      [
        'Lag of the registry',
        SECONDS,
        'Since when a node has not read the change log of the registry.',
        [['{{instance}}', 'assent_registry_lag_seconds']],
      ],
      [
        'Lag of the receipt chain',
        SECONDS,
        'Since when a node has not seen every receipt in its chain.',
        [['{{instance}}', 'assent_receipt_chain_lag_seconds']],
      ],
      [
        'Age of the last checkpoint',
        SECONDS,
        'A node writes one a minute. 0 without receiptCheckpoints.',
        [['{{instance}}', 'assent_receipt_checkpoint_lag_seconds']],
      ],
      [
        'Access log: entries not written',
        COUNT,
        "At 50,000, reads of users' data fail.",
        [['{{instance}}', 'assent_access_log_pending']],
      ],
    ],
  ],
}

const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` }
const [WIDTH, HEIGHT] = [12, 8]

function panel([title, unit, description, queries], index) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { h: HEIGHT, w: WIDTH, x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: queries.map(([legendFormat, expr], query) => ({
      refId: String.fromCharCode(65 + query),
      expr,
      legendFormat,
    })),
  }
}

function dashboard(name, [title, panels]) {
  return {
    title: `Assent: ${title}`,
    uid: `assent-${name}`,
    tags: ['assent'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    links: [{ type: 'dashboards', title: 'Assent', tags: ['assent'], asDropdown: true }],
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    panels: panels.map(panel),
  }
}

const files = Object.entries(DASHBOARDS).map(([name, content]) => [
  `${name}.json`,
  `${JSON.stringify(dashboard(name, content), null, 2)}\n`,
])
generateFiles('deploy/grafana/', Object.fromEntries(files), { isComplete: true })
