/**
 * @module The schema of the options of a node: addresses, files, logs and outgoing requests.
 */
import Type from 'typebox'
import { closed, oneOf } from './fields.ts'

const ListenSchema = closed(
  {
    host: Type.Optional(
      Type.String({ description: 'The address to listen on. Default 127.0.0.1.' }),
    ),
    drainSeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 120,
        description:
          'After SIGTERM, how long /readyz fails while requests are still served, so that the load balancer drains the node first. Default 0.',
      }),
    ),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65535,
        description: 'The port to listen on; 0 picks a free port. Default 7300.',
      }),
    ),
    metrics: Type.Optional(
      closed(
        {
          host: Type.Optional(
            Type.String({ description: 'The address of the metrics. Default 127.0.0.1.' }),
          ),
          port: Type.Integer({
            minimum: 0,
            maximum: 65535,
            description:
              'The port of GET /metrics. The other workers of a node use the ports after it; 0 picks free ports.',
          }),
        },
        { description: 'The listener of GET /metrics.' },
      ),
    ),
  },
  { description: 'Where the server listens.' },
)

const NotificationsSchema = closed(
  {
    allowPrivateAddresses: Type.Optional(
      Type.Boolean({
        description:
          'Whether notifications may be sent over http and to private networks. For development only. Default false.',
      }),
    ),
  },
  { description: 'Requests to the addresses of clients.' },
)

/** Options that a node reads when it starts. */
export const NODE_OPTIONS = {
  issuer: Type.String({ description: 'The public URL of this server: an origin without a path.' }),
  environment: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
      description:
        'The name of this installation, such as staging. Credentials, receipts and checkpoints are bound to it: no installation with another name accepts them, even with the same keys. Never change it in production: every login would end. Default production.',
    }),
  ),
  listen: Type.Optional(ListenSchema),
  store: Type.String({
    pattern: '^(sqlite:.+|postgres(ql)?://.+)$',
    description: 'sqlite:PATH, or postgres://USER@HOST/DATABASE to run more than one node.',
  }),
  keys: Type.Optional(
    Type.String({
      description: 'The folder of the key files. The first start creates it. Default: keys.',
    }),
  ),
  revocationBackup: Type.Optional(
    Type.String({
      description:
        'A file that receives a copy of every revocation. Put it on another disk than the database: revocations missing from a restored database are reapplied from it.',
    }),
  ),
  receiptCheckpoints: Type.Optional(
    Type.String({
      description:
        'A file that receives signed checkpoints of the receipt chains every minute, for assent audit verify. Put it on storage that database administrators cannot write to.',
    }),
  ),
  notifications: Type.Optional(NotificationsSchema),
  accessLogRetentionDays: Type.Optional(
    Type.Integer({
      minimum: 180,
      maximum: 3650,
      description:
        'How many days the access log is kept. At least 180, because grants expire after 180 days without use. Default 365.',
    }),
  ),
  signatureDiagnostics: Type.Optional(
    Type.Boolean({
      description:
        'Whether POST /signature-diagnostics tells developers why a signature is invalid. Do not enable it in production. Default false.',
    }),
  ),
  maxFailedAuthentications: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'How many failed authentications per client or wallet and minute a node answers at once. Further ones are answered late, with 429 or RATE_LIMITED. Default 60.',
    }),
  ),
  logLevel: Type.Optional(
    oneOf(
      ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
      'The lowest level of log lines that are written. Default info.',
    ),
  ),
}
