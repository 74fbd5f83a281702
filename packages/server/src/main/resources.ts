/**
 * @module Opens what the server works with: the store behind its revocation caches, the configuration, the keys and the client
 * for outgoing requests.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { createJobFailures, type JobFailures } from '../background/job-failures.ts'
import type { LoadedConfig, NodeConfig } from '../config/loaded-config.ts'
import { keyFolderOf, openStore } from '../config/store.ts'
import type { Installation } from '../crypto/installation.ts'
import { createJwtSigner, type JwtSigner } from '../crypto/jwt-signer.ts'
import { openRecordKeys } from '../crypto/keys/key-encryption-key.ts'
import type { PlatformKeys } from '../crypto/keys/key-ring.ts'
import {
  followPlatformKeys,
  type PlatformKeysOptions,
  type RunningPlatformKeys,
} from '../crypto/keys/platform-keys.ts'
import { createMessageSigner } from '../crypto/message-signer.ts'
import { createForgedRecordLog, type ForgedRecordLog } from '../crypto/records/forged-records.ts'
import { createReceipts } from '../crypto/records/receipts.ts'
import { createRecordIntegrity } from '../crypto/records/record-integrity.ts'
import { createSecurityEventSigner } from '../crypto/security-event-tokens.ts'
import { type AssertionSigner, createAssertionSigner } from '../crypto/upstream-assertions.ts'
import { createEgressClient, type EgressClient } from '../egress/egress-client.ts'
import {
  createOutboundCalls,
  type RunningOutboundCalls,
  withWebhookLimits,
} from '../egress/outbound-calls.ts'
import type { MessageSigner } from '../engine/ports/message-signer.ts'
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import type { Receipts } from '../engine/store/receipts.ts'
import { StoreUnavailableError } from '../engine/store/store.ts'
import type { SignEvent } from '../http/merchant-api/event-operations.ts'
import type { TestServer } from '../http/test-server/test-server.ts'
import { withDispatch } from '../notifications/dispatcher.ts'
import { createCheckpointSigner, type SignCheckpoint } from '../receipt-chain/checkpoints.ts'
import { toNodeConfig } from '../registry/files/apply-config.ts'
import type { ConfigFile } from '../registry/files/config-file.ts'
import type { LiveRegistry } from '../registry/live-registry.ts'
import { createGrantCache, type GrantCache, withGrantCache } from '../revocation/grant-cache.ts'
import { openRevocationBackup, type RevocationBackup } from '../revocation/log-backup.ts'
import {
  type RevocationSubscriber,
  subscribeToRevocations,
  withOwnRevocations,
} from '../revocation/log-subscriber.ts'
import type { StoreHandle } from '../stores/store-handle.ts'
import type { Lifecycle } from './lifecycle.ts'
import { type ConfigLoader, openRegistry } from './registry.ts'

export type ResourceOptions = {
  readonly logger: Logger
  /** Epoch seconds. Default: the clock of the store. Replaced only by tests. */
  readonly clock?: () => number
  /** Makes it a test server for developers. */
  readonly testServer?: TestServer
  /** Reads a changed configuration file. Default: as it is. */
  readonly loadConfig?: ConfigLoader
}

/** The store as this node uses it. */
type NodeStore = {
  /** The database itself, for background jobs. */
  readonly database: StoreHandle
  /** The same, with the revocation caches in front and the dispatcher behind. */
  readonly store: StoreHandle
  readonly subscriber: RevocationSubscriber
  readonly grants: GrantCache
  /** Called for each change that has written an event. The dispatcher, which starts later, sets it. */
  readonly dispatch: { wake: () => void }
}

/** Everything that signs with the platform's keys. */
type Signers = {
  readonly signer: MessageSigner
  readonly jwtSigner: JwtSigner
  readonly signEvent: SignEvent
  readonly signCheckpoint: SignCheckpoint
  readonly receipts: Receipts
  readonly assertions: AssertionSigner
}

export type Resources = NodeStore &
  Signers & {
    readonly config: NodeConfig
    readonly live: LiveRegistry
    readonly configFile: ConfigFile
    readonly keys: PlatformKeys
    readonly keyWriter: RunningPlatformKeys['writer']
    /** Counts the rows of the database that are not genuine. */
    readonly forgedRecords: ForgedRecordLog
    /** Key files and rows that are not used. */
    readonly keyProblems: RunningPlatformKeys['problems']
    readonly jobFailures: JobFailures
    readonly egress: EgressClient
    readonly outbound: RunningOutboundCalls
    /** Epoch seconds. */
    readonly clock: () => number
    readonly logger: Logger
    readonly testServer: TestServer | undefined
  }

/** Where the failures of background jobs go. */
type Reports = Pick<Resources, 'logger' | 'jobFailures'>

/** Opens the resources in the order in which they need each other. */
export async function openResources(
  loaded: LoadedConfig,
  options: ResourceOptions,
  lifecycle: Lifecycle,
): Promise<Resources> {
  const { logger, testServer } = options
  const config = toNodeConfig(loaded)
  const forgedRecords = createForgedRecordLog(logger)
  const integrity = createRecordIntegrity(openRecordKeys(keyFolderOf(config)), forgedRecords.report)
  const jobFailures = createJobFailures()
  const nodeStore = await openNodeStore(config, integrity, { logger, jobFailures }, lifecycle)
  const clock = options.clock ?? nodeStore.subscriber.now
  const { store } = nodeStore
  const { live, configFile } = await whenAvailable(config, logger, () =>
    openRegistry(
      loaded,
      { store, log: logger, jobFailures, clock, loadConfig: options.loadConfig },
      lifecycle,
    ),
  )
  const {
    keys,
    writer: keyWriter,
    problems: keyProblems,
  } = await whenAvailable(config, logger, () =>
    followKeys(
      platformKeysOf(config, nodeStore.database, clock),
      { logger, jobFailures },
      lifecycle,
    ),
  )
  const signers = createSigners(config, nodeStore, keys, clock, lifecycle)
  const allowPrivate = config.notifications?.allowPrivateAddresses ?? false
  const outbound = createOutboundCalls(logger)
  const egress = withWebhookLimits(createEgressClient({ allowPrivate }), outbound)
  lifecycle.defer(() => egress.close())
  return {
    ...nodeStore,
    ...signers,
    forgedRecords,
    config,
    live,
    configFile,
    keys,
    keyWriter,
    keyProblems,
    jobFailures,
    egress,
    outbound,
    clock,
    logger,
    testServer,
  }
}

const DEFAULT_ENVIRONMENT = 'production'

/** What all credentials, receipts and checkpoints of this server are bound to. */
export function installationOf({
  environment = DEFAULT_ENVIRONMENT,
  issuer,
}: Pick<NodeConfig, 'environment' | 'issuer'>): Installation {
  return { environment, issuer }
}

const RETRY_DELAY_MS = 1000
const ATTEMPTS_PER_LOG_LINE = 10

/**
 * Repeats a step of the start while the database server is starting or cannot be reached yet. Other problems, such as a wrong
 * password, are errors.
 */
async function whenAvailable<T>(
  { store }: NodeConfig,
  logger: Logger,
  step: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || store.startsWith('sqlite:')) throw error
      if (attempt % ATTEMPTS_PER_LOG_LINE === 0)
        logger.warn({ err: error }, `Waiting for the database ${addressOf(store)}.`)
    }
    await sleep(RETRY_DELAY_MS)
  }
}

/** @returns the address of a database without user and password */
function addressOf(store: string): string {
  const { host, pathname } = new URL(store)
  return `${host}${pathname}`
}

async function openNodeStore(
  config: NodeConfig,
  integrity: RecordIntegrity,
  reports: Reports,
  lifecycle: Lifecycle,
): Promise<NodeStore> {
  const { logger, jobFailures } = reports
  const database = lifecycle.use(
    await whenAvailable(config, logger, () => openStore(config, { integrity, serves: true })),
  )
  const backup = await openConfiguredBackup(config, reports)
  if (backup) lifecycle.use(backup)
  const subscriber = lifecycle.use(
    await subscribeToRevocations(
      database,
      (error) => {
        jobFailures.record('revocationLog')
        logger.warn(
          { err: error },
          'Reading the revocation log failed. The node tries again; check the store.',
        )
      },
      (entries) => backup?.append(entries),
    ),
  )
  const grants = createGrantCache()
  const dispatch = { wake: () => {} }
  const dispatching = withDispatch(database, () => dispatch.wake())
  const store = withGrantCache(withOwnRevocations(dispatching, subscriber), grants)
  if (backup) await reapplyLostRevocations(backup, store, subscriber, logger)
  return { database, store, subscriber, grants, dispatch }
}

async function openConfiguredBackup(
  { folder, revocationBackup }: NodeConfig,
  { logger, jobFailures }: Reports,
): Promise<RevocationBackup | undefined> {
  if (revocationBackup === undefined) return undefined
  return openRevocationBackup(resolve(folder, revocationBackup), (error) => {
    jobFailures.record('revocationBackup')
    logger.error(
      { err: error },
      'Writing the revocation backup failed. The node tries again with the next revocation; check revocationBackup.',
    )
  })
}

/** Revocations that a restored store lacks take effect before this node serves. */
async function reapplyLostRevocations(
  backup: RevocationBackup,
  store: StoreHandle,
  subscriber: RevocationSubscriber,
  logger: Logger,
): Promise<void> {
  const entries = await backup.restoreMissing(store, subscriber.now())
  // An authorization without a row cannot be ended in the store: its tokens end through the cache.
  for (const entry of entries) subscriber.revocations.add(entry, entry.createdAt)
  if (entries.length > 0)
    logger.warn(
      { revocations: entries.length },
      'The store lacked revocations. They were reapplied from the revocation backup.',
    )
}

/** A year: few access tokens live longer, and readers of ID tokens keep them for a while. */
const TOKEN_KEY_RETENTION_SECONDS = 366 * 86_400

/** How a configuration opens the keys of its platform. @param clock epoch seconds */
export function platformKeysOf(
  config: Pick<NodeConfig, 'folder' | 'keys'>,
  store: PlatformKeysOptions['store'],
  clock: () => number = () => Math.floor(Date.now() / 1000),
): PlatformKeysOptions {
  return {
    folder: keyFolderOf(config),
    store,
    clock,
    tokenRetentionSeconds: TOKEN_KEY_RETENTION_SECONDS,
  }
}

async function followKeys(
  options: PlatformKeysOptions,
  { logger, jobFailures }: Reports,
  lifecycle: Lifecycle,
): Promise<RunningPlatformKeys> {
  const running = await followPlatformKeys(options, {
    onProblem: ({ path, reason, message }) => logger.error({ file: path, reason }, message),
    onError: (error) => {
      jobFailures.record('platformKeys')
      logger.error(
        { err: error },
        'Reading the keys of the platform failed. The node keeps the keys that it has, and tries again; check the store and the keys folder.',
      )
    },
  })
  return lifecycle.use(running)
}

function createSigners(
  config: NodeConfig,
  { database: store }: NodeStore,
  { assertion: keys, reply, tokens, userKeyEncryptionKey }: PlatformKeys,
  clock: () => number,
  lifecycle: Lifecycle,
): Signers {
  const installation = installationOf(config)
  const { issuer } = installation
  return {
    signer: lifecycle.use(createMessageSigner(reply, clock)),
    jwtSigner: createJwtSigner(tokens, issuer),
    signEvent: createSecurityEventSigner({ keys, issuer, clock }),
    signCheckpoint: createCheckpointSigner({ ...installation, signingKey: keys.current, clock }),
    receipts: createReceipts({ store, keys, userKeyEncryptionKey, installation }),
    assertions: createAssertionSigner({ keys, tokens, issuer, clock }),
  }
}
