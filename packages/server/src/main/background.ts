/**
 * @module Starts the background jobs of a node: the notification dispatcher, the receipt chain writer, the access log writer and
 * the cleanup jobs.
 */
import { resolve } from 'node:path'
import { type RunningAccessLog, startAccessLogWriter } from '../background/access-log-writer.ts'
import { startCleanup, startGrantExpiry } from '../background/cleanup.ts'
import { random } from '../crypto/random.ts'
import { type Dispatcher, startDispatcher } from '../notifications/dispatcher.ts'
import { type ChainWriter, startChainWriter } from '../receipt-chain/chain-writer.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Resources } from './resources.ts'

const DEFAULT_ACCESS_LOG_RETENTION_DAYS = 365

/** Jobs that requests depend on. They stop after the last response. */
export type BackgroundJobs = {
  readonly dispatcher: Dispatcher
  readonly accessLog: RunningAccessLog
  readonly chainWriter: ChainWriter
}

export function startBackgroundJobs(resources: Resources, lifecycle: Lifecycle): BackgroundJobs {
  const dispatcher = lifecycle.use(dispatchNotifications(resources))
  resources.dispatch.wake = () => dispatcher.wake()
  const chainWriter = lifecycle.use(writeReceiptChain(resources))
  const accessLog = lifecycle.use(writeAccessLog(resources))
  return { dispatcher, accessLog, chainWriter }
}

/** Starts the jobs that delete expired rows and end grants whose time is over. */
export function startCleanupJobs(resources: Resources, lifecycle: Lifecycle): void {
  const { config, live, store, receipts, clock } = resources
  const retentionSeconds =
    (config.accessLogRetentionDays ?? DEFAULT_ACCESS_LOG_RETENTION_DAYS) * 86_400
  const onCleanupError = errorReporter(
    resources,
    'cleanup',
    'Deleting expired rows failed. The node tries again in 10 seconds.',
  )
  lifecycle.use(startCleanup(store, clock, retentionSeconds, onCleanupError))
  const ports = {
    get registry() {
      return live.current().registry
    },
    store,
    receipts,
  }
  const onExpiryError = errorReporter(
    resources,
    'grantExpiry',
    'Ending expired grants failed. The node tries again in 2 seconds.',
  )
  lifecycle.use(startGrantExpiry(ports, clock, onExpiryError))
}

/** Logs the failures of a job, and counts them. @param message says what failed, and what happens next */
function errorReporter(
  { logger, jobFailures }: Pick<Resources, 'logger' | 'jobFailures'>,
  job: Parameters<Resources['jobFailures']['record']>[0],
  message: string,
): (error: unknown) => void {
  return (error) => {
    jobFailures.record(job)
    logger.error({ err: error }, message)
  }
}

function dispatchNotifications(resources: Resources): Dispatcher {
  const { database, live, egress, signer, signEvent, jwtSigner, clock, logger } = resources
  const registry = () => live.current().registry
  return startDispatcher({
    outbox: database,
    encodings: database,
    webhookClient: egress,
    signer: { sign: signer.sign, signEvent },
    client: (number) => registry().findClientByNumber(number),
    oauthClient: async (clientId) =>
      (await registry().findOAuthClient(clientId)) ??
      (await database.readRegisteredClient(clientId))?.client,
    oauthClientsOf: async (appId) => [
      ...(await registry().listOAuthClients(appId)),
      ...(await database.listLogoutClients(appId)),
    ],
    sign: jwtSigner.sign,
    randomText: random.text,
    clock,
    log: logger,
  })
}

function writeReceiptChain(resources: Resources): ChainWriter {
  const { config, database, signCheckpoint } = resources
  const { folder, receiptCheckpoints } = config
  return startChainWriter({
    store: database,
    signCheckpoint,
    checkpointsFile: receiptCheckpoints && resolve(folder, receiptCheckpoints),
    onError: errorReporter(
      resources,
      'receiptChain',
      'Writing the receipt chain or its checkpoints failed. The node tries again; check the store and receiptCheckpoints.',
    ),
  })
}

function writeAccessLog(resources: Resources): RunningAccessLog {
  const { database, clock } = resources
  return startAccessLogWriter({
    store: database,
    entryId: random.integer48,
    clock,
    onError: errorReporter(
      resources,
      'accessLog',
      'Writing the access log failed. The node tries again; check the store.',
    ),
  })
}
