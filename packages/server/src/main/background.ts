/**
 * @module Starts the background jobs of a node: the notification dispatcher, the receipt chain writer, the access log writer and
 * the cleanup jobs.
 */
import { resolve } from 'node:path'
import { type ChainWriter, startChainWriter } from '../receipt-chain/chain-writer.ts'
import { type RunningAccessLog, startAccessLogWriter } from '../background/access-log-writer.ts'
import { startGrantExpiry, startCleanup } from '../background/cleanup.ts'
import { type Dispatcher, startDispatcher } from '../notifications/dispatcher.ts'
import { random } from '../crypto/hashes.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Resources } from './resources.ts'

const DEFAULT_LEDGER_DAYS = 365

/** Jobs that requests depend on. They stop after the last request has been answered. */
export type BackgroundJobs = {
  readonly deliverer: Dispatcher
  readonly ledger: RunningAccessLog
}

export function startBackgroundJobs(resources: Resources, lifecycle: Lifecycle): BackgroundJobs {
  const deliverer = lifecycle.use(startDispatcher(resources))
  resources.dispatch.wake = () => deliverer.wake()
  lifecycle.use(startChainWriter(resources))
  const ledger = lifecycle.use(startAccessLogWriter(resources))
  return { deliverer, ledger }
}

/** Starts the jobs that delete expired rows and end grants whose time is over. */
export function startCleanup(resources: Resources, lifecycle: Lifecycle): void {
  const { config, live, store, receipts, clock, logger } = resources
  const keptSeconds = (config.accessLogRetentionDays ?? DEFAULT_LEDGER_DAYS) * 86_400
  lifecycle.use(startCleanup(store, clock, keptSeconds, logger))
  const ports = {
    get registry() {
      return live.current().registry
    },
    store,
    receipts,
  }
  lifecycle.use(startGrantExpiry(ports, clock, logger))
}

function startDispatcher(resources: Resources): Dispatcher {
  const { database, live, sender: egress, signer, signEvent, webTokens, clock, logger } = resources
  return startDispatcher({
    outbox: database,
    egress,
    signer: { ...signer, signEvent },
    client: (number) => live.current().registry.clientsByNumber.get(number),
    logouts: {
      sender: egress,
      clientsOf: (appId) =>
        [...live.current().registry.oauthClients.values()].filter((one) => one.appId === appId),
      sign: webTokens.sign,
      clock,
    },
    clock,
    log: logger,
  })
}

function startChainWriter({ config, database, signHead, logger }: Resources): ChainWriter {
  const { folder, receiptCheckpoints } = config
  return startChainWriter({
    store: database,
    signHead,
    headsFile: receiptCheckpoints === undefined ? undefined : resolve(folder, receiptCheckpoints),
    onError: (error) => logger.error({ err: error }, 'Writing the receipt chain failed.'),
  })
}

function startAccessLogWriter({ database, clock, logger }: Resources): RunningAccessLog {
  return startAccessLogWriter({
    store: database,
    entryId: random.integer48,
    clock,
    onError: (error) => logger.error({ err: error }, 'Writing the access log failed.'),
  })
}
