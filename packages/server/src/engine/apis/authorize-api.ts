/**
 * @module APIs behind granted scopes: does a token open one, and what of its answer?
 */

import { insufficientScope } from '../errors.ts'
import type { Api } from '../registry.ts'
import { createResponseFilter, type ResponseFilter } from './response-filter.ts'

export type AuthorizedApi = {
  /** Those of its scopes that the token holds. */
  readonly scopes: readonly string[]
  /** The paths of the answer that they open. Absent: all. */
  readonly fields?: readonly string[]
  /** Lets these through, and nothing else. Absent: all. */
  readonly filter?: ResponseFilter
}

/** By the scopes that open it: computed once, and asked with each call. */
const openings = new WeakMap<Api, Map<string, AuthorizedApi>>()

/**
 * @param live the scopes that a token opens at this moment
 * @returns for the same scopes of an API the same object
 * @throws {Refusal} `SCOPE_INSUFFICIENT` with the scopes of which one, or all, would do
 */
export function authorizeApi(api: Api, live: readonly string[]): AuthorizedApi {
  const scopes = api.scopes.filter((scope) => live.includes(scope))
  const isOpen = api.scopeMatch === 'any' ? scopes.length > 0 : scopes.length === api.scopes.length
  if (!isOpen) throw insufficientScope(api.scopes.filter((scope) => !live.includes(scope)))
  const ofApi = openings.get(api) ?? new Map<string, AuthorizedApi>()
  openings.set(api, ofApi)
  const key = scopes.join(' ')
  const opened = ofApi.get(key) ?? opening(api, scopes)
  ofApi.set(key, opened)
  return opened
}

function opening(api: Api, scopes: readonly string[]): AuthorizedApi {
  if (!api.fields) return { scopes }
  const opened = scopes.flatMap((scope) => api.fields?.[scope] ?? [])
  const fields = [...new Set(opened)].sort()
  return { scopes, fields, filter: createResponseFilter(fields) }
}
