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
}

export function startBackgroundJobs(resources: Resources, lifecycle: Lifecycle): BackgroundJobs {
  const dispatcher = lifecycle.use(dispatchNotifications(resources))
  resources.dispatch.wake = () => dispatcher.wake()
  lifecycle.use(writeReceiptChain(resources))
  const accessLog = lifecycle.use(writeAccessLog(resources))
  return { dispatcher, accessLog }
}

/** Starts the jobs that delete expired rows and end grants whose time is over. */
export function startCleanupJobs(resources: Resources, lifecycle: Lifecycle): void {
  const { config, live, store, receipts, clock, logger } = resources
  const retentionSeconds =
    (config.accessLogRetentionDays ?? DEFAULT_ACCESS_LOG_RETENTION_DAYS) * 86_400
  lifecycle.use(startCleanup(store, clock, retentionSeconds, logger))
  const ports = {
    get registry() {
      return live.current().registry
    },
    store,
    receipts,
  }
  lifecycle.use(startGrantExpiry(ports, clock, logger))
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

function writeReceiptChain({ config, database, signCheckpoint, logger }: Resources): ChainWriter {
  const { folder, receiptCheckpoints } = config
  return startChainWriter({
    store: database,
    signCheckpoint,
    checkpointsFile: receiptCheckpoints && resolve(folder, receiptCheckpoints),
    onError: (error) =>
      logger.error(
        { err: error },
        'Writing the receipt chain or its checkpoints failed. The node tries again; check the store and receiptCheckpoints.',
      ),
  })
}

function writeAccessLog({ database, clock, logger }: Resources): RunningAccessLog {
  return startAccessLogWriter({
    store: database,
    entryId: random.integer48,
    clock,
    onError: (error) =>
      logger.error(
        { err: error },
        'Writing the access log failed. The node tries again; check the store.',
      ),
  })
}
