/**
 * @module The authorization endpoint. It validates the request, encrypts it, and redirects to the wallet's page, which logs the user in.
 * This server has no login and no session.
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1),
 * [the authorization flow](../../../../../../docs/oauth.md#the-authorization-flow)
 */
import type { ScopeRequest } from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type AuthorizationRequest,
  openAuthorization,
  sealAuthorization,
} from '../../../engine/oauth/authorize.ts'
import { scopesForFields } from '../../../engine/oauth/claim-scopes.ts'
import { matchesRedirect } from '../../../engine/oauth-clients/client-rules.ts'
import { findOAuthClient, type ResolvedClient } from '../../../engine/oauth-clients/clients.ts'
import {
  type AuthorizationRequestParams,
  type Prompt,
  RESPONSE_MODES,
  type ResponseMode,
} from '../../../engine/records.ts'
import { StoreUnavailableError } from '../../../engine/store/store.ts'
import {
  authorizationResponse,
  type ResponseTarget,
  type WalletPage,
} from '../../authorization-response.ts'
import { type OAuthOptions, requireGrantType } from '../context.ts'
import { OAuthError, toOAuthError } from '../errors.ts'
import {
  bodyOf,
  type FormParameters,
  isOpenIdRequest,
  queryOf,
  readForm,
  readScopes,
} from '../form-parameters.ts'
import { readGrantAction } from '../resources/grant-management.ts'
import { readChallenge, SHA256_BASE64URL } from '../rfc7636-verifier.ts'
import { readResources } from '../rfc8707-resources.ts'
import { subjectOfHint } from '../tokens/id-token-hint.ts'
import { type ClaimsRequest, readClaimsRequest } from './oidc-claims-request.ts'
import { readRequestObject } from './rfc9101-request-object.ts'
import {
  type AuthorizationDetail,
  readAuthorizationDetails,
} from './rfc9396-authorization-details.ts'

export const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:'
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const

/** A validated request, encrypted. */
export type SealedRequest = {
  readonly authRequest: string
  readonly hints: AuthorizationRequestParams['hints']
}

/** A registered redirect URI, to which the response may be sent. */
type ClientRedirect = ResponseTarget & { readonly state: string | undefined }

/** @throws {OAuthError} only if the redirect URI cannot be trusted; other errors are sent to it */
export async function authorize(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const text = request.method === 'POST' ? bodyOf(request) : queryOf(request)
  try {
    const { client, ...sealed } = await resolveRequest(options, readForm(text))
    return reply.redirect(walletPageUrl(options.walletPage(client.walletId), sealed), 303)
  } catch (error) {
    const redirect = await findErrorRedirect(options, text)
    if (!redirect || error instanceof StoreUnavailableError) throw error
    const { error: name, message, status, cause } = toOAuthError(error)
    if (status >= 500) request.log.error({ err: cause ?? error }, 'An authorization request failed')
    request.resultCode = name
    const result = { error: name, error_description: message }
    const context = {
      issuer: options.issuer,
      credentials: options.ports.credentials,
      now: options.clock(),
    }
    return reply.redirect(authorizationResponse(redirect, result, context), 303)
  }
}

/** @throws {OAuthError} `temporarily_unavailable` */
function walletPageUrl(
  page: WalletPage | undefined,
  { authRequest, hints }: SealedRequest,
): string {
  if (page === undefined)
    throw new OAuthError(
      'temporarily_unavailable',
      'No wallet has an authorizeUrl for this client. Its operator has to set one.',
    )
  const url = new URL(page.authorizeUrl)
  url.searchParams.set('authRequest', authRequest)
  for (const [name, value] of Object.entries(hints ?? {})) url.searchParams.set(name, value)
  return url.href
}

/** The request itself, or a pushed request that `request_uri` refers to. */
async function resolveRequest(
  options: OAuthOptions,
  form: FormParameters,
): Promise<SealedRequest & Pick<ResolvedClient, 'client'>> {
  const resolved = await findOAuthClient(options.ports, form.require('client_id'))
  if (!resolved) throw unknownClient()
  const { client } = resolved
  const requestUri = form.get('request_uri')
  if (requestUri !== undefined)
    return { client, ...(await openPushedRequest(options, resolved, requestUri)) }
  if (client.requirePushedAuthorizationRequests)
    throw new OAuthError(
      'invalid_request',
      'request_uri is missing. This client must push its authorization requests (RFC 9126).',
    )
  return { client, ...(await readAndSeal(options, resolved, form)) }
}

/** Status 400, because 401 would make the browser ask the user for a password. */
function unknownClient(): OAuthError {
  return new OAuthError('invalid_client', 'Unknown client_id.', { status: 400 })
}

type Parameters = Pick<FormParameters, 'get'>

/**
 * The redirect URI for the error of an invalid request: it names exactly one client and at most one redirect URI, which belongs to
 * that client ([RFC 6749 §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2.1)).
 */
async function findErrorRedirect(
  options: OAuthOptions,
  text: string,
): Promise<ClientRedirect | undefined> {
  const sent = new URLSearchParams(text)
  const [clientId = '', ...otherClients] = sent.getAll('client_id')
  const resolved = await findOAuthClient(options.ports, clientId)
  if (!resolved || otherClients.length > 0) return undefined
  const parameters = await readErrorParameters(options, resolved, sent)
  if (!parameters) return undefined
  const isOpenId = isOpenIdRequest(parameters)
  const redirectUri = registeredUri(resolved, parameters.get('redirect_uri'), isOpenId)
  return redirectUri === undefined
    ? undefined
    : {
        redirectUri,
        state: parameters.get('state'),
        responseMode: toResponseMode(parameters.get('response_mode')),
      }
}

/**
 * The parameters of the request object if it is genuine, and of nothing beside it (RFC 9101 §6.3). Otherwise those that were sent once.
 * @returns `undefined` if the request has several redirect URIs
 */
async function readErrorParameters(
  { keys, issuer, clock }: OAuthOptions,
  { client }: ResolvedClient,
  sent: URLSearchParams,
): Promise<Parameters | undefined> {
  const jwt = sent.get('request')
  const signed =
    jwt === null
      ? undefined
      : await readRequestObject(keys, issuer, client, jwt, clock()).catch(() => undefined)
  if (signed) return signed
  if (sent.getAll('redirect_uri').length > 1) return undefined
  return {
    get(name) {
      const [value, ...others] = sent.getAll(name)
      return others.length === 0 ? value || undefined : undefined
    },
  }
}

/**
 * Validates a request and encrypts it.
 * @param jkt thumbprint of the key of a DPoP proof, to which the code is then bound (RFC 9449 §10.1)
 * @throws {OAuthError}, {AssentError}
 */
export async function readAndSeal(
  options: OAuthOptions,
  resolved: ResolvedClient,
  form: FormParameters,
  jkt?: string,
): Promise<SealedRequest> {
  const parameters = await readParameters(options, resolved, form)
  const hint = parameters.get('id_token_hint')
  const bound = {
    ...ifDefined('jkt', readThumbprint(parameters, jkt)),
    ...(hint !== undefined && { subject: await subjectOfHint(options, resolved.client, hint) }),
  }
  return sealRequest(options, resolved, parameters, readRedirect(resolved, parameters), bound)
}

/** The parameters of the request object if there is one, else of the form. @throws {OAuthError} */
async function readParameters(
  { keys, issuer, clock }: OAuthOptions,
  { client }: ResolvedClient,
  form: FormParameters,
): Promise<FormParameters> {
  const jwt = form.get('request')
  if (jwt !== undefined) return readRequestObject(keys, issuer, client, jwt, clock())
  if (client.requireSignedRequestObject)
    throw new OAuthError(
      'invalid_request',
      'request is missing. This client must sign its authorization requests (RFC 9101).',
    )
  return form
}

/**
 * A client with one redirect URI may omit it, except in OpenID Connect and FAPI
 * ([OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
 */
function registeredUri(
  { client }: ResolvedClient,
  requested: string | undefined,
  isOpenId: boolean,
): string | undefined {
  const { redirectUris, profile } = client
  const mayOmit = !isOpenId && profile === undefined && redirectUris.length === 1
  if (requested === undefined) return mayOmit ? redirectUris[0] : undefined
  return redirectUris.some((one) => matchesRedirect(one, requested)) ? requested : undefined
}

/** @throws {OAuthError} `invalid_request` */
function readRedirect(resolved: ResolvedClient, form: FormParameters): ClientRedirect {
  const redirectUri = registeredUri(resolved, form.get('redirect_uri'), isOpenIdRequest(form))
  if (redirectUri === undefined)
    throw new OAuthError(
      'invalid_request',
      'redirect_uri must be identical to a redirect URI that is registered for this client. It is required in OpenID Connect and FAPI requests, and if the client has several.',
    )
  return { redirectUri, state: form.get('state') }
}

function sealRequest(
  { ports, clock, issuer, walletPage }: OAuthOptions,
  resolved: ResolvedClient,
  form: FormParameters,
  { redirectUri, state }: ClientRedirect,
  bound: Pick<AuthorizationRequest, 'jkt' | 'subject'>,
): SealedRequest {
  requireGrantType(resolved, 'authorization_code')
  if (form.require('response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code.')
  if (form.get('registration') !== undefined)
    throw new OAuthError(
      'registration_not_supported',
      'The parameter registration is not supported. Register the client first (RFC 7591).',
    )
  const claims = readClaimsRequest(form)
  const hints = readHints(form, claims)
  const details = readAuthorizationDetails(form.get('authorization_details'))
  const request: AuthorizationRequest = {
    redirectUri,
    ...ifDefined('walletId', walletPage(resolved.client.walletId)?.walletId),
    scopes: withScopesOfClaims(ports, resolved, readScopeRequests(form, details), claims),
    ...(state !== undefined && { state }),
    ...(readResponseMode(form, redirectUri) === 'form_post' && { responseMode: 'form_post' }),
    ...ifDefined('challenge', readChallenge(resolved.client, form)),
    ...ifDefined('nonce', form.get('nonce')),
    ...bound,
    ...ifDefined('resources', readResources(form, resolved.client, issuer)),
    ...(details.length > 0 && { authorizationDetails: details.map(({ scopes }) => scopes) }),
    ...(claims.idToken.length > 0 && { idTokenClaims: claims.idToken }),
    ...ifDefined('essentialAcrs', claims.essentialAcrs),
    ...ifDefined('prompts', readPrompts(form)),
    ...ifDefined('maxAge', readMaxAge(form)),
    ...ifDefined('grant', readGrantAction(form)),
    ...ifDefined('hints', hints),
  }
  return { authRequest: sealAuthorization(ports, resolved, request, clock()), hints }
}

function toResponseMode(text: string | undefined): ResponseMode | undefined {
  return RESPONSE_MODES.find((one) => one === text)
}

/** @throws {OAuthError} `invalid_request` */
function readResponseMode(form: FormParameters, redirectUri: string): ResponseMode {
  const mode = toResponseMode(form.get('response_mode') ?? 'query')
  if (!mode)
    throw new OAuthError(
      'invalid_request',
      `response_mode must be one of ${RESPONSE_MODES.join(', ')}.`,
    )
  if (mode === 'form_post' && !/^https?:/.test(redirectUri))
    throw new OAuthError('invalid_request', 'form_post needs a redirect_uri with https.')
  return mode
}

function ifDefined<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T }
}

/** The key to which the code is bound (RFC 9449 §10). */
function readThumbprint(form: FormParameters, provenJkt: string | undefined): string | undefined {
  const jkt = form.get('dpop_jkt') ?? provenJkt
  if (provenJkt !== undefined && jkt !== provenJkt)
    throw new OAuthError(
      'invalid_dpop_proof',
      'dpop_jkt must be the thumbprint of the key of the DPoP proof.',
    )
  if (jkt !== undefined && !SHA256_BASE64URL.test(jkt))
    throw new OAuthError('invalid_request', 'dpop_jkt must be a SHA-256 thumbprint in base64url.')
  return jkt
}

/** Without `select_account`, which only the wallet's page acts on. */
function readPrompts(form: FormParameters): readonly Prompt[] | undefined {
  const names = form.get('prompt')?.split(' ') ?? []
  const prompts = PROMPTS.filter((one) => names.includes(one))
  if (prompts.length < names.length || (prompts.includes('none') && prompts.length > 1))
    throw new OAuthError(
      'invalid_request',
      `prompt must consist of ${PROMPTS.join(', ')}. none cannot be combined with others.`,
    )
  const kept = prompts.filter((one): one is Prompt => one !== 'select_account')
  return kept.length > 0 ? kept : undefined
}

function readMaxAge(form: FormParameters): number | undefined {
  const text = form.get('max_age')
  if (text !== undefined && !/^\d{1,9}$/.test(text))
    throw new OAuthError('invalid_request', 'max_age must be a number of seconds.')
  return text === undefined ? undefined : Number(text)
}

const HINTS = [
  'prompt',
  'login_hint',
  'id_token_hint',
  'ui_locales',
  'max_age',
  'acr_values',
] as const

/** Passed on to the wallet's page. They have no effect on what is granted. */
function readHints(
  form: FormParameters,
  { essentialAcrs }: ClaimsRequest,
): AuthorizationRequestParams['hints'] {
  const hints = HINTS.flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const acrs = essentialAcrs ? [['acr_values', essentialAcrs.join(' ')] as const] : []
  return hints.length + acrs.length > 0 ? Object.fromEntries([...hints, ...acrs]) : undefined
}

/** The scopes of `scope` and of `authorization_details`. @throws {OAuthError} */
function readScopeRequests(
  form: FormParameters,
  details: readonly AuthorizationDetail[],
): readonly ScopeRequest[] {
  const scopes = new Map<string, ScopeRequest>()
  const text = form.get('scope')
  if (text !== undefined) for (const scope of readScopes(text)) scopes.set(scope, { scope })
  for (const detail of details)
    for (const scope of detail.scopes) scopes.set(scope, { scope, ...detail.options })
  if (scopes.size === 0) throw new OAuthError('invalid_scope', 'scope is missing.')
  return [...scopes.values()]
}

/** Adds the scopes that the claims of the request need. */
function withScopesOfClaims(
  { registry }: OAuthOptions['ports'],
  { miniProgram }: ResolvedClient,
  scopes: readonly ScopeRequest[],
  { fields }: ClaimsRequest,
): readonly ScopeRequest[] {
  const names = scopes.map(({ scope }) => scope)
  const added = scopesForFields(registry, miniProgram, fields, names)
  return [...scopes, ...added.map((scope) => ({ scope }))]
}

/** @throws {OAuthError} `request_uri_not_supported` @throws {AssentError} `AUTH_REQUEST_INVALID` */
async function openPushedRequest(
  { ports, clock }: OAuthOptions,
  { client }: ResolvedClient,
  requestUri: string,
): Promise<SealedRequest> {
  if (!requestUri.startsWith(REQUEST_URI_PREFIX))
    throw new OAuthError(
      'request_uri_not_supported',
      'request_uri must be the one that this server returned (RFC 9126).',
    )
  const authRequest = requestUri.slice(REQUEST_URI_PREFIX.length)
  const { redirect } = await openAuthorization(ports, authRequest, client.clientId, clock())
  return { authRequest, hints: redirect?.oauth?.hints }
}
