/**
 * @module The authorization endpoint: a request that is right goes on to the wallet's page, sealed. The user's login, the consent page and
 * the way back are the wallet's; nothing of a user is here.
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1),
 * [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636.html), [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html)
 */
import { CONSENT_DURATIONS, type ScopeRequest } from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type AuthorizationRequest,
  openAuthorization,
  sealAuthorization,
} from '../../engine/oauth/authorize.ts'
import { matchesRedirect } from '../../engine/oauth/client-rules.ts'
import { findOAuthClient, type ResolvedClient } from '../../engine/oauth/clients.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import type { AuthorizationRequestParams, Prompt } from '../../engine/records.ts'
import { authorizationResponse } from '../authorization-response.ts'
import { type OAuthOptions, requireGrantType } from './context.ts'
import { OAuthError, toOAuthError } from './errors.ts'
import { type FormParameters, readForm, readScopes } from './form-parameters.ts'
import { readGrantAction } from './grant-management.ts'
import { readRequestObject } from './rfc9101-request-object.ts'

export const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:'
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
/** The one kind of detail that is asked here (RFC 9396 §2). */
export const AUTHORIZATION_DETAILS_TYPE = 'user_authorization'

/** A request that is right, sealed. */
export type SealedRequest = {
  readonly authRequest: string
  readonly hints: AuthorizationRequestParams['hints']
}

/** Where the answer goes, once that can be trusted. */
type ClientRedirect = { readonly redirectUri: string; readonly state: string | undefined }

/** @throws {OAuthError} only while nobody knows where the answer may go */
export async function authorize(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const text = request.method === 'POST' ? bodyOf(request) : queryOf(request)
  try {
    const { client, authRequest, hints } = await sealOrPushed(options, readForm(text))
    const page = options.authorizeUrl(client.walletId)
    if (page === undefined)
      throw new OAuthError(
        'temporarily_unavailable',
        'No wallet here has a page for this. Its operator sets authorizeUrl.',
      )
    const url = new URL(page)
    url.searchParams.set('authRequest', authRequest)
    for (const [name, value] of Object.entries(hints ?? {})) url.searchParams.set(name, value)
    return reply.redirect(url.href, 303)
  } catch (error) {
    const back = await findErrorRedirect(options, text)
    if (!back || error instanceof StoreUnavailableError) throw error
    const { error: name, message, status, cause } = toOAuthError(error)
    if (status >= 500) request.log.error({ err: cause ?? error }, 'an authorization request failed')
    request.resultCode = name
    const answer = { error: name, error_description: message }
    return reply.redirect(authorizationResponse(back, answer, options.issuer), 303)
  }
}

async function sealOrPushed(
  options: OAuthOptions,
  outer: FormParameters,
): Promise<SealedRequest & Pick<ResolvedClient, 'client'>> {
  const party = await findOAuthClient(options.ports, outer.require('client_id'))
  if (!party) throw unknownToUser()
  const { client } = party
  const requestUri = outer.get('request_uri')
  if (requestUri !== undefined) return { client, ...(await openPushed(options, party, requestUri)) }
  if (client.requirePushedAuthorizationRequests)
    throw new OAuthError(
      'invalid_request',
      'This client pushes its requests first (RFC 9126): request_uri is missing.',
    )
  return { client, ...(await readAndSeal(options, party, outer)) }
}

/** A person reads it, so nobody is asked for a password. */
function unknownToUser(): OAuthError {
  return new OAuthError('invalid_client', 'There is no such client here.', { status: 400 })
}

/**
 * Where a request that is wrong may be sent back: there is one client and one redirect URI in it, and they belong together. Whatever
 * else is in it does not count (RFC 6749 §4.1.2.1).
 */
async function findErrorRedirect(
  { ports }: OAuthOptions,
  text: string,
): Promise<ClientRedirect | undefined> {
  const parameters = new URLSearchParams(text)
  const [clientId = '', ...otherClients] = parameters.getAll('client_id')
  const [asked, ...otherUris] = parameters.getAll('redirect_uri')
  const [state, ...otherStates] = parameters.getAll('state')
  const party = await findOAuthClient(ports, clientId)
  if (!party || otherClients.length + otherUris.length > 0) return undefined
  const redirectUri = registeredUri(party, asked || undefined)
  return redirectUri === undefined
    ? undefined
    : { redirectUri, state: otherStates.length === 0 && state ? state : undefined }
}

/** Checks a request and seals it. @param jkt of a proof that came with it: then the code is for that key (RFC 9449 §10.1) @throws {OAuthError}, {Refusal} */
export async function readAndSeal(
  options: OAuthOptions,
  party: ResolvedClient,
  outer: FormParameters,
  jkt?: string,
): Promise<SealedRequest> {
  const inner = await readInner(options, party, outer)
  return sealRequest(options, party, inner, readRedirect(party, inner), jkt)
}

/** The request object, when there is one. @throws {OAuthError} */
async function readInner(
  { keys, issuer, clock }: OAuthOptions,
  { client }: ResolvedClient,
  outer: FormParameters,
): Promise<FormParameters> {
  const jwt = outer.get('request')
  if (jwt !== undefined) return readRequestObject(keys, issuer, client, jwt, clock())
  if (client.requireSignedRequestObject)
    throw new OAuthError(
      'invalid_request',
      'This client signs its requests (RFC 9101): request is missing.',
    )
  return outer
}

/** Exactly as it was registered. Where there is one, it need not be named. */
function registeredUri({ client }: ResolvedClient, asked: string | undefined): string | undefined {
  const { redirectUris } = client
  if (asked === undefined) return redirectUris.length === 1 ? redirectUris[0] : undefined
  return redirectUris.some((one) => matchesRedirect(one, asked)) ? asked : undefined
}

/** @throws {OAuthError} `invalid_request` */
function readRedirect(party: ResolvedClient, form: FormParameters): ClientRedirect {
  const redirectUri = registeredUri(party, form.get('redirect_uri'))
  if (redirectUri === undefined)
    throw new OAuthError(
      'invalid_request',
      'redirect_uri is not registered for this client, character by character.',
    )
  return { redirectUri, state: form.get('state') }
}

function sealRequest(
  { ports, clock, issuer }: OAuthOptions,
  party: ResolvedClient,
  form: FormParameters,
  { redirectUri, state }: ClientRedirect,
  proven?: string,
): SealedRequest {
  requireGrantType(party, 'authorization_code')
  if (form.require('response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type is code.')
  if ((form.get('response_mode') ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'response_mode is query.')
  const hints = hintsOf(form)
  const asked: AuthorizationRequest = {
    redirectUri,
    challenge: readChallenge(form),
    scopes: readScopeRequests(form),
    ...(state !== undefined && { state }),
    ...definedOf('nonce', form.get('nonce')),
    ...definedOf('jkt', readThumbprint(form, proven)),
    ...definedOf('resources', readResources(form, issuer)),
    ...definedOf('prompts', readPrompts(form)),
    ...definedOf('maxAge', readMaxAge(form)),
    ...definedOf('grant', readGrantAction(form)),
    ...definedOf('hints', hints),
  }
  return { authRequest: sealAuthorization(ports, party, asked, clock()), hints }
}

function readChallenge(form: FormParameters): string {
  const challenge = form.get('code_challenge')
  const isS256 = form.get('code_challenge_method') === 'S256'
  if (challenge === undefined || !isS256 || !S256_CHALLENGE.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'code_challenge is missing or not of code_challenge_method S256 (RFC 7636).',
    )
  return challenge
}

function readThumbprint(form: FormParameters, proven: string | undefined): string | undefined {
  const jkt = form.get('dpop_jkt') ?? proven
  if (proven !== undefined && jkt !== proven)
    throw new OAuthError('invalid_dpop_proof', 'dpop_jkt is of another key than the proof.')
  if (jkt !== undefined && !S256_CHALLENGE.test(jkt))
    throw new OAuthError('invalid_request', 'dpop_jkt is no SHA-256 thumbprint.')
  return jkt
}

/** Without this platform itself, which is meant when none is named (RFC 8707). */
export function readResources(form: FormParameters, issuer: string): readonly string[] | undefined {
  const others = form.resources?.filter((one) => one !== issuer)
  return others && others.length > 0 ? others : undefined
}

/** Which account is the wallet's matter; the rest is held against what the wallet says of the login. */
function readPrompts(form: FormParameters): readonly Prompt[] | undefined {
  const names = form.get('prompt')?.split(' ') ?? []
  const prompts = PROMPTS.filter((one) => names.includes(one))
  if (prompts.length < names.length || (prompts.includes('none') && prompts.length > 1))
    throw new OAuthError('invalid_request', `prompt is ${PROMPTS.join(', ')}; none stands alone.`)
  const kept = prompts.filter((one): one is Prompt => one !== 'select_account')
  return kept.length > 0 ? kept : undefined
}

function readMaxAge(form: FormParameters): number | undefined {
  const text = form.get('max_age')
  if (text !== undefined && !/^\d{1,9}$/.test(text))
    throw new OAuthError('invalid_request', 'max_age is a number of seconds.')
  return text === undefined ? undefined : Number(text)
}

/** What the wallet's page may want to know beforehand. It decides nothing. */
function hintsOf(form: FormParameters): AuthorizationRequestParams['hints'] {
  const known = ['prompt', 'login_hint', 'ui_locales', 'max_age'].flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return known.length > 0 ? Object.fromEntries(known) : undefined
}

/** The scopes; of some, how much and for how long at most (RFC 9396). @throws {OAuthError} */
function readScopeRequests(form: FormParameters): readonly ScopeRequest[] {
  const scopes = new Map<string, ScopeRequest>()
  const text = form.get('scope')
  if (text !== undefined) for (const scope of readScopes(text)) scopes.set(scope, { scope })
  for (const one of readDetails(form.get('authorization_details')))
    for (const scope of one.scopes) scopes.set(scope, { scope, ...one.terms })
  if (scopes.size === 0) throw new OAuthError('invalid_scope', 'scope is missing.')
  return [...scopes.values()]
}

type Detail = {
  readonly scopes: readonly string[]
  readonly terms: Pick<ScopeRequest, 'required' | 'lifetime'>
}

const DETAIL_MEMBERS = ['type', 'scopes', 'required', 'lifetime']

function readDetails(text: string | undefined): readonly Detail[] {
  if (text === undefined) return []
  const details = parseJson(text)
  if (!Array.isArray(details)) throw invalidDetails()
  return details.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) throw invalidDetails()
    const { type, scopes, required, lifetime } = one as Record<string, unknown>
    const chosen = CONSENT_DURATIONS.find((known) => known === lifetime)
    const isRight =
      type === AUTHORIZATION_DETAILS_TYPE &&
      Array.isArray(scopes) &&
      scopes.every((scope) => typeof scope === 'string') &&
      ['boolean', 'undefined'].includes(typeof required) &&
      (lifetime === undefined || chosen !== undefined) &&
      Object.keys(one).every((member) => DETAIL_MEMBERS.includes(member))
    if (!isRight) throw invalidDetails()
    return {
      scopes: readScopes(scopes.join(' ')),
      terms: { ...(required === true && { required }), ...(chosen && { lifetime: chosen }) },
    }
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidDetails()
  }
}

function invalidDetails(): OAuthError {
  return new OAuthError(
    'invalid_authorization_details',
    `authorization_details is a list of {type: "${AUTHORIZATION_DETAILS_TYPE}", scopes, required?, lifetime?}, lifetime one of ${CONSENT_DURATIONS.join(', ')}. Purposes are those that were registered.`,
  )
}

/** A request that was pushed before. @throws {OAuthError} */
async function openPushed(
  { ports, clock }: OAuthOptions,
  { client }: ResolvedClient,
  requestUri: string,
): Promise<SealedRequest> {
  if (!requestUri.startsWith(REQUEST_URI_PREFIX))
    throw new OAuthError(
      'request_uri_not_supported',
      'request_uri is one that this server has given (RFC 9126).',
    )
  const authRequest = requestUri.slice(REQUEST_URI_PREFIX.length)
  const { redirect } = await openAuthorization(ports, authRequest, client.clientId, clock())
  return { authRequest, hints: redirect?.oauth?.hints }
}

function definedOf<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T }
}

function queryOf({ originalUrl }: FastifyRequest): string {
  const at = originalUrl.indexOf('?')
  return at < 0 ? '' : originalUrl.slice(at + 1)
}

function bodyOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : ''
}
