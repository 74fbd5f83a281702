/**
 * @module Converts the document of an API to the one of the engine, and to its route through the gateway.
 */
import type { Api as ApiDocument } from '../../config/sections.ts'
import type { Api } from '../../engine/registry.ts'
import { type ApiRoute, type ApiRoutes, createApiRoutes } from '../../http/gateway/api-routes.ts'
import {
  DEFAULT_ACCESS_TOKEN_FIELD,
  DEFAULT_REQUEST_ID_FIELD,
} from '../../http/gateway/body-fields.ts'

const DEFAULT_UPSTREAM_TIMEOUT_SECONDS = 2
const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024
const DEFAULT_MAX_CONCURRENCY = 64

export function toApi(api: ApiDocument): Api {
  return {
    name: api.name,
    scopes: api.scopes,
    scopeMatch: api.scopeMatch ?? 'any',
    sensitivity: api.sensitivity ?? 'basic',
    ...(api.fields && { fields: api.fields }),
  }
}

/** The routes of the gateway to the APIs of the wallet. */
export function toApiRoutes(apis: readonly ApiDocument[]): ApiRoutes {
  return createApiRoutes(
    apis.map((api) => ({
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
