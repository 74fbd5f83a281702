/**
 * @module The way of a call: found → token → scopes → limits → upstream → what of its answer the scopes open.
 */
import type { Result } from '@assent/protocol'
import { authorizeApi } from '../../engine/apis/authorize-api.ts'
import type { ResponseFilter } from '../../engine/apis/response-filter.ts'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { Api, Client } from '../../engine/registry.ts'
import type { CheckedAccessToken } from '../../engine/tokens/check.ts'
import type { JsonObject } from '../strict-json.ts'
import type { FoundApi } from './api-routes.ts'
import type { RateLimits } from './rate-limits.ts'
import { type UpstreamClient, type UpstreamResponse, unavailable } from './upstream-client.ts'

/** Says to an upstream who calls, signed by this platform. */
export type SignAssertion = (facts: AssertionClaims) => Promise<string>

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

export type CallParts = {
  readonly ports: Ports
  readonly upstreams: UpstreamClient
  readonly limits: RateLimits
  readonly assert: SignAssertion
}

export type GatewayCall = {
  readonly found: FoundApi
  readonly client: Client
  readonly token: CheckedAccessToken
  /** With the question mark, or empty. */
  readonly query: string
  /** What the caller sent, without its token. */
  readonly body: JsonObject | undefined
  readonly traceId: string
}

const ALL_FIELDS = ['*']
const RESULT_CODE = /^[A-Za-z0-9_]{1,64}$/
const REQUEST_ID = /^[\x21-\x7e]{1,64}$/

export type ApiResponse = {
  /** What all of the answer has to pass, where there is one. */
  readonly filter: ResponseFilter | undefined
  /** Before anything of it leaves. @throws {StoreUnavailableError} when that cannot be written down */
  readonly recordAccess: () => void
}

/** @param use gets the answer, and what has to be done with it */
export async function callApi<T>(
  { ports, upstreams, limits, assert }: CallParts,
  call: GatewayCall,
  use: (answer: UpstreamResponse, opened: ApiResponse) => Promise<T>,
): Promise<T> {
  const { found, client, token, body } = call
  const { route } = found
  const api = apiOf(ports, found)
  const opened = authorizeApi(api, token.scopes)
  const { grant } = token
  await limits.consume(route, { clientId: client.clientId, grantId: grant.grantId })
  const requestId = route.requiresRequestId ? requestIdOf(body) : undefined
  const { walletId, userId } = grant.user
  const facts = {
    audience: route.origin,
    walletId,
    userId,
    clientId: client.clientId,
    appId: grant.appId,
    scope: opened.scopes.join(' '),
  }
  const headers = headersOf(facts, await assert(facts), call.traceId)
  if (body) headers['content-type'] = 'application/json'
  // Another client's or user's requestId is another key.
  if (requestId !== undefined) headers['idempotency-key'] = `${grant.grantId}-${requestId}`
  const isRepeatable = route.method === 'GET' || requestId !== undefined
  return upstreams.send(
    {
      route,
      parameters: found.parameters,
      query: call.query,
      headers,
      body: body && JSON.stringify(body),
      isRepeatable,
    },
    (answer) =>
      use(answer, {
        filter: opened.filter,
        recordAccess: () =>
          ports.accessLog.record({
            grantId: grant.grantId,
            api: api.name,
            fields: opened.fields ?? ALL_FIELDS,
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

/** The answer as JSON, cut down to what is open, and noted; its own result beside it. @throws {AssentError} `UPSTREAM_UNAVAILABLE` when it is no JSON object */
export async function readJson(
  { route }: FoundApi,
  answer: UpstreamResponse,
  { filter, recordAccess }: ApiResponse,
): Promise<Readonly<Record<string, unknown>>> {
  const value = parse(await answer.text())
  if (
    !isJson(answer.contentType) ||
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value)
  )
    throw unavailable(route, 'answered something that is no JSON object')
  recordAccess()
  const { result } = value as { readonly result?: unknown }
  const data = result === undefined ? value : withoutResult(value)
  const passed = (filter ? filter(data) : data) as Readonly<Record<string, unknown>>
  const own = ownResult(result)
  return own ? { ...passed, result: own } : passed
}

function withoutResult({ result: _, ...data }: { readonly result?: unknown }): object {
  return data
}

/** An upstream that speaks the words of the family says itself how it went; anything else of this name is not passed on. */
function ownResult(result: unknown): Result | undefined {
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

function requestIdOf(body: JsonObject | undefined): string {
  const requestId = body?.['requestId']
  if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId))
    throw new AssentError('PARAM_ILLEGAL', { detail: 'See: requestId.' })
  return requestId
}

/** The assertion, and its values raw. An id that is not plain ASCII is percent-encoded: the assertion has it as it is. */
function headersOf(
  facts: AssertionClaims,
  assertion: string,
  traceId: string,
): Record<string, string> {
  return {
    accept: 'application/json',
    'assent-wallet-id': facts.walletId,
    'assent-user-id': encodeURIComponent(facts.userId),
    'assent-client-id': facts.clientId,
    'assent-app-id': facts.appId,
    'assent-scopes': facts.scope,
    'assent-assertion': assertion,
    'trace-id': traceId,
  }
}
