/**
 * @module Access to APIs: whether the scopes of a token give access to an API, and which fields of its response they permit.
 * @see docs/gateway.md#rules-for-declarations
 */

import { insufficientScope } from '../errors.ts'
import type { Api } from '../registry.ts'
import { createResponseFilter, type ResponseFilter } from './response-filter.ts'

export type ApiAccess = {
  /** The scopes of the API that the token has. */
  readonly scopes: readonly string[]
  /** The paths of the response that they permit. Absent: all. */
  readonly fields?: readonly string[]
  /** Removes all other fields from a response. Absent: nothing is removed. */
  readonly filter?: ResponseFilter
}

/** Cached by scopes, because every call of the gateway needs one. */
const accessCache = new WeakMap<Api, Map<string, ApiAccess>>()

/**
 * Authorizes a call of an API.
 * @param effectiveScopes the scopes of the token that are in effect
 * @returns the same object for the same scopes of an API
 * @throws {AssentError} `SCOPE_INSUFFICIENT` naming the missing scopes, of which `scopeMatch` requires one or all
 */
export function authorizeApi(api: Api, effectiveScopes: readonly string[]): ApiAccess {
  const scopes = api.scopes.filter((scope) => effectiveScopes.includes(scope))
  const isPermitted =
    api.scopeMatch === 'any' ? scopes.length > 0 : scopes.length === api.scopes.length
  if (!isPermitted)
    throw insufficientScope(api.scopes.filter((scope) => !effectiveScopes.includes(scope)))
  const cache = accessCache.get(api) ?? new Map<string, ApiAccess>()
  accessCache.set(api, cache)
  const key = scopes.join(' ')
  const access = cache.get(key) ?? computeAccess(api, scopes)
  cache.set(key, access)
  return access
}

function computeAccess(api: Api, scopes: readonly string[]): ApiAccess {
  if (!api.fields) return { scopes }
  const permitted = scopes.flatMap((scope) => api.fields?.[scope] ?? [])
  const fields = [...new Set(permitted)].sort()
  return { scopes, fields, filter: createResponseFilter(fields) }
}
