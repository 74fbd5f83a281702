/**
 * @module The engine's ports as plain objects: a frozen registry, readable credentials and a store of maps. Unit tests read
 * and prepare its rows directly.
 */
import type { Sheet } from '@assent/protocol'
import type {
  AuthRequestClaims,
  CodeClaims,
  Credentials,
  TokenBinding,
} from '../../src/engine/ports/credentials.ts'
import type { DirectoryUser } from '../../src/engine/ports/directory.ts'
import type { Ports } from '../../src/engine/ports/ports.ts'
import {
  type Authorization,
  type AuthorizationRequestParams,
  CODE_EPOCHS,
  type Grant,
  type GrantedScope,
} from '../../src/engine/records.ts'
import type { MiniProgram, OAuthClient, Registry, ScopeEntry } from '../../src/engine/registry.ts'
import type { Store } from '../../src/engine/store/store.ts'
import { toCredentialStatus } from '../../src/engine/tokens/check.ts'
import { grantOf as emptyGrantOf } from '../stores/records.ts'
import { createStore, type EngineState } from './engine-store.ts'
import { clientOf, miniProgramOf, type RegistryParts, registryOf, WALLET } from './registry.ts'

export const NOW = 1_800_000_000
export const DAY = 86_400

export const CLIENT = clientOf('shop', 1)
export const OTHER_CLIENT = clientOf('other-shop', 2)
export const APP_ID = 'app'

function scopeOf(scope: string, more: Partial<ScopeEntry> = {}): ScopeEntry {
  return {
    scope,
    implicit: false,
    sensitivity: 'basic',
    fields: [],
    icon: 'person',
    texts: { en: { title: `see your ${scope}`, description: `Your ${scope}.` } },
    ...more,
  }
}

/** `base` is implicit; `adult` is narrower than `birthday`; `kyc` is restricted; `email` is registered and not approved. */
export const SCOPES: ReadonlyMap<string, ScopeEntry> = new Map(
  [
    scopeOf('base', { implicit: true }),
    scopeOf('name', { fields: ['nickName', 'userName'] }),
    scopeOf('avatar', { fields: ['avatar'] }),
    scopeOf('birthday', { fields: ['birthDate'], sensitivity: 'sensitive' }),
    scopeOf('adult', { fields: ['age.over18'], narrowerThan: 'birthday' }),
    scopeOf('kyc', { fields: ['kycStatus'], sensitivity: 'restricted' }),
    scopeOf('email', { fields: ['email.plain'] }),
  ].map((entry) => [entry.scope, entry]),
)

export const MINI_PROGRAM: MiniProgram = miniProgramOf(APP_ID, CLIENT.clientId, [
  'base',
  'name',
  'avatar',
  'birthday',
  'adult',
  'kyc',
])

export const OAUTH_CLIENT: OAuthClient = {
  clientId: 'web-shop',
  appId: APP_ID,
  tokenEndpointAuth: { method: 'client_secret_basic', secretHashes: ['hash'] },
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://shop.example/back'],
  allowedOrigins: [],
  jwks: [],
  resources: ['https://api.example', 'https://files.example'],
  resourceServerFor: [],
  platformScopes: [],
  requirePushedAuthorizationRequests: false,
  requireSignedRequestObject: false,
  dpopBoundAccessTokens: false,
  accessTokenFormat: 'sealed',
  idTokenSignedResponseAlg: 'RS256',
  introspectionSignedResponseAlg: 'RS256',
}
export const PUBLIC_CLIENT: OAuthClient = {
  ...OAUTH_CLIENT,
  clientId: 'phone-shop',
  tokenEndpointAuth: { method: 'none' },
}

/** A client that anybody can be: a public one with a loopback redirect URI. */
export const NATIVE_CLIENT: OAuthClient = {
  ...PUBLIC_CLIENT,
  clientId: 'desktop-shop',
  redirectUris: ['http://127.0.0.1/back', 'com.shop.app:/back'],
}

export const REGISTRY_PARTS = {
  scopes: [...SCOPES.values()],
  clients: [CLIENT, OTHER_CLIENT],
  miniPrograms: [MINI_PROGRAM],
  oauthClients: [OAUTH_CLIENT, PUBLIC_CLIENT, NATIVE_CLIENT],
  wallets: [WALLET],
} satisfies RegistryParts

export const REGISTRY: Registry = registryOf(REGISTRY_PARTS)

/** The registry with a changed mini program. */
export function registryWith(more: Partial<MiniProgram>): Registry {
  return registryOf({ ...REGISTRY_PARTS, miniPrograms: [{ ...MINI_PROGRAM, ...more }] })
}

/** A scope as it is granted on a prompt, or implicitly. */
export function grantedOf(scope: string, more: Partial<GrantedScope> = {}): GrantedScope {
  const entry = SCOPES.get(scope)
  const consent = {
    sheetHash: 'sheet-0',
    lifetime: 'until_withdrawn',
    fields: entry?.fields ?? [],
  } as const
  return { grantedAt: NOW - DAY, since: 1, ...(entry?.implicit ? {} : consent), ...more }
}

/** A grant of these scopes, in epoch 1. */
export function grantOf(scopes: readonly string[] = [], more: Partial<Grant> = {}): Grant {
  return emptyGrantOf({
    appId: APP_ID,
    epoch: 1,
    granted: Object.fromEntries(scopes.map((scope) => [scope, grantedOf(scope)])),
    ...more,
  })
}

/** A grant of these scopes that this OAuth client requested. */
export function grantFor(clientId: string, scopes: readonly string[]): Grant {
  const granted = scopes.map((scope) => [scope, grantedOf(scope, { requesters: [clientId] })])
  return grantOf([], { granted: Object.fromEntries(granted) })
}

/** The id of the authorization of a code that was issued at an instant. */
export function authorizationIdAt(issuedAt: number, n = 0): string {
  return issuedAt.toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0')
}

export function authorizationOf(more: Partial<Authorization> = {}): Authorization {
  return {
    authorizationId: authorizationIdAt(NOW - 10),
    grantId: grantOf().grantId,
    epoch: 1,
    scopeSet: 0,
    keyVersion: 1,
    generation: 0,
    redeemedAt: NOW - 5,
    rotatedAt: NOW - 5,
    expiresAt: NOW + 30 * DAY,
    ...more,
  }
}

export function authorizationRequestOf(
  more: Partial<AuthorizationRequestParams> = {},
): AuthorizationRequestParams {
  return {
    requestId: 'request-1',
    clientId: OAUTH_CLIENT.clientId,
    challenge: sha256('verifier'),
    requestedAt: NOW - 30,
    expiresAt: NOW + 570,
    ...more,
  }
}

/** One readable text for each input: equal texts have equal hashes. */
export function sha256(text: string): string {
  return `sha256(${text})`
}

function sealed<T>(prefix: string): {
  seal(claims: T): string
  open(text: string): T | undefined
} {
  return {
    seal: (claims) => prefix + JSON.stringify(claims),
    open: (text) => (text.startsWith(prefix) ? JSON.parse(text.slice(prefix.length)) : undefined),
  }
}

/** Credentials that are their claims in JSON, behind a prefix. */
function createTestCredentials(): Credentials {
  let codes = 0
  const code = sealed<CodeClaims>('ac_')
  const accessToken = sealed<Parameters<Credentials['sealAccessToken']>[0]>('at_')
  const refreshToken = sealed<Parameters<Credentials['makeRefreshToken']>[0]>('rt_')
  const authRequest = sealed<AuthRequestClaims>('ar_')
  return {
    keyVersion: 7,
    sealCode: (claims) =>
      code.seal({
        authorizationId: authorizationIdAt(claims.issuedAt, codes++),
        ...claims,
        epoch: claims.epoch % CODE_EPOCHS,
      }),
    openCode: code.open,
    sealAccessToken: accessToken.seal,
    openAccessToken: accessToken.open,
    makeRefreshToken: ({
      authorizationId,
      grantId,
      epoch,
      scopeSet,
      generation,
      keyVersion,
      binding,
    }) =>
      refreshToken.seal({
        authorizationId,
        grantId,
        epoch,
        scopeSet,
        generation,
        keyVersion,
        ...(binding && { binding }),
      }),
    openRefreshToken: refreshToken.open,
    sealAuthRequest: authRequest.seal,
    openAuthRequest: authRequest.open,
  } satisfies Partial<Credentials> as unknown as Credentials
}

export type TestEngine = { readonly ports: Ports; readonly state: EngineState }

export type EngineSetup = {
  readonly registry?: Registry
  readonly grants?: readonly Grant[]
  readonly authorizations?: readonly Authorization[]
  readonly revokedThrough?: number
  readonly directoryUser?: DirectoryUser | undefined
  readonly store?: Partial<Store>
}

export function createEngine(setup: EngineSetup = {}): TestEngine {
  const state: EngineState = {
    grants: [...(setup.grants ?? [])],
    authorizations: new Map(setup.authorizations?.map((one) => [one.authorizationId, one])),
    scopeSets: [],
    consentRequests: new Map(),
    guardianRequests: [],
    consumed: new Map(),
    executed: new Set(),
    revokedThrough: setup.revokedThrough ?? 0,
    changes: [],
    events: [],
    revocations: [],
    writes: [],
    consistencies: [],
    funnel: [],
    signIns: [],
    directoryUser: 'directoryUser' in setup ? setup.directoryUser : { status: 'ACTIVE' },
  }
  const store = { ...createStore(state, REGISTRY), ...setup.store } as Store
  return { state, ports: createPorts(state, store, setup.registry ?? REGISTRY) }
}

function createPorts(state: EngineState, store: Store, registry: Registry): Ports {
  let random = 0
  return {
    registry,
    store,
    credentials: createTestCredentials(),
    credentialStatus: {
      async read(claims, _client, consistency) {
        state.consistencies.push(consistency)
        const found = await store.readGrantState(claims.grantId, claims.authorizationId)
        return found && toCredentialStatus(found)
      },
    },
    hasher: {
      sha256,
      hashLoginId: (text) => `login(${text})`,
      hashUserLoginId: (text) => `md5(${text})`,
    },
    random: { text: (length) => `random-${length}-${++random}`, integer48: () => 4711 },
    receipts: {
      sign: async (record) => JSON.stringify(record),
      read: (document) => JSON.parse(document),
    },
    funnel: { count: (step, of) => void state.funnel.push({ step, ...of }) },
    accessLog: {
      record: () => {},
      recordSignIn: (grantId) => void state.signIns.push(grantId),
    },
    directory: { findUser: async () => state.directoryUser },
  }
}

/** A code for these scopes, as it would be issued to a page. */
export async function codeOf(
  { ports }: TestEngine,
  scopes: readonly string[],
  more: Partial<CodeClaims> = {},
): Promise<string> {
  return ports.credentials.sealCode({
    grantId: grantOf().grantId,
    epoch: 1,
    scopeSet: await ports.store.internScopeSet(scopes),
    issuedAt: NOW - 10,
    ...more,
  })
}

/** An access token for these scopes, of `authorizationOf()`. */
export async function accessTokenOf(
  { ports }: TestEngine,
  scopes: readonly string[],
  more: Partial<Parameters<Credentials['sealAccessToken']>[0]> = {},
): Promise<string> {
  return ports.credentials.sealAccessToken({
    authorizationId: authorizationIdAt(NOW - 10),
    grantId: grantOf().grantId,
    epoch: 1,
    clientNumber: CLIENT.number,
    scopeSet: await ports.store.internScopeSet(scopes),
    issuedAt: NOW - 10,
    expiresAt: NOW + 3590,
    ...more,
  })
}

/** The refresh token of a generation of `authorizationOf()`. */
export async function refreshTokenOf(
  { ports }: TestEngine,
  scopes: readonly string[],
  more: Partial<Authorization & { readonly binding: TokenBinding }> = {},
): Promise<string> {
  const scopeSet = await ports.store.internScopeSet(scopes)
  return ports.credentials.makeRefreshToken({ ...authorizationOf({ scopeSet }), ...more })
}

/** The scopes of a prompt, in order. */
export function promptedScopes(sheet: Sheet): readonly string[] {
  return sheet.scopes.map(({ scope }) => scope)
}
