/**
 * @module Proxies one call to the API of a wallet: checks scopes and rate limits, calls the upstream, and filters the response.
 * @see docs/gateway.md#what-your-server-receives
 */

import type { Result } from '@assent/protocol'
import { authorizeApi } from '../../engine/apis/authorize-api.ts'
import type { ResponseFilter } from '../../engine/apis/response-filter.ts'
import { AssentError } from '../../engine/errors.ts'
import { requireFirst } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OnceRecord } from '../../engine/records.ts'
import type { Api, Client } from '../../engine/registry.ts'
import type { CheckedAccessToken } from '../../engine/tokens/check.ts'
import { hasInexactNumber } from '../strict-json.ts'
import type { FoundApi } from './api-routes.ts'
import { requestIdOf, type SentBody } from './body-fields.ts'
import type { RateLimits } from './rate-limits.ts'
import { type UpstreamClient, type UpstreamResponse, unavailable } from './upstream-client.ts'

/** Signs a JWT with the user, the client and the scopes of a call, for the upstream. */
export type SignAssertion = (claims: AssertionClaims) => Promise<string>

export type AssertionClaims = {
  /** The upstream's origin. */
  readonly audience: string
  readonly walletId: string
  readonly userId: string
  readonly clientId: string
  readonly appId: string
  /** Separated by spaces. */
  readonly scope: string
}

export type ProxyDependencies = {
  readonly ports: Ports
  readonly upstreamClient: UpstreamClient
  readonly rateLimits: RateLimits
  readonly signAssertion: SignAssertion
}

export type GatewayCall = {
  readonly found: FoundApi
  readonly client: Client
  readonly token: CheckedAccessToken
  /** Starts with a question mark, or is empty. */
  readonly query: string
  /** The body that the caller sent. Its text has no access token. */
  readonly body: SentBody | undefined
  readonly traceId: string
  /** The record of a signed request. */
  readonly once?: OnceRecord
}

const ALL_FIELDS = ['*']
const RESULT_CODE = /^[A-Za-z0-9_]{1,64}$/

/** What must happen to the response before it is sent. */
export type ResponseRules = {
  /** Removes the fields that the scopes do not permit. `undefined`: all fields are permitted. */
  readonly filter: ResponseFilter | undefined
  /**
   * Records the access in the user's access log. Must be called before any part of the response is sent.
   * @throws {StoreUnavailableError} when the access log cannot take another entry
   */
  readonly recordAccess: () => void
}

/**
 * Calls the upstream of an API.
 * @param use handles the response according to the rules; the call is in flight until it is done
 * @throws {AssentError}
 */
export async function callApi<T>(
  { ports, upstreamClient, rateLimits, signAssertion }: ProxyDependencies,
  call: GatewayCall,
  use: (response: UpstreamResponse, rules: ResponseRules) => Promise<T>,
): Promise<T> {
  const { found, client, token, body } = call
  const { route } = found
  const api = apiOf(ports, found)
  const authorized = authorizeApi(api, token.scopes)
  const { grant } = token
  await rateLimits.consume(route, { clientId: client.clientId, grantId: grant.grantId })
  const requestId = route.requiresRequestId
    ? requestIdOf(body?.json, route.requestIdField)
    : undefined
  if (requestId !== undefined) await requireFirst(ports, call.once)
  const { walletId, userId } = grant.user
  const claims = {
    audience: route.origin,
    walletId,
    userId,
    clientId: client.clientId,
    appId: grant.appId,
    scope: authorized.scopes.join(' '),
  }
  const headers = headersOf(claims, await signAssertion(claims), call.traceId)
  if (body) headers['content-type'] = 'application/json'
  // The grant id keeps equal requestIds of different clients or users apart.
  if (requestId !== undefined) headers['idempotency-key'] = `${grant.grantId}-${requestId}`
  const isIdempotent = route.method === 'GET' || requestId !== undefined
  return upstreamClient.send(
    {
      route,
      parameters: found.parameters,
      query: call.query,
      headers,
      body: body?.text,
      isIdempotent,
    },
    (response) =>
      use(response, {
        filter: authorized.filter,
        recordAccess: () =>
          ports.accessLog.record({
            grantId: grant.grantId,
            api: api.name,
            fields: authorized.fields ?? ALL_FIELDS,
          }),
      }),
  )
}

/** @throws {AssentError} `API_UNKNOWN` */
export function apiOf({ registry }: Pick<Ports, 'registry'>, { route }: FoundApi): Api {
  const api = registry.apis.get(route.name)
  if (!api) throw new AssentError('API_UNKNOWN')
  return api
}

/**
 * Reads the response as JSON, records the access, and filters the fields. A result of the upstream is passed on beside them.
 * @throws {AssentError} `UPSTREAM_UNAVAILABLE` when the response is not a JSON object, or has a number that would change
 */
export async function readJson(
  { route }: FoundApi,
  response: UpstreamResponse,
  { filter, recordAccess }: ResponseRules,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text()
  const value = parse(text)
  if (
    !isJson(response.contentType) ||
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value)
  )
    throw unavailable(route, 'the response is not a JSON object')
  if (hasInexactNumber(text))
    throw unavailable(
      route,
      'the response has a number that JSON parsers round; send it as a string',
    )
  recordAccess()
  const { result } = value as { readonly result?: unknown }
  const data = result === undefined ? value : withoutResult(value)
  const permitted = (filter ? filter(data) : data) as Readonly<Record<string, unknown>>
  const upstreamResult = readResult(result)
  return upstreamResult ? { ...permitted, result: upstreamResult } : permitted
}

function withoutResult({ result: _, ...data }: { readonly result?: unknown }): object {
  return data
}

/** A `result` in the format of the platform family is passed on. Any other member of this name is dropped. */
function readResult(result: unknown): Result | undefined {
  if (typeof result !== 'object' || result === null) return undefined
  const { resultStatus, resultCode, resultMessage } = result as Record<string, unknown>
  const isStatus = resultStatus === 'S' || resultStatus === 'F' || resultStatus === 'U'
  if (!isStatus || typeof resultCode !== 'string' || !RESULT_CODE.test(resultCode)) return undefined
  const message = typeof resultMessage === 'string' ? resultMessage.slice(0, 256) : ''
  return { resultStatus, resultCode, resultMessage: message }
}

function isJson(contentType: string): boolean {
  return /^application\/([a-z.-]+\+)?json\b/i.test(contentType)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The assertion, and its claims as plain headers. Headers are ASCII, so the user id is percent-encoded here; the claim is not. */
function headersOf(
  claims: AssertionClaims,
  assertion: string,
  traceId: string,
): Record<string, string> {
  return {
    accept: 'application/json',
    'assent-wallet-id': claims.walletId,
    'assent-user-id': encodeURIComponent(claims.userId),
    'assent-client-id': claims.clientId,
    'assent-app-id': claims.appId,
    'assent-scopes': claims.scope,
    'assent-assertion': assertion,
    'trace-id': traceId,
  }
}
