/**
 * @module The composition root: builds the ports, mounts the faces on one Fastify server, and runs it.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { type RunningAccessLog, startAccessLogWriter } from '../background/access-log-writer.ts'
import { startCleanup, startGrantExpiry } from '../background/cleanup.ts'
import type { LoadedConfig } from '../config/load.ts'
import { DIAGNOSTIC_TOOLS, diagnosticClient } from '../config/registry.ts'
import { type ReloadableConfig, watchConfig } from '../config/reload.ts'
import { hashSecret, isSameText } from '../crypto/client-secrets.ts'
import { hasher, random } from '../crypto/hashes.ts'
import { createJwtSigner, type JwtSigner } from '../crypto/jwt-signer.ts'
import { openKeyStore, type PlatformKeys, watchKeyStore } from '../crypto/keys/key-store.ts'
import { createReceipts } from '../crypto/receipts.ts'
import { createSealedCredentials } from '../crypto/sealed-credentials.ts'
import { createSecurityEventSigner } from '../crypto/security-event-tokens.ts'
import { createSigningWorkerPool } from '../crypto/signing-worker-pool.ts'
import { createAssertionSigner } from '../crypto/upstream-assertions.ts'
import { openFileDirectory } from '../directory/file.ts'
import { openHttpDirectory } from '../directory/http.ts'
import { createEgressClient, type EgressClient } from '../egress/egress-client.ts'
import { createRemoteJwks } from '../egress/remote-jwks.ts'
import { apiMatrix } from '../engine/apis/scope-api-table.ts'
import type { Directory, Ports, Receipts } from '../engine/ports.ts'
import { consentPageRoutes } from '../http/consent-page/routes.ts'
import { createRateLimits } from '../http/gateway/rate-limits.ts'
import { gatewayRoutes } from '../http/gateway/routes.ts'
import { createUpstreamClient } from '../http/gateway/upstream-client.ts'
import { createLoadShedder } from '../http/load-shedding.ts'
import { createConsentFunnel } from '../http/management/consent-funnel.ts'
import { createMetrics } from '../http/management/metrics.ts'
import { managementRoutes } from '../http/management/routes.ts'
import type { SignEvent } from '../http/merchant-api/operations.ts'
import { merchantApiRoutes } from '../http/merchant-api/routes.ts'
import { oauthRoutes } from '../http/oauth/routes.ts'
import { privacyPageRoutes } from '../http/privacy-page/routes.ts'
import { createHttpServer } from '../http/server.ts'
import { signatureDiagnosticsRoutes } from '../http/signature-diagnostics/routes.ts'
import type { ReplySigner } from '../http/signed-message.ts'
import { testServerRoutes } from '../http/test-server/routes.ts'
import type { TestServer } from '../http/test-server/test-server.ts'
import { walletApiRoutes } from '../http/wallet-api/routes.ts'
import { type Dispatcher, startDispatcher, withDispatch } from '../notifications/dispatcher.ts'
import { startChainWriter } from '../receipt-chain/chain-writer.ts'
import { createCheckpointSigner } from '../receipt-chain/checkpoints.ts'
import { createCredentialStatusReader } from '../revocation/credential-status.ts'
import { createGrantCache, type GrantCache, withGrantCache } from '../revocation/grant-cache.ts'
import { openRevocationBackup, type RevocationBackup } from '../revocation/log-backup.ts'
import {
  type RevocationSubscriber,
  subscribeToRevocations,
  withOwnRevocations,
} from '../revocation/log-subscriber.ts'
import { openPostgresStore } from '../stores/postgres/store.ts'
import { openSqliteStore } from '../stores/sqlite/store.ts'
import type { StoreHandle } from '../stores/store-handle.ts'

export type ServerOptions = {
  /** Epoch seconds. Replaced only by tests. */
  readonly clock?: () => number
  /** Where the log goes. Default: standard output. */
  readonly logger?: Logger
  /** Makes it a lab for developers. */
  readonly testServer?: TestServer
}

export type RunningServer = {
  /** `http://host:port` as it listens. */
  readonly url: string
  /** Not ready for as long as balancers need to see it; then no new connection, every request answered, store closed. */
  close(): Promise<void>
}

type Parts = {
  readonly store: StoreHandle
  readonly follower: RevocationSubscriber
  readonly grants: GrantCache
  readonly deliverer: Dispatcher
  readonly ledger: RunningAccessLog
  readonly receipts: Receipts
  readonly sender: EgressClient
  readonly webTokens: JwtSigner
  readonly signEvent: SignEvent
  readonly live: ReloadableConfig
  readonly keys: PlatformKeys
  readonly signer: ReplySigner
  readonly clock: () => number
  readonly logger: Logger
  readonly isStopping: () => boolean
  readonly lab: TestServer | undefined
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 7300
const DEFAULT_DIRECTORY_TIMEOUT_SECONDS = 2
const DEFAULT_LEDGER_DAYS = 365

/** Starts everything that a configuration names; when a part does not start, nothing stays open. */
export async function startServer(
  config: LoadedConfig,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const closings: Closing[] = []
  try {
    return await open(config, options, closings)
  } catch (error) {
    await closeInReverse(closings)
    throw error
  }
}

async function open(
  config: LoadedConfig,
  options: ServerOptions,
  closings: Closing[],
): Promise<RunningServer> {
  const logger = options.logger ?? pino({ level: config.logLevel ?? 'info' })
  const opened = await openStore(config, { serves: true })
  closings.push(() => opened.close())
  const archive = await openRevocationArchive(config, logger)
  if (archive) closings.push(() => archive.close())
  const follower = await subscribeToRevocations(
    opened,
    (error) => logger.warn({ err: error }, 'the revocation log was not read'),
    (lines) => archive?.append(lines),
  )
  closings.push(() => follower.stop())
  const grants = createGrantCache()
  let deliverer: Dispatcher | undefined
  const waking = withDispatch(opened, () => deliverer?.wake())
  const store = withGrantCache(withOwnRevocations(waking, follower), grants)
  if (archive) await reapplyLostRevocations(archive, store, follower, logger)
  const clock = options.clock ?? follower.now
  let isStopping = false
  const live = await watchConfig(config, store, logger)
  closings.push(() => live.stop())
  const keys = openKeyStore(keyFolderOf(config))
  const keyFolder = watchKeyStore(keyFolderOf(config), keys.master, (error) =>
    logger.error(
      { err: error },
      'the keys folder is not right: the keys that were read before stay',
    ),
  )
  closings.push(() => keyFolder.stop())
  const signing = createSigningWorkerPool(keys.reply.key)
  closings.push(() => signing.stop())
  const signer: ReplySigner = { keyVersion: keys.reply.version, sign: signing.sign }
  const egress = createEgressClient({
    allowPrivate: config.notifications?.allowPrivateAddresses ?? false,
  })
  closings.push(() => egress.close())
  const { id: keyId, key } = keys.assertion
  const webTokens = createJwtSigner(keys.tokens, config.issuer)
  const signEvent = createSecurityEventSigner({ key, keyId, issuer: config.issuer, clock })
  deliverer = startDispatcher({
    outbox: opened,
    egress,
    signer: { ...signer, signEvent },
    client: (number) => live.current().registry.clientsByNumber.get(number),
    logouts: {
      egress,
      clientsOf: (appId) =>
        [...live.current().registry.oauthClients.values()].filter((one) => one.appId === appId),
      sign: webTokens.sign,
      clock,
    },
    clock,
    log: logger,
  })
  closings.push(() => deliverer?.stop())
  const receipts = createReceipts({
    store: opened,
    key,
    keyId,
    vault: keys.userKeyEncryptionKey,
    issuer: config.issuer,
  })
  const { receiptCheckpoints } = config
  const chainer = startChainWriter({
    store: opened,
    signHead: createCheckpointSigner({ key, keyId, issuer: config.issuer, clock }),
    headsFile:
      receiptCheckpoints === undefined ? undefined : resolve(config.folder, receiptCheckpoints),
    onError: (error) => logger.error({ err: error }, 'the receipts were not chained'),
  })
  closings.push(() => chainer.stop())
  const ledger = startAccessLogWriter({
    store: opened,
    entryId: random.integer48,
    clock,
    onError: (error) => logger.error({ err: error }, 'the access ledger was not written'),
  })
  closings.push(() => ledger.stop())
  const app = await createApp(config, {
    ledger,
    receipts,
    sender: egress,
    webTokens,
    deliverer,
    signEvent,
    store,
    follower,
    grants,
    live,
    keys,
    signer,
    clock,
    logger,
    isStopping: () => isStopping,
    lab: options.testServer,
  })
  closings.push(() => app.close())
  const keptSeconds = (config.accessLogRetentionDays ?? DEFAULT_LEDGER_DAYS) * 86_400
  const sweep = startCleanup(store, clock, keptSeconds, logger)
  closings.push(() => sweep.stop())
  const expiry = startGrantExpiry(
    {
      get registry() {
        return live.current().registry
      },
      store,
      receipts,
    },
    clock,
    logger,
  )
  closings.push(() => expiry.stop())
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, drainSeconds = 0 } = config.listen ?? {}
  const url = await app.listen({ host, port })
  return {
    url,
    async close() {
      isStopping = true
      await sleep(drainSeconds * 1000)
      await closeInReverse(closings)
    },
  }
}

async function openRevocationArchive(
  { folder, revocationBackup }: LoadedConfig,
  logger: Logger,
): Promise<RevocationBackup | undefined> {
  if (revocationBackup === undefined) return undefined
  return openRevocationBackup(resolve(folder, revocationBackup), (error) =>
    logger.error({ err: error }, 'the revocation archive was not written'),
  )
}

/** What a restored store lacks is in force before this node serves. */
async function reapplyLostRevocations(
  archive: RevocationBackup,
  store: StoreHandle,
  follower: RevocationSubscriber,
  logger: Logger,
): Promise<void> {
  const repeated = await archive.restoreMissing(store, follower.now())
  // An authorization that is in no row any more ends no token by its row.
  for (const line of repeated) follower.revocations.add(line, line.createdAt)
  if (repeated.length > 0)
    logger.warn(
      { revocations: repeated.length },
      'the store had forgotten revocations: they were repeated from the archive',
    )
}

type Closing = () => Promise<void> | void

async function closeInReverse(closings: readonly Closing[]): Promise<void> {
  for (const close of closings.toReversed()) await close()
}

/** The store that the configuration names, migrated. */
export async function openStore(
  { store, folder }: LoadedConfig,
  options: { readonly serves?: boolean } = {},
): Promise<StoreHandle> {
  return store.startsWith('sqlite:')
    ? openSqliteStore(resolve(folder, store.slice('sqlite:'.length)), options)
    : openPostgresStore(store)
}

export function keyFolderOf(config: LoadedConfig): string {
  return resolve(config.folder, config.keys ?? 'keys')
}

async function createApp(
  config: LoadedConfig,
  {
    store,
    follower,
    grants,
    deliverer,
    ledger: accessLog,
    receipts,
    sender,
    webTokens: jwtSigner,
    signEvent,
    live,
    keys,
    signer,
    clock,
    logger,
    isStopping,
    lab,
  }: Parts,
): Promise<FastifyInstance> {
  const directory = openDirectory(config, signer, clock)
  const funnel = createConsentFunnel()
  const ports: Ports = {
    get registry() {
      return live.current().registry
    },
    store,
    accessLog,
    receipts,
    funnel,
    credentialStatus: createCredentialStatusReader(store, follower, grants),
    credentials: createSealedCredentials(keys.master),
    directory: lab?.withTestUsers(directory) ?? directory,
    random,
    hasher,
  }
  const assertions = createAssertionSigner({
    key: keys.assertion.key,
    keyId: keys.assertion.id,
    publicKeys: keys.assertion.publicKeys,
    tokens: keys.tokens,
    issuer: config.issuer,
    clock,
  })
  const faults = lab && {
    takeFault: () => lab.nextFault(),
    callersClock: () => lab.realTime(),
  }
  const admission = createLoadShedder()
  const metrics = createMetrics({
    revocationLagSeconds: follower.lagSeconds,
    revocationSequence: follower.sequence,
    inFlight: admission.inFlight,
    shed: admission.shed,
    masterKeyVersion: () => keys.master.version,
    notifications: () => deliverer.statistics,
    accessLogPending: accessLog.waiting,
    consents: funnel.counts,
    store: () => store.statistics(),
  })
  const app = createHttpServer({ logger, metrics, admission, isStopping })
  await app.register(managementRoutes, {
    metrics,
    jwks: assertions.jwks,
    matrix() {
      const { scopes, apis } = live.current().registry
      return apiMatrix(scopes, [...apis.values()])
    },
    ready: async () => {
      if (isStopping()) throw new Error('stopping')
      await store.ping()
    },
  })
  await app.register(consentPageRoutes, {
    ports,
    issuer: config.issuer,
    clock,
    icons: () => live.current().icons,
    themes: () => live.current().themes,
  })
  await app.register(privacyPageRoutes, {
    ports,
    issuer: config.issuer,
    clock,
    icons: () => live.current().icons,
    themes: () => live.current().themes,
  })
  await app.register(walletApiRoutes, {
    ports,
    signed: { callers: () => live.current().callers.wallets, signer, clock, ...faults },
    urls: {
      consent: (id) => `${config.issuer}/consent/${id}`,
      privacy: (id) => `${config.issuer}/privacy/open/${id}`,
    },
    issuer: config.issuer,
  })
  await app.register(oauthRoutes, {
    ports,
    issuer: config.issuer,
    clock,
    keys: createRemoteJwks(sender),
    hashSecret: (secret) => hashSecret(keys.clientSecrets, secret),
    isSameText,
    clientCertificateHeader: config.oauth?.clientCertificateHeader,
    allowsRegistration: config.oauth?.dynamicRegistration ?? false,
    jwtSigner,
    authorizeUrl: (walletId) => authorizeUrlOf(live.current().config, walletId),
    randomText: random.text,
  })
  if (lab) await app.register(testServerRoutes, { ports, lab })
  const upstreams = createUpstreamClient()
  app.addHook('onClose', () => upstreams.close())
  if (config.signatureDiagnostics) {
    await app.register(signatureDiagnosticsRoutes, {
      clientOf: (clientId) => diagnosticClient(live.current().config, clientId),
      tools: DIAGNOSTIC_TOOLS,
      clock,
    })
  }
  await app.register(gatewayRoutes, {
    ports,
    signed: { callers: () => live.current().callers.clients, signer, clock, ...faults },
    issuer: config.issuer,
    routes: () => live.current().apiRoutes,
    upstreams,
    limits: createRateLimits(),
    assert: assertions.signAssertion,
  })
  await app.register(merchantApiRoutes, {
    ports,
    signed: { callers: () => live.current().callers.clients, signer, clock, ...faults },
    signEvent,
    authUrl: (authRequest, customerBelongsTo) =>
      authUrlOf(live.current().config, authRequest, customerBelongsTo),
  })
  return app
}

function openDirectory(config: LoadedConfig, signer: ReplySigner, clock: () => number): Directory {
  const { directory, issuer } = config
  if (directory.kind === 'file') return openFileDirectory(resolve(config.folder, directory.path))
  const { url, timeoutSeconds = DEFAULT_DIRECTORY_TIMEOUT_SECONDS } = directory
  return openHttpDirectory({ url, timeoutSeconds, issuer, clock, ...signer })
}

/** The page of this wallet, or of the first that has one. */
function authorizeUrlOf(
  { wallets }: LoadedConfig,
  walletId: string | undefined,
): string | undefined {
  const asked = wallets.filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId))
  return asked.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.authorizeUrl
}

/** The page of the wallet that `customerBelongsTo` names, or of the first that has one. */
function authUrlOf(
  { wallets }: LoadedConfig,
  authRequest: string,
  customerBelongsTo: string | undefined,
): string | undefined {
  const named = wallets.filter(
    (wallet) =>
      customerBelongsTo === undefined ||
      customerBelongsTo.toUpperCase() ===
        (wallet.customerBelongsTo ?? wallet.walletId).toUpperCase(),
  )
  const page = named.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.authorizeUrl
  if (page === undefined) return undefined
  const url = new URL(page)
  url.searchParams.set('authRequest', authRequest)
  return url.href
}
