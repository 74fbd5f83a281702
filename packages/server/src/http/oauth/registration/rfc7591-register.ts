/**
 * @module Dynamic client registration: with an initial access token from the operator, a client registers itself for one mini program and
 * manages its registration. Its metadata must satisfy the rules of `assent.yaml`. Of the URIs in the metadata, only `sector_identifier_uri` is fetched here.
 * @see [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AssentError } from '../../../engine/errors.ts'
import {
  DEFAULT_TOKEN_ALGORITHM,
  type TokenAlgorithm,
} from '../../../engine/oauth/token-algorithms.ts'
import { ANY_HOST, foreignRedirectUris } from '../../../engine/oauth-clients/client-identity.ts'
import { problemOfClientName } from '../../../engine/oauth-clients/client-name.ts'
import { isWebOrigin, problemsOfClient } from '../../../engine/oauth-clients/client-rules.ts'
import { REGISTERED_PREFIX } from '../../../engine/oauth-clients/clients.ts'
import { onceRecord, recordOnce } from '../../../engine/once.ts'
import type { OnceRecord } from '../../../engine/records.ts'
import {
  type ClientRegistration,
  findActiveMiniProgram,
  GRANT_TYPES,
  type OAuthClient,
  type TokenEndpointAuth,
} from '../../../engine/registry.ts'
import type { RegisteredClient } from '../../../engine/store/registered-clients.ts'
import type { OAuthOptions } from '../context.ts'
import { PATHS } from '../endpoints.ts'
import { OAuthError } from '../errors.ts'
import { requireSector } from './oidc-sector-identifier.ts'
import {
  ALGORITHMS,
  FLAGS,
  METADATA_NAMES,
  type Metadata,
  readMetadata,
} from './rfc7591-metadata.ts'

const DEFAULT_GRANT_TYPES = ['authorization_code', 'refresh_token']

export async function register(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ports, clock } = options
  const now = clock()
  const { appId, registration, once } = await readInvitation(options, request, now)
  const clientId = REGISTERED_PREFIX + options.randomText(18)
  const metadata = readMetadata(request)
  const created = await createClient(options, metadata, { clientId, appId, registration })
  const token = `rg_${options.randomText(32)}`
  const registered = {
    client: created.client,
    tokenHash: ports.hasher.sha256(token),
    version: 1,
    registeredAt: now,
  }
  if (once && !(await recordOnce(ports, once)))
    throw new OAuthError(
      'invalid_token',
      'This initial access token has registered a client already. Ask the operator for another one.',
    )
  await ports.store.replaceRegisteredClient(registered)
  return reply.code(201).send(describeClient(options, registered, token, created.secret))
}

/** The mini program for which the caller may register a client, and the record of its initial access token. */
type Invitation = {
  readonly appId: string
  readonly registration: ClientRegistration
  readonly once?: OnceRecord
}
/** Nobody vouches for a client that was not invited, and its redirect URIs may lead anywhere. */
const OPEN_REGISTRATION: ClientRegistration = { redirectHosts: [ANY_HOST], isVouchedFor: false }

/** @throws {AssentError} `ACCESS_TOKEN_INVALID` @throws {OAuthError} `slow_down` */
async function readInvitation(
  { ports, openRegistration }: OAuthOptions,
  request: FastifyRequest,
  now: number,
): Promise<Invitation> {
  const isOpen = openRegistration && request.headers.authorization === undefined
  const invitation = isOpen
    ? { appId: openRegistration.appId, registration: OPEN_REGISTRATION }
    : openInvitation(ports, bearerOf(request), now)
  if (!invitation || !(await findActiveMiniProgram(ports.registry, invitation.appId)))
    throw new AssentError('ACCESS_TOKEN_INVALID')
  if (isOpen && !(await openRegistration.admit()))
    throw new OAuthError('slow_down', 'Too many clients were registered. Try again in a minute.')
  return invitation
}

function openInvitation(
  ports: OAuthOptions['ports'],
  token: string,
  now: number,
): Invitation | undefined {
  const claims = ports.credentials.openRegistrationToken(token)
  if (!claims || now >= claims.expiresAt) return undefined
  const { appId, expiresAt, redirectHosts, isVouchedFor } = claims
  const once = onceRecord(ports, 'invitation', token, expiresAt)
  return { appId, registration: { redirectHosts, isVouchedFor }, once }
}

export async function readRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
): Promise<object> {
  return describeClient(options, await readRegisteredClient(options, request), bearerOf(request))
}

export async function replaceRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
): Promise<object> {
  const current = await readRegisteredClient(options, request)
  const metadata = readMetadata(request)
  const { clientId, appId, registration } = current.client
  if (metadata.client_id !== clientId || metadata.client_secret !== undefined)
    throw new OAuthError(
      'invalid_client_metadata',
      'Send the client_id of this client, and leave client_secret out.',
    )
  const created = await createClient(
    options,
    metadata,
    { clientId, appId, registration: registration ?? NO_REGISTRATION },
    current.client.tokenEndpointAuth,
  )
  const next = { ...current, client: created.client, version: current.version + 1 }
  if (!(await options.ports.store.replaceRegisteredClient(next)))
    throw new OAuthError(
      'temporarily_unavailable',
      'The registration was changed at the same time. Read it and try again.',
    )
  return describeClient(options, next, bearerOf(request), created.secret)
}

export async function endRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { client } = await readRegisteredClient(options, request)
  await options.ports.store.dropRegisteredClient(client.clientId)
  return reply.code(204).send()
}

/** Reports unknown clients and invalid tokens in the same way. @throws {AssentError} `ACCESS_TOKEN_INVALID` */
async function readRegisteredClient(
  { ports, isSameText }: OAuthOptions,
  request: FastifyRequest,
): Promise<RegisteredClient> {
  const { clientId } = request.params as { clientId: string }
  const known = clientId.startsWith(REGISTERED_PREFIX)
    ? await ports.store.readRegisteredClient(clientId)
    : undefined
  const isOwner = isSameText(known?.tokenHash ?? '', ports.hasher.sha256(bearerOf(request)))
  if (!known || !isOwner) throw new AssentError('ACCESS_TOKEN_INVALID')
  return known
}

function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer ([A-Za-z0-9_-]{1,1024})$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

type NewClient = Pick<OAuthClient, 'clientId' | 'appId'> & {
  readonly registration: ClientRegistration
}
/** Permits nothing. */
const NO_REGISTRATION: ClientRegistration = { redirectHosts: [], isVouchedFor: false }

type CreatedClient = {
  readonly client: OAuthClient
  /** A new secret, which is shown once. */
  readonly secret: string | undefined
}

/** @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri` */
async function createClient(
  options: OAuthOptions,
  metadata: Metadata,
  { clientId, appId, registration }: NewClient,
  current?: TokenEndpointAuth,
): Promise<CreatedClient> {
  await requireOwnName(options, metadata, appId)
  const { secret, tokenEndpointAuth } = chooseAuthentication(options, metadata, current)
  const redirectUris = metadata[METADATA_NAMES.redirectUris] ?? []
  const client: OAuthClient = {
    clientId,
    appId,
    tokenEndpointAuth,
    grantTypes: readGrantTypes(metadata),
    redirectUris,
    // Its code arrives at a page of this origin, which then calls the token endpoint.
    allowedOrigins: tokenEndpointAuth.method === 'none' ? webOriginsOf(redirectUris) : [],
    jwks: metadata[METADATA_NAMES.jwks]?.keys ?? [],
    resources: [],
    resourceServerFor: [],
    platformScopes: [],
    ...readFlags(metadata),
    accessTokenFormat: 'sealed',
    ...(tokenEndpointAuth.method !== 'none' && options.registeredClients),
    ...readAlgorithms(metadata),
    registration,
    ...readOptionalMembers(metadata),
  }
  requireValid(options, client)
  requirePermittedHosts(client, registration)
  await requireOwnKeys(options, client)
  await requireSector(options, client)
  return { client, secret }
}

function webOriginsOf(uris: readonly string[]): readonly string[] {
  const origins = uris.flatMap((uri) => (URL.canParse(uri) ? [new URL(uri).origin] : []))
  return [...new Set(origins)].filter(isWebOrigin)
}

/** `client_name`, in several languages as `client_name#LANGUAGE` (RFC 7591 §2.2). @throws {OAuthError} `invalid_client_metadata` */
async function requireOwnName(
  { ports }: OAuthOptions,
  metadata: Metadata,
  appId: string,
): Promise<void> {
  for (const [member, name] of Object.entries(metadata)) {
    if (!/^client_name(#|$)/.test(member)) continue
    const problem =
      typeof name === 'string'
        ? await problemOfClientName(ports.registry, appId, name)
        : 'must be text'
    if (problem !== undefined)
      throw new OAuthError('invalid_client_metadata', `${member} ${problem}.`)
  }
}

/** A client keeps its secret until it changes its method. */
function chooseAuthentication(
  { hashSecret, randomText }: OAuthOptions,
  metadata: Metadata,
  current: TokenEndpointAuth | undefined,
): { readonly secret: string | undefined; readonly tokenEndpointAuth: TokenEndpointAuth } {
  const method = metadata[METADATA_NAMES.tokenEndpointAuth] ?? 'client_secret_basic'
  if (method === 'none' || method === 'private_key_jwt')
    return { secret: undefined, tokenEndpointAuth: { method } }
  const kept = current?.method === method && 'secretHashes' in current ? current.secretHashes : []
  if (kept.length > 0)
    return { secret: undefined, tokenEndpointAuth: { method, secretHashes: kept } }
  const secret = `cs_${randomText(32)}`
  return { secret, tokenEndpointAuth: { method, secretHashes: [hashSecret(secret)] } }
}

/** @throws {OAuthError} `invalid_client_metadata` */
function readGrantTypes(metadata: Metadata): OAuthClient['grantTypes'] {
  const requested = metadata[METADATA_NAMES.grantTypes] ?? DEFAULT_GRANT_TYPES
  // Only the operator allows a client to act on its own behalf, in assent.yaml.
  const allowed = GRANT_TYPES.filter((one) => one !== 'client_credentials')
  const isAllowed = requested.every((one) => allowed.some((known) => known === one))
  if (!isAllowed)
    throw new OAuthError(
      'invalid_client_metadata',
      `${METADATA_NAMES.grantTypes} may contain ${allowed.join(', ')}.`,
    )
  return allowed.filter((one) => requested.includes(one))
}

function readFlags(metadata: Metadata): Pick<OAuthClient, (typeof FLAGS)[number]> {
  const read = (flag: (typeof FLAGS)[number]): boolean => metadata[METADATA_NAMES[flag]] ?? false
  return {
    requirePushedAuthorizationRequests: read('requirePushedAuthorizationRequests'),
    requireSignedRequestObject: read('requireSignedRequestObject'),
    dpopBoundAccessTokens: read('dpopBoundAccessTokens'),
  }
}

function readAlgorithms(metadata: Metadata): Pick<OAuthClient, (typeof ALGORITHMS)[number]> {
  const read = (member: (typeof ALGORITHMS)[number]): TokenAlgorithm =>
    metadata[METADATA_NAMES[member]] ?? DEFAULT_TOKEN_ALGORITHM
  return {
    idTokenSignedResponseAlg: read('idTokenSignedResponseAlg'),
    introspectionSignedResponseAlg: read('introspectionSignedResponseAlg'),
  }
}

/** Members that a client has only if it registers them, as they are. */
const OPTIONAL_MEMBERS = [
  'jwksUri',
  'sectorIdentifierUri',
  'userinfoSignedResponseAlg',
  'backchannelLogoutUri',
  'postLogoutRedirectUris',
] as const

function readOptionalMembers(
  metadata: Metadata,
): Pick<OAuthClient, (typeof OPTIONAL_MEMBERS)[number]> {
  const entries = OPTIONAL_MEMBERS.map((member) => [member, metadata[METADATA_NAMES[member]]])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri` */
function requireValid({ redirectSchemes, isDevelopment }: OAuthOptions, client: OAuthClient): void {
  const [first] = problemsOfClient(client, { redirectSchemes, isDevelopment })
  if (!first) return
  const { member, problem } = first
  const names: Readonly<Partial<Record<keyof OAuthClient, string>>> = METADATA_NAMES
  throw new OAuthError(
    member === 'redirectUris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    `${names[member] ?? member} ${problem}.`,
  )
}

/**
 * Also for the logout URIs: logout tokens name users, and the browser is sent to the others.
 * @throws {OAuthError} `invalid_redirect_uri`
 */
function requirePermittedHosts(
  { redirectUris, postLogoutRedirectUris = [], backchannelLogoutUri }: OAuthClient,
  { redirectHosts }: ClientRegistration,
): void {
  const logoutUris = backchannelLogoutUri === undefined ? [] : [backchannelLogoutUri]
  const uris = [...redirectUris, ...postLogoutRedirectUris, ...logoutUris]
  const [first] = foreignRedirectUris(uris, redirectHosts)
  if (first !== undefined)
    throw new OAuthError(
      'invalid_redirect_uri',
      `${first} leads elsewhere than the initial access token permits: ${redirectHosts.join(', ')}.`,
    )
}

/** A key that another merchant's client has would let either of them act as the other. @throws {OAuthError} `invalid_client_metadata` */
async function requireOwnKeys(
  { ports: { registry } }: OAuthOptions,
  { appId, jwks }: OAuthClient,
): Promise<void> {
  const holders = (await Promise.all(jwks.map((key) => registry.listOAuthClientsByKey(key)))).flat()
  const apps = await Promise.all(
    [appId, ...holders.map((holder) => holder.appId)].map((app) => registry.findMiniProgram(app)),
  )
  const [own, ...others] = apps.map((app) => app?.clientId)
  if (others.some((merchant) => merchant !== own))
    throw new OAuthError(
      'invalid_client_metadata',
      `${METADATA_NAMES.jwks} contains a key of another client. Create a new key pair.`,
    )
}

function describeClient(
  { issuer }: OAuthOptions,
  { client, registeredAt }: RegisteredClient,
  token: string,
  secret?: string,
): object {
  const { clientId, tokenEndpointAuth, redirectUris, grantTypes, jwks } = client
  return {
    client_id: clientId,
    client_id_issued_at: registeredAt,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_client_uri: `${issuer}${PATHS.register}/${clientId}`,
    registration_access_token: token,
    response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
    subject_type: 'pairwise',
    [METADATA_NAMES.tokenEndpointAuth]: tokenEndpointAuth.method,
    [METADATA_NAMES.redirectUris]: redirectUris,
    [METADATA_NAMES.grantTypes]: grantTypes,
    ...Object.fromEntries(
      [...FLAGS, ...ALGORITHMS].map((member) => [METADATA_NAMES[member], client[member]]),
    ),
    ...(jwks.length > 0 && { [METADATA_NAMES.jwks]: { keys: jwks } }),
    ...Object.fromEntries(
      OPTIONAL_MEMBERS.filter((member) => client[member] !== undefined).map((member) => [
        METADATA_NAMES[member],
        client[member],
      ]),
    ),
  }
}
