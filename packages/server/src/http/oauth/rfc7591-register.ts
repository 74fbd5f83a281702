/**
 * @module Registration: who was given a token for that by the operator registers a client of one mini program, and manages it. What it says is
 * checked by the rules of assent.yaml, and nothing of it is fetched here.
 * @see [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { AssentError } from '../../engine/errors.ts'
import { problemsOfClient } from '../../engine/oauth/client-rules.ts'
import { REGISTERED_PREFIX } from '../../engine/oauth/clients.ts'
import type { RegisteredClient } from '../../engine/ports/registered-clients.ts'
import {
  activeMiniProgram,
  GRANT_TYPES,
  type OAuthClient,
  type TokenEndpointAuth,
} from '../../engine/registry.ts'
import { InvalidJsonError, parseStrictJson } from '../strict-json.ts'
import type { OAuthOptions } from './context.ts'
import { PATHS } from './endpoints.ts'
import { OAuthError } from './errors.ts'

const uris = Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 16 }))

/** What is not here is ignored (RFC 7591 §2). */
const Metadata = Type.Object({
  redirect_uris: uris,
  token_endpoint_auth_method: Type.Optional(
    Type.Union([
      Type.Literal('none'),
      Type.Literal('client_secret_basic'),
      Type.Literal('client_secret_post'),
      Type.Literal('private_key_jwt'),
    ]),
  ),
  grant_types: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 8 })),
  response_types: Type.Optional(Type.Array(Type.Literal('code'), { maxItems: 1 })),
  jwks: Type.Optional(
    Type.Object({
      keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 8 }),
    }),
  ),
  jwks_uri: Type.Optional(Type.String({ maxLength: 1024 })),
  client_id: Type.Optional(Type.String({ maxLength: 128 })),
  client_secret: Type.Optional(Type.String({ maxLength: 128 })),
  require_pushed_authorization_requests: Type.Optional(Type.Boolean()),
  require_signed_request_object: Type.Optional(Type.Boolean()),
  dpop_bound_access_tokens: Type.Optional(Type.Boolean()),
})
const compiled = Compile(Metadata)

type Metadata = Static<typeof Metadata>

export async function register(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ports, clock } = options
  const now = clock()
  const claims = ports.credentials.openRegistrationToken(bearerOf(request))
  if (!claims || now >= claims.expiresAt || !activeMiniProgram(ports.registry, claims.appId))
    throw new AssentError('ACCESS_TOKEN_INVALID')
  const clientId = REGISTERED_PREFIX + options.randomText(18)
  const made = makeClient(options, readMetadata(request), { clientId, appId: claims.appId })
  const token = `rg_${options.randomText(32)}`
  const registered = {
    client: made.client,
    tokenHash: ports.hasher.sha256(token),
    version: 1,
    registeredAt: now,
  }
  await ports.store.replaceRegisteredClient(registered)
  return reply.code(201).send(describe(options, registered, token, made.secret))
}

export async function readRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
): Promise<object> {
  return describe(options, await managed(options, request), bearerOf(request))
}

export async function replaceRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
): Promise<object> {
  const earlier = await managed(options, request)
  const metadata = readMetadata(request)
  const { clientId, appId } = earlier.client
  if (metadata.client_id !== clientId || metadata.client_secret !== undefined)
    throw new OAuthError(
      'invalid_client_metadata',
      'client_id is that of the client, and client_secret is not sent: it is kept here as a hash alone.',
    )
  const made = makeClient(options, metadata, { clientId, appId }, earlier.client.tokenEndpointAuth)
  const next = { ...earlier, client: made.client, version: earlier.version + 1 }
  if (!(await options.ports.store.replaceRegisteredClient(next)))
    throw new OAuthError(
      'temporarily_unavailable',
      'Another change came first: read it and try again.',
    )
  return describe(options, next, bearerOf(request), made.secret)
}

export async function endRegistration(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { client } = await managed(options, request)
  await options.ports.store.dropRegisteredClient(client.clientId)
  return reply.code(204).send()
}

/** An unknown client and a wrong token are the same. @throws {AssentError} `ACCESS_TOKEN_INVALID` */
async function managed(
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

/** @throws {OAuthError} `invalid_client_metadata` */
function readMetadata({ body, headers }: FastifyRequest): Metadata {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new OAuthError('unsupported_media_type', 'Metadata of a client is application/json.')
  try {
    const metadata = parseStrictJson(Buffer.from(typeof body === 'string' ? body : ''))
    if (compiled.Check(metadata)) return metadata as Metadata
    const [first] = compiled.Errors(metadata)
    throw new InvalidJsonError(`See: ${first?.instancePath.slice(1) || 'the body'}.`)
  } catch (error) {
    if (!(error instanceof InvalidJsonError)) throw error
    throw new OAuthError('invalid_client_metadata', error.message)
  }
}

/** @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri` */
function makeClient(
  { hashSecret, randomText }: OAuthOptions,
  metadata: Metadata,
  { clientId, appId }: Pick<OAuthClient, 'clientId' | 'appId'>,
  earlier?: TokenEndpointAuth,
): { readonly client: OAuthClient; readonly secret?: string } {
  const { token_endpoint_auth_method: method = 'client_secret_basic' } = metadata
  const kept = earlier?.method === method && 'secretHashes' in earlier ? earlier.secretHashes : []
  const needsSecret =
    (method === 'client_secret_basic' || method === 'client_secret_post') && kept.length === 0
  const secret = needsSecret ? `cs_${randomText(32)}` : undefined
  const tokenEndpointAuth: TokenEndpointAuth =
    method === 'none' || method === 'private_key_jwt'
      ? { method }
      : { method, secretHashes: secret === undefined ? kept : [hashSecret(secret)] }
  const asked = metadata.grant_types ?? ['authorization_code', 'refresh_token']
  const unknown = asked.filter((one) => !GRANT_TYPES.some((known) => known === one))
  // What a client may do for itself is the operator's to say, in assent.yaml.
  if (unknown.length > 0 || asked.includes('client_credentials'))
    throw new OAuthError(
      'invalid_client_metadata',
      'grant_types has one that cannot be registered here.',
    )
  const client: OAuthClient = {
    clientId,
    appId,
    tokenEndpointAuth,
    grantTypes: GRANT_TYPES.filter((one) => asked.includes(one)),
    redirectUris: metadata.redirect_uris ?? [],
    allowedOrigins: [],
    jwks: metadata.jwks?.keys ?? [],
    resources: [],
    resourceServerFor: [],
    platformScopes: [],
    requirePushedAuthorizationRequests: metadata.require_pushed_authorization_requests ?? false,
    requireSignedRequestObject: metadata.require_signed_request_object ?? false,
    dpopBoundAccessTokens: metadata.dpop_bound_access_tokens ?? false,
    accessTokenFormat: 'sealed',
    ...(metadata.jwks_uri !== undefined && { jwksUri: metadata.jwks_uri }),
  }
  const [first] = problemsOfClient(client)
  if (first) {
    const { member, problem } = first
    throw new OAuthError(
      member === 'redirectUris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      `${WIRE_NAMES[member] ?? member} ${problem}.`,
    )
  }
  return { client, ...(secret !== undefined && { secret }) }
}

const WIRE_NAMES: Partial<Readonly<Record<keyof OAuthClient, string>>> = {
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  jwksUri: 'jwks_uri',
  tokenEndpointAuth: 'token_endpoint_auth_method',
}

function describe(
  { issuer }: OAuthOptions,
  { client, registeredAt }: RegisteredClient,
  token: string,
  secret?: string,
): object {
  const { clientId, tokenEndpointAuth, redirectUris, grantTypes, jwks, jwksUri } = client
  return {
    client_id: clientId,
    client_id_issued_at: registeredAt,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_client_uri: `${issuer}${PATHS.register}/${clientId}`,
    registration_access_token: token,
    token_endpoint_auth_method: tokenEndpointAuth.method,
    redirect_uris: redirectUris,
    grant_types: grantTypes,
    response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    require_signed_request_object: client.requireSignedRequestObject,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    subject_type: 'pairwise',
    ...(jwks.length > 0 && { jwks: { keys: jwks } }),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
  }
}
