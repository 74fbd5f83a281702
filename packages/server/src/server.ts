/**
 * @module The composition root: builds the ports, mounts the faces on one Fastify server, and runs it.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { startChainer } from './audit/chainer.ts'
import { createHeadSigner } from './audit/heads.ts'
import { createClientKeys } from './client-keys.ts'
import type { LoadedConfig } from './config.ts'
import { openFileDirectory } from './directory/file.ts'
import { openHttpDirectory } from './directory/http.ts'
import { apiMatrix } from './engine/api-matrix.ts'
import type { Directory, Ports, Receipts } from './engine/ports.ts'
import { createAdmission } from './faces/admission.ts'
import { consentFace } from './faces/consent/consent-face.ts'
import { explainFace } from './faces/explain/explain-face.ts'
import { gatewayFace } from './faces/gateway/gateway-face.ts'
import { createLimits } from './faces/gateway/limits.ts'
import { createUpstreams } from './faces/gateway/upstreams.ts'
import { labFace } from './faces/lab/lab-face.ts'
import { oauthFace } from './faces/oauth/oauth-face.ts'
import { openapiFace } from './faces/openapi/openapi-face.ts'
import type { SignEvent } from './faces/openapi/operations.ts'
import { createMetrics } from './faces/ops/metrics.ts'
import { opsFace } from './faces/ops/ops-face.ts'
import { privacyFace } from './faces/privacy/privacy-face.ts'
import type { ReplySigner } from './faces/signed-message.ts'
import { walletFace } from './faces/wallet/wallet-face.ts'
import { type Archive, openArchive } from './feed/archive.ts'
import { type Follower, followLog, notingOwnRevocations } from './feed/follower.ts'
import { createNearGrants, keepingGrants, type NearGrants } from './feed/near-grants.ts'
import { createStandings } from './feed/standings.ts'
import { createFunnel } from './funnel.ts'
import { createHttpServer } from './http-server.ts'
import type { Lab } from './lab.ts'
import { type RunningLedger, startLedger } from './ledger.ts'
import { followConfig, type LiveConfig } from './live-config.ts'
import { type Deliverer, startDeliverer, wakingDeliverer } from './notifications/deliverer.ts'
import { createSender, type Sender } from './notifications/sender.ts'
import { EXPLAIN_TOOLS, explainedClient } from './registry.ts'
import { createAssertions } from './signing/assertions.ts'
import { hashSecret, isSameText } from './signing/client-secrets.ts'
import { hasher, random } from './signing/hashes.ts'
import { followKeyFolder, openKeyFolder, type PlatformKeys } from './signing/key-folder.ts'
import { createReceipts } from './signing/receipts.ts'
import { createCredentials } from './signing/sealed-credentials.ts'
import { createEventSigner } from './signing/security-events.ts'
import { createSigningThreads } from './signing/signing-threads.ts'
import { createWebTokens, type WebTokens } from './signing/web-tokens.ts'
import type { OpenStore } from './stores/open-store.ts'
import { openPostgresStore } from './stores/postgres/store.ts'
import { openSqliteStore } from './stores/sqlite/store.ts'
import { startExpirySweep, startSweep } from './sweeps.ts'

export type ServerOptions = {
  /** Epoch seconds. Replaced only by tests. */
  readonly clock?: () => number
  /** Where the log goes. Default: standard output. */
  readonly logger?: Logger
  /** Makes it a lab for developers. */
  readonly lab?: Lab
}

export type RunningServer = {
  /** `http://host:port` as it listens. */
  readonly url: string
  /** Not ready for as long as balancers need to see it; then no new connection, every request answered, store closed. */
  close(): Promise<void>
}

type Parts = {
  readonly store: OpenStore
  readonly follower: Follower
  readonly grants: NearGrants
  readonly deliverer: Deliverer
  readonly ledger: RunningLedger
  readonly receipts: Receipts
  readonly sender: Sender
  readonly webTokens: WebTokens
  readonly signEvent: SignEvent
  readonly live: LiveConfig
  readonly keys: PlatformKeys
  readonly signer: ReplySigner
  readonly clock: () => number
  readonly logger: Logger
  readonly isStopping: () => boolean
  readonly lab: Lab | undefined
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
  const follower = await followLog(
    opened,
    (error) => logger.warn({ err: error }, 'the revocation log was not read'),
    (lines) => archive?.append(lines),
  )
  closings.push(() => follower.stop())
  const grants = createNearGrants()
  let deliverer: Deliverer | undefined
  const waking = wakingDeliverer(opened, () => deliverer?.wake())
  const store = keepingGrants(notingOwnRevocations(waking, follower), grants)
  if (archive) await repeatForgotten(archive, store, follower, logger)
  const clock = options.clock ?? follower.now
  let isStopping = false
  const live = await followConfig(config, store, logger)
  closings.push(() => live.stop())
  const keys = openKeyFolder(keyFolderOf(config))
  const keyFolder = followKeyFolder(keyFolderOf(config), keys.master, (error) =>
    logger.error(
      { err: error },
      'the keys folder is not right: the keys that were read before stay',
    ),
  )
  closings.push(() => keyFolder.stop())
  const signing = createSigningThreads(keys.signing.key)
  closings.push(() => signing.stop())
  const signer: ReplySigner = { keyVersion: keys.signing.version, sign: signing.sign }
  const sender = createSender({
    allowPrivate: config.notifications?.privateAddresses ?? false,
  })
  closings.push(() => sender.close())
  const { id: keyId, key } = keys.jose
  const webTokens = createWebTokens(keys.tokens, config.issuer)
  const signEvent = createEventSigner({ key, keyId, issuer: config.issuer, clock })
  deliverer = startDeliverer({
    outbox: opened,
    sender,
    signer: { ...signer, signEvent },
    client: (number) => live.current().registry.clientsByNumber.get(number),
    logouts: {
      sender,
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
    vault: keys.vault,
    issuer: config.issuer,
  })
  const { auditHeads } = config
  const chainer = startChainer({
    store: opened,
    signHead: createHeadSigner({ key, keyId, issuer: config.issuer, clock }),
    headsFile: auditHeads === undefined ? undefined : resolve(config.folder, auditHeads),
    onError: (error) => logger.error({ err: error }, 'the receipts were not chained'),
  })
  closings.push(() => chainer.stop())
  const ledger = startLedger({
    store: opened,
    entryId: random.integer48,
    clock,
    onError: (error) => logger.error({ err: error }, 'the access ledger was not written'),
  })
  closings.push(() => ledger.stop())
  const app = await createApp(config, {
    ledger,
    receipts,
    sender,
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
    lab: options.lab,
  })
  closings.push(() => app.close())
  const keptSeconds = (config.ledgerDays ?? DEFAULT_LEDGER_DAYS) * 86_400
  const sweep = startSweep(store, clock, keptSeconds, logger)
  closings.push(() => sweep.stop())
  const expiry = startExpirySweep(
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
  { folder, revocationArchive }: LoadedConfig,
  logger: Logger,
): Promise<Archive | undefined> {
  if (revocationArchive === undefined) return undefined
  return openArchive(resolve(folder, revocationArchive), (error) =>
    logger.error({ err: error }, 'the revocation archive was not written'),
  )
}

/** What a restored store lacks is in force before this node serves. */
async function repeatForgotten(
  archive: Archive,
  store: OpenStore,
  follower: Follower,
  logger: Logger,
): Promise<void> {
  const repeated = await archive.repeatMissing(store, follower.now())
  // An authorization that is in no row any more ends no token by its row.
  for (const line of repeated) follower.revocations.add(line, line.at)
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
): Promise<OpenStore> {
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
    ledger,
    receipts,
    sender,
    webTokens,
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
  const funnel = createFunnel()
  const ports: Ports = {
    get registry() {
      return live.current().registry
    },
    store,
    ledger,
    receipts,
    funnel,
    standings: createStandings(store, follower, grants),
    credentials: createCredentials(keys.master),
    directory: lab?.beside(directory) ?? directory,
    random,
    hasher,
  }
  const assertions = createAssertions({
    key: keys.jose.key,
    keyId: keys.jose.id,
    publicKeys: keys.jose.publicKeys,
    tokens: keys.tokens,
    issuer: config.issuer,
    clock,
  })
  const faults = lab && {
    takeFault: () => lab.takeFault(),
    callersClock: () => lab.realTime(),
  }
  const admission = createAdmission()
  const metrics = createMetrics({
    feedLagSeconds: follower.lagSeconds,
    feedSequence: follower.sequence,
    underWay: admission.underWay,
    turnedAway: admission.turnedAway,
    masterKeyVersion: () => keys.master.version,
    notifications: () => deliverer.statistics,
    ledgerWaiting: ledger.waiting,
    consents: funnel.counts,
    store: () => store.statistics(),
  })
  const app = createHttpServer({ logger, metrics, admission, isStopping })
  await app.register(opsFace, {
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
  await app.register(consentFace, {
    ports,
    issuer: config.issuer,
    clock,
    icons: () => live.current().icons,
    themes: () => live.current().themes,
  })
  await app.register(privacyFace, {
    ports,
    issuer: config.issuer,
    clock,
    icons: () => live.current().icons,
    themes: () => live.current().themes,
  })
  await app.register(walletFace, {
    ports,
    signed: { callers: () => live.current().callers.wallets, signer, clock, ...faults },
    urls: {
      consent: (id) => `${config.issuer}/consent/${id}`,
      page: (id) => `${config.issuer}/privacy/open/${id}`,
    },
    issuer: config.issuer,
  })
  await app.register(oauthFace, {
    ports,
    issuer: config.issuer,
    clock,
    keys: createClientKeys(sender),
    hashSecret: (secret) => hashSecret(keys.clientSecrets, secret),
    isSameText,
    certificateHeader: config.oauth?.certificateHeader,
    registers: config.oauth?.registration ?? false,
    webTokens,
    authorizeUrl: (walletId) => authorizeUrlOf(live.current().config, walletId),
    randomText: random.text,
  })
  if (lab) await app.register(labFace, { ports, lab })
  const upstreams = createUpstreams()
  app.addHook('onClose', () => upstreams.close())
  if (config.sandbox) {
    await app.register(explainFace, {
      clientOf: (clientId) => explainedClient(live.current().config, clientId),
      tools: EXPLAIN_TOOLS,
      clock,
    })
  }
  await app.register(gatewayFace, {
    ports,
    signed: { callers: () => live.current().callers.clients, signer, clock, ...faults },
    issuer: config.issuer,
    routes: () => live.current().apiRoutes,
    upstreams,
    limits: createLimits(),
    assert: assertions.assert,
  })
  await app.register(openapiFace, {
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
