/**
 * @module Creates the HTTP server and mounts the routes of every interface.
 */
import { basename } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { requestedChange } from '../admin-api/approved-change.ts'
import { ADMIN_API_ENDPOINTS } from '../admin-api/endpoints.ts'
import { adminApiRoutes } from '../admin-api/routes.ts'
import { findRow } from '../admin-api/table.ts'
import type { ReportingNode } from '../background/node-reports.ts'
import { sqliteFileOf } from '../config/store.ts'
import { adminApiContract } from '../contracts/admin-api.ts'
import { createContractReader } from '../contracts/contracts.ts'
import { hashSecret, isSameText } from '../crypto/client-secrets.ts'
import { publishedReplyKeys, replyKeysDocument } from '../crypto/keys/reply-keys.ts'
import { random, randomBytes } from '../crypto/random.ts'
import { createDocumentFetcher } from '../egress/outbound-calls.ts'
import { createRemoteJwks } from '../egress/remote-jwks.ts'
import { scopeApiRows } from '../engine/apis/scope-api-table.ts'
import type { AdminOptions } from '../http/admin/options.ts'
import { adminSignInRoutes } from '../http/admin/sign-in/routes.ts'
import { consentPageRoutes } from '../http/consent-page/routes.ts'
import { docsRoutes } from '../http/docs/routes.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { ENDPOINTS } from '../http/endpoints.ts'
import type { FailedAuthentications } from '../http/failed-authentications.ts'
import { createRateLimits } from '../http/gateway/rate-limits.ts'
import { gatewayRoutes } from '../http/gateway/routes.ts'
import { createUpstreamClient } from '../http/gateway/upstream-client.ts'
import type { IdentifyCaller, LoadShedder } from '../http/load-shedding.ts'
import { createMetrics, type Metrics } from '../http/management/metrics.ts'
import { createMetricsServer } from '../http/management/metrics-server.ts'
import { managementRoutes } from '../http/management/routes.ts'
import { merchantApiRoutes } from '../http/merchant-api/routes.ts'
import { createOpenRegistration } from '../http/oauth/registration/open-registration.ts'
import { oauthRoutes } from '../http/oauth/routes.ts'
import { privacyPageRoutes } from '../http/privacy-page/routes.ts'
import { createHttpServer } from '../http/server.ts'
import { signatureDiagnosticsRoutes } from '../http/signature-diagnostics/routes.ts'
import type { SigningContext, SigningParties } from '../http/signed-messages/signing-context.ts'
import { testServerRoutes } from '../http/test-server/routes.ts'
import { walletApiRoutes } from '../http/wallet-api/routes.ts'
import { createEncodingRecorder } from '../notifications/signature-encoding.ts'
import { readVersion } from '../package-root.ts'
import { DIAGNOSTIC_TOOLS } from '../registry/signing-parties.ts'
import { removeResidueInProcess } from '../stores/sqlite/residue.ts'
import { createAdminPorts, openOidcProvider, sessionLimitsOf } from './administrators.ts'
import type { BackgroundJobs } from './background.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ServerPorts } from './ports.ts'
import { listTestMiniPrograms } from './registry.ts'
import type { Resources } from './resources.ts'
import { logoutUrlOf, preparedPageOf, walletPageOf } from './wallet-pages.ts'

const TRACE_ID_BYTES = 8
const DEFAULT_ADMIN_REQUESTS_PER_MINUTE = 600

/** The admin API stands above the registry, so its table is not among those of the interfaces. */
export const ALL_ENDPOINTS: readonly Endpoint[] = [...ADMIN_API_ENDPOINTS, ...ENDPOINTS]

type Parts = {
  readonly resources: Resources
  /** This node, as its administrators see it. */
  readonly node: ReportingNode
  readonly jobs: BackgroundJobs
  readonly ports: ServerPorts
  readonly loadShedder: LoadShedder
  readonly failures: FailedAuthentications
  /** Whether the server is draining: it answers requests, and is no longer ready. */
  readonly isStopping: () => boolean
}

export type Apps = {
  /** All interfaces. */
  readonly app: FastifyInstance
  /** `GET /metrics` alone. */
  readonly metricsApp: FastifyInstance
}

export async function createApps(parts: Parts, lifecycle: Lifecycle): Promise<Apps> {
  const { loadShedder } = parts
  const metrics = createServerMetrics(parts)
  const app = createHttpServer({
    logger: parts.resources.logger,
    metrics,
    loadShedder,
    endpoints: ALL_ENDPOINTS,
    isStopping: parts.isStopping,
    newTraceId: () => randomBytes(TRACE_ID_BYTES).toString('hex'),
  })
  lifecycle.defer(() => app.close())
  const metricsApp = createMetricsServer(metrics)
  lifecycle.defer(() => metricsApp.close())
  await mountManagement(app, parts)
  await mountDocs(app, parts)
  await mountPages(app, parts)
  await mountAdministration(app, parts)
  await mountWalletApi(app, parts)
  await mountOAuth(app, parts)
  await mountDeveloperTools(app, parts)
  await mountMerchantApis(app, parts)
  return { app, metricsApp }
}

function createServerMetrics({ resources, jobs, ports, loadShedder, failures }: Parts): Metrics {
  const { subscriber, live, keys, configFile, store, outbound, forgedRecords, clock } = resources
  return createMetrics({
    version: readVersion(),
    clock,
    config: configFile.status,
    registryLagSeconds: live.log.lagSeconds,
    registrySequence: live.log.sequence,
    receiptChain: jobs.chainWriter.lag,
    jobFailures: resources.jobFailures.counts,
    keysActiveFrom: keys.activeFrom,
    revocationLagSeconds: subscriber.lagSeconds,
    revocationSequence: subscriber.sequence,
    inFlight: loadShedder.inFlight,
    failedAuthentications: failures.counts,
    waiting: loadShedder.waiting,
    shed: loadShedder.shed,
    outbound: outbound.statistics,
    masterKeyVersion: () => keys.master.version,
    keyProblems: () =>
      resources.keyProblems().map(({ path, reason }) => ({ file: basename(path), reason })),
    notifications: () => jobs.dispatcher.statistics,
    accessLogPending: jobs.accessLog.pending,
    consents: ports.funnel.counts,
    unreadableFields: ports.unreadableFields.counts,
    forgedRecords: forgedRecords.counts,
    store: () => store.statistics(),
  })
}

async function mountManagement(
  app: FastifyInstance,
  { resources, isStopping }: Parts,
): Promise<void> {
  const { assertions, keys, clock, store } = resources
  await app.register(managementRoutes, {
    jwks: assertions.jwks,
    replyKeys: () => replyKeysDocument(publishedReplyKeys(keys.reply, clock())),
    ready: async () => {
      if (isStopping()) throw new Error('The server is stopping.')
      await store.ping()
    },
  })
}

async function mountDocs(
  app: FastifyInstance,
  { resources: { config, live } }: Parts,
): Promise<void> {
  await app.register(docsRoutes, {
    readContract: createContractReader(config.issuer),
    scopeApiRows() {
      const { scopes, apis } = live.current().registry
      return scopeApiRows(scopes, [...apis.values()])
    },
  })
}

async function mountPages(
  app: FastifyInstance,
  { resources: { config, clock, live }, ports, loadShedder }: Parts,
): Promise<void> {
  const options = {
    ports,
    identify: callerOf(loadShedder, 'user'),
    issuer: config.issuer,
    clock,
    findIcon: (appId: string) => live.current().findIcon(appId),
    themes: () => live.current().themes,
  }
  await app.register(consentPageRoutes, options)
  await app.register(privacyPageRoutes, options)
}

/** Only if the operator configures how administrators sign in. */
async function mountAdministration(
  app: FastifyInstance,
  { resources, node, ports, loadShedder, failures }: Parts,
): Promise<void> {
  const { config, clock } = resources
  if (!config.administrators) return
  const admin: AdminOptions = {
    ports: {
      ...createAdminPorts(resources),
      credentials: ports.credentials,
      store: resources.store,
    },
    issuer: config.issuer,
    clock,
    limits: sessionLimitsOf(config.administrators),
    oidc: openOidcProvider(config),
    async recordFailure(request) {
      if (failures.record('administrator', '', true)) await loadShedder.delay(request)
    },
  }
  await app.register(adminSignInRoutes, admin)
  const { live, keyWriter, store } = resources
  const sqliteFile = sqliteFileOf(config)
  await app.register(adminApiRoutes, {
    admin,
    context: {
      ports,
      live,
      settings: config,
      issuer: config.issuer,
      node: { ...node, keys: keyWriter },
      async removeResidue(text) {
        if (sqliteFile !== undefined) await removeResidueInProcess(sqliteFile, text)
      },
      requestedChange: (call, approval) => requestedChange(findRow, call, approval),
    },
    requests: store,
    identify: callerOf(loadShedder, 'administrator'),
    maxRequestsPerMinute:
      config.administrators.maxRequestsPerMinute ?? DEFAULT_ADMIN_REQUESTS_PER_MINUTE,
    contract: () => adminApiContract(config.issuer),
  })
}

/** Records failed attempts to be a caller of one kind. Those beyond the limit are answered late. */
function failuresOf(
  { loadShedder, failures }: Parts,
  kind: 'wallet' | 'merchant' | 'client',
): (request: FastifyRequest, id: string, isKnown?: boolean) => Promise<boolean> {
  return async (request, id, isKnown = true) => {
    const isExcessive = failures.record(kind, id, isKnown)
    if (isExcessive) await loadShedder.delay(request)
    return isExcessive
  }
}

/** Counts requests for callers of one kind. */
function callerOf(
  { identify }: LoadShedder,
  kind: 'wallet' | 'merchant' | 'user' | 'administrator',
): IdentifyCaller {
  return (request, id) => identify(request, id === undefined ? undefined : `${kind} ${id}`)
}

async function mountWalletApi(app: FastifyInstance, parts: Parts): Promise<void> {
  const { resources, ports } = parts
  const { config, live } = resources
  await app.register(walletApiRoutes, {
    ports,
    signed: signingContext(parts, 'wallet', () => live.current().callers.wallets),
    urls: {
      consent: (id) => `${config.issuer}/consent/${id}`,
      privacy: (id, timeZone) => privacyUrl(config.issuer, id, timeZone),
    },
    issuer: config.issuer,
  })
}

function privacyUrl(issuer: string, linkId: string, timeZone: string | undefined): string {
  const query = timeZone === undefined ? '' : `?timeZone=${encodeURIComponent(timeZone)}`
  return `${issuer}/privacy/open/${linkId}${query}`
}

async function mountOAuth(app: FastifyInstance, parts: Parts): Promise<void> {
  const { resources, ports, loadShedder } = parts
  const { config, live, keys, egress, outbound, jwtSigner, clock } = resources
  const { whileWaiting } = loadShedder
  const jwks = createRemoteJwks({ egress, outbound })
  const fetchDocument = createDocumentFetcher(egress, outbound)
  const openAppId = config.oauth?.openRegistrationAppId
  await app.register(oauthRoutes, {
    ports,
    issuer: config.issuer,
    clock,
    identify: callerOf(loadShedder, 'merchant'),
    recordFailure: failuresOf(parts, 'client'),
    keys: {
      fetch: (uri, keyId) => whileWaiting(() => jwks.fetch(uri, keyId)),
      isSuspended: (key) => live.current().isSuspendedKey(key),
    },
    fetchDocument: (url) => whileWaiting(() => fetchDocument(url)),
    isDevelopment: config.notifications?.allowPrivateAddresses ?? false,
    hashSecret: (secret) => hashSecret(keys.clientSecrets, secret),
    isSameText,
    clientCertificateHeader: config.oauth?.clientCertificateHeader,
    allowsRegistration: config.oauth?.dynamicRegistration ?? false,
    openRegistration: openAppId === undefined ? undefined : createOpenRegistration(openAppId),
    redirectSchemes: config.oauth?.redirectSchemes ?? [],
    registeredClients: config.oauth?.registeredClients ?? {},
    jwtSigner,
    walletPage: (walletId) => walletPageOf(live.current().registry, walletId),
    logoutUrl: (walletId) => logoutUrlOf(live.current().registry, walletId),
    randomText: random.text,
  })
}

/** The test server's own API, and signature diagnostics: only if the operator enables them. */
async function mountDeveloperTools(
  app: FastifyInstance,
  { resources: { config, live, store, clock, testServer }, ports }: Parts,
): Promise<void> {
  const miniPrograms = () => listTestMiniPrograms(store)
  if (testServer) await app.register(testServerRoutes, { ports, testServer, miniPrograms })
  if (!config.signatureDiagnostics) return
  await app.register(signatureDiagnosticsRoutes, {
    findClient: (clientId) => live.current().findDiagnosticClient(clientId),
    tools: DIAGNOSTIC_TOOLS,
    clock,
  })
}

/** The gateway to the wallet's own APIs, and the merchant API. */
async function mountMerchantApis(app: FastifyInstance, parts: Parts): Promise<void> {
  const { resources, ports, loadShedder } = parts
  const { config, live, assertions, signEvent, outbound } = resources
  const signed: SigningContext = {
    ...signingContext(parts, 'merchant', () => live.current().callers.clients),
    onAuthenticated: recordEncodings(resources),
  }
  const { whileWaiting } = loadShedder
  const upstreamClient = createUpstreamClient({ outbound, whileWaiting })
  app.addHook('onClose', () => upstreamClient.close())
  await app.register(gatewayRoutes, {
    ports,
    signed,
    issuer: config.issuer,
    routes: () => live.current().apiRoutes,
    upstreamClient,
    rateLimits: createRateLimits(),
    signAssertion: assertions.signAssertion,
  })
  await app.register(merchantApiRoutes, {
    ports,
    signed,
    signEvent,
    walletPage: (customerBelongsTo) => preparedPageOf(live.current().registry, customerBelongsTo),
  })
}

function recordEncodings({
  database,
  live,
  logger,
}: Resources): NonNullable<SigningContext['onAuthenticated']> {
  return createEncodingRecorder({
    encodings: database,
    client: (clientId) => live.current().registry.findClient(clientId),
    onError: (error) =>
      logger.warn(
        { err: error },
        'Recording the signature encoding of a client failed. The node tries again at its next request; check the store.',
      ),
  })
}

function signingContext(
  parts: Parts,
  kind: 'wallet' | 'merchant',
  callers: () => SigningParties,
): SigningContext {
  const { signer, clock, testServer } = parts.resources
  const faults: Pick<SigningContext, 'nextFault' | 'partyClock'> | undefined = testServer && {
    nextFault: () => testServer.nextFault(),
    partyClock: () => testServer.realTime(),
  }
  const identify = callerOf(parts.loadShedder, kind)
  return { callers, identify, recordFailure: failuresOf(parts, kind), signer, clock, ...faults }
}
