/**
 * @module Builds the registry of the engine, the routes of the gateway and the keys of callers from the configuration.
 */
import { createHash, type KeyObject } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CONSENT_DURATIONS, type ConsentDuration } from '@assent/protocol'
import { readPublicKey } from '../crypto/keys/public-keys.ts'
import { verifyMessage } from '../crypto/message-signature.ts'
import { isPss, recoverDigest, signatureLength } from '../crypto/rsa-digest-recovery.ts'
import type {
  Api,
  Catalog,
  Client,
  MiniProgram,
  Purpose,
  Registry,
  ScopeEntry,
  Sensitivity,
  Wallet,
} from '../engine/registry.ts'
import { STANDARD_SCOPES } from '../engine/standard-scopes.ts'
import type { Store } from '../engine/store/store.ts'
import { type ApiRoute, type ApiRoutes, createApiRoutes } from '../http/gateway/api-routes.ts'
import {
  DEFAULT_ACCESS_TOKEN_FIELD,
  DEFAULT_REQUEST_ID_FIELD,
} from '../http/gateway/body-fields.ts'
import type { DiagnosticClient } from '../http/signature-diagnostics/diagnose.ts'
import type { DiagnosticTools } from '../http/signature-diagnostics/diagnosis.ts'
import type {
  SigningParties,
  SigningParty,
  Verifier,
} from '../http/signed-messages/signing-context.ts'
import { iconUrl } from './appearance/icons.ts'
import { DEFAULT_ACCESS_TOKEN_SECONDS, DEFAULT_REFRESH_TOKEN_SECONDS } from './load.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { toOAuthClient } from './oauth-clients.ts'
import { registryOfRecords } from './registry-of-records.ts'

const DEFAULT_REQUEST_TIME_TOLERANCE_SECONDS = 120
const DEFAULT_UPSTREAM_TIMEOUT_SECONDS = 2
const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024
const DEFAULT_MAX_CONCURRENCY = 64

export async function buildRegistry(
  config: LoadedConfig,
  store: Pick<Store, 'internClient'>,
): Promise<Registry> {
  const clients = await Promise.all(
    config.clients.map(async (client) =>
      toClient(client, await store.internClient(client.clientId)),
    ),
  )
  return registryOfRecords(toCatalog(config), {
    clients,
    miniPrograms: config.clients.flatMap(({ clientId, miniPrograms }) =>
      miniPrograms.map((miniProgram) => toMiniProgram(miniProgram, clientId, config.issuer)),
    ),
    oauthClients: config.clients.flatMap(({ oauth = [] }) => oauth.map(toOAuthClient)),
  })
}

function toCatalog(config: LoadedConfig): Catalog {
  return {
    scopes: mergeScopes(config),
    wallets: new Map(config.wallets.map((wallet) => [wallet.walletId, toWallet(wallet)])),
    apis: new Map((config.apis ?? []).map((api) => [api.name, toApi(api)])),
    consentDurations: consentDurationsOf(config),
  }
}

const DEFAULT_CONSENT_DURATIONS: Registry['consentDurations'] = {
  basic: CONSENT_DURATIONS,
  sensitive: CONSENT_DURATIONS,
  restricted: ['once', '30d'],
}

function consentDurationsOf({ consentDurations }: LoadedConfig): Registry['consentDurations'] {
  const offered = (sensitivity: Sensitivity): readonly ConsentDuration[] =>
    CONSENT_DURATIONS.filter((one) =>
      (consentDurations?.[sensitivity] ?? DEFAULT_CONSENT_DURATIONS[sensitivity]).includes(one),
    )
  return {
    basic: offered('basic'),
    sensitive: offered('sensitive'),
    restricted: offered('restricted'),
  }
}

/** The routes of the gateway to the APIs of the wallet. */
export function buildApiRoutes(config: LoadedConfig): ApiRoutes {
  return createApiRoutes(
    (config.apis ?? []).map((api) => ({
      ...upstreamOf(api.upstream),
      key: JSON.stringify(api),
      name: api.name,
      method: api.method ?? 'POST',
      paths: api.paths,
      requiresRequestId: api.requiresRequestId ?? false,
      accessTokenField: api.accessTokenField ?? DEFAULT_ACCESS_TOKEN_FIELD,
      requestIdField: api.requestIdField ?? DEFAULT_REQUEST_ID_FIELD,
      allowBearer: api.allowBearer ?? false,
      query: api.query ?? [],
      perClient: api.limits?.perClient,
      perUser: api.limits?.perUser,
      timeoutSeconds: api.timeoutSeconds ?? DEFAULT_UPSTREAM_TIMEOUT_SECONDS,
      maxResponseBytes: api.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
      maxConcurrency: api.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
    })),
  )
}

/** The path is read from the text, because `URL` would escape the braces of parameters. */
function upstreamOf(upstream: string): Pick<ApiRoute, 'origin' | 'upstreamPath'> {
  const { origin } = new URL(upstream)
  const path = upstream.replace(/^[a-z]+:\/\/[^/]*/, '')
  return { origin, upstreamPath: path || '/' }
}

export function toApi(api: NonNullable<LoadedConfig['apis']>[number]): Api {
  return {
    name: api.name,
    scopes: api.scopes,
    scopeMatch: api.scopeMatch ?? 'any',
    sensitivity: api.sensitivity ?? 'basic',
    ...(api.fields && { fields: api.fields }),
  }
}

const CLIENTS_PER_TURN = 50

/** The parties that sign requests, with their keys: clients for the merchant API, wallets for the wallet API. */
export async function buildCallers(
  config: LoadedConfig,
): Promise<{ readonly clients: SigningParties; readonly wallets: SigningParties }> {
  const caller = (keys: readonly Key[], tolerance?: number): SigningParty => ({
    keys: new Map(
      keys.map(({ version, publicKey }) => [version, verifier(publicKey, config.folder)]),
    ),
    requestTimeToleranceSeconds: tolerance ?? DEFAULT_REQUEST_TIME_TOLERANCE_SECONDS,
  })
  const clients = new Map<string, SigningParty>()
  for (const { clientId, keys, requestTimeToleranceSeconds } of config.clients) {
    clients.set(clientId, caller(keys, requestTimeToleranceSeconds))
    // Reading thousands of keys takes long. Requests are served in between.
    if (clients.size % CLIENTS_PER_TURN === 0) await nextTurn()
  }
  const wallets = new Map(config.wallets.map(({ walletId, keys }) => [walletId, caller(keys)]))
  return {
    clients: { findParty: (clientId) => clients.get(clientId) },
    wallets: { findParty: (walletId) => wallets.get(walletId) },
  }
}

/** The keys and time tolerance of a client, for signature diagnostics. */
export function diagnosticClient(
  config: LoadedConfig,
  clientId: string,
): DiagnosticClient | undefined {
  const client = config.clients.find((one) => one.clientId === clientId)
  return (
    client && {
      keys: new Map(
        client.keys.map(({ version, publicKey }) => [
          version,
          readPublicKey(publicKey, config.folder),
        ]),
      ),
      toleranceSeconds:
        client.requestTimeToleranceSeconds ?? DEFAULT_REQUEST_TIME_TOLERANCE_SECONDS,
    }
  )
}

/** The cryptographic functions that signature diagnostics need. */
export const DIAGNOSTIC_TOOLS: Omit<DiagnosticTools, 'pause'> = {
  sha256: (content) => createHash('sha256').update(content).digest(),
  recover: (key, signature) => recoverDigest(key as KeyObject, signature),
  isPss: (key, content, signature) => isPss(key as KeyObject, content, signature),
  signatureLength: (key) => signatureLength(key as KeyObject),
}

type Key = { readonly version: number; readonly publicKey: string }

function verifier(publicKey: string, folder: string): Verifier {
  const key = readPublicKey(publicKey, folder)
  return (prefix, body, base64) => verifyMessage(key, prefix, body, base64)
}

function toClient(client: LoadedConfig['clients'][number], number: number): Client {
  const accessTokenLifetimeSeconds =
    client.accessTokenLifetimeSeconds ?? DEFAULT_ACCESS_TOKEN_SECONDS
  return {
    clientId: client.clientId,
    number,
    name: client.name,
    ...definedOf(client, ['country', 'contact']),
    active: client.state !== 'SUSPENDED',
    accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds:
      client.refreshTokenLifetimeSeconds ??
      Math.max(DEFAULT_REFRESH_TOKEN_SECONDS, accessTokenLifetimeSeconds),
    redirectUris: client.redirectUris ?? [],
    ...notifyOf(client),
  }
}

function notifyOf({
  notifyUrl,
  notifyFormat = 'assent',
  signatureEncoding,
}: LoadedConfig['clients'][number]): Pick<Client, 'notify'> {
  if (notifyUrl !== undefined) {
    const encoding = signatureEncoding && { signatureEncoding }
    return { notify: { url: notifyUrl, format: notifyFormat, ...encoding } }
  }
  return notifyFormat === 'set' ? { notify: { format: notifyFormat } } : {}
}

function toMiniProgram(
  miniProgram: LoadedConfig['clients'][number]['miniPrograms'][number],
  clientId: string,
  issuer: string,
): MiniProgram {
  return {
    appId: miniProgram.appId,
    clientId,
    name: miniProgram.name,
    icon: iconUrl(issuer, miniProgram.appId, miniProgram.icon),
    domains: miniProgram.domains,
    scopes: new Set(miniProgram.scopes),
    active: miniProgram.state !== 'SUSPENDED',
    verified: miniProgram.verified ?? false,
    testers: new Set(miniProgram.testers),
    purposes: Object.fromEntries(
      Object.entries(miniProgram.purposes ?? {}).map(([scope, texts]) => [scope, toPurpose(texts)]),
    ),
    recipients: miniProgram.recipients ?? [],
    ...definedOf(miniProgram, ['policyUrl', 'termsUrl', 'retention', 'storageLocation']),
  }
}

/** The version is a hash of the English text, so that operators need not maintain version numbers. */
function toPurpose(texts: Readonly<Record<string, string>>): Purpose {
  const version = createHash('sha256')
    .update(texts['en'] ?? '')
    .digest('base64url')
    .slice(0, 8)
  return { version, texts }
}

function definedOf<T extends object, K extends keyof T>(
  source: T,
  names: readonly K[],
): { readonly [N in K]?: NonNullable<T[N]> } {
  const entries = names
    .map((name) => [name, source[name]])
    .filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { readonly [N in K]?: NonNullable<T[N]> }
}

function toWallet(wallet: LoadedConfig['wallets'][number]): Wallet {
  return {
    walletId: wallet.walletId,
    name: wallet.name ?? wallet.walletId,
    customerBelongsTo: wallet.customerBelongsTo ?? wallet.walletId,
    settingsPath: wallet.settingsPath ?? 'Privacy',
    origins: wallet.origins ?? [],
    ...definedOf(wallet, ['authorizeUrl', 'logoutUrl', 'defaultCountry']),
  }
}

/** The standard scopes, with the additions and overrides of the operator. */
export function mergeScopes(config: LoadedConfig): ReadonlyMap<string, ScopeEntry> {
  const scopes = new Map(STANDARD_SCOPES.map((entry) => [entry.scope, entry]))
  for (const { scope, texts, ...own } of config.scopes ?? []) {
    const base = scopes.get(scope) ?? {
      implicit: false,
      sensitivity: 'basic',
      fields: [],
      icon: 'circle',
      texts: {},
    }
    scopes.set(scope, { ...base, ...own, scope, texts: { ...base.texts, ...texts } })
  }
  return scopes
}
