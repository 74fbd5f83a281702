/**
 * @module Scope names, and the scope lists that mini programs and wallets send.
 *
 * @see docs/mini-programs.md#options
 */

/**
 * How long a user's consent is valid, shortest first. `once` covers one access token without refresh.
 *
 * @see docs/consent.md#consent-duration
 */
export const CONSENT_DURATIONS = ['once', '30d', 'until_withdrawn'] as const
/** One consent duration. */
export type ConsentDuration = (typeof CONSENT_DURATIONS)[number]

/** One requested scope. A plain name in a list stands for an optional scope. */
export type ScopeRequest = {
  readonly scope: string
  /** Whether the user must grant this scope to grant any. Default: false. */
  readonly required?: boolean
  /** The longest duration that the consent prompt offers. Default: the longest that the wallet allows. */
  readonly lifetime?: ConsentDuration
}

/**
 * The forms of `scopes` in `my.getAuthCode` and the wallet API: `'a'`, `'a,b'`, or `['a', { scope: 'b' }]`. A list that names
 * no scope stands for `DEFAULT_SCOPE`.
 */
export type ScopesInput =
  | string
  | readonly (string | ScopeRequest | null | undefined)[]
  | null
  | undefined

/** The scope that is requested when `scopes` is absent: the pairwise user id. */
export const DEFAULT_SCOPE = 'auth_base'

/** The longest accepted scope list. Wallets of the family register fewer scopes per mini program. */
export const MAX_SCOPES_PER_REQUEST = 32

const SCOPE_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** Whether the value is a scope name: a letter, then at most 63 letters, digits, `_`, `.` or `-`. Names are case-sensitive. */
export function isScopeName(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_NAME.test(value)
}

/**
 * Parses a scope list and removes duplicates. The order is kept; a required entry replaces an optional one of the same scope.
 * Commas separate names, also within an entry of a list. Empty entries are ignored, as wallets of the family do.
 *
 * @returns `undefined` when the input is not a scope list
 * @example
 * ```ts
 * import { parseScopes } from '@assent/protocol'
 *
 * parseScopes('auth_base, auth_user') // [{ scope: 'auth_base' }, { scope: 'auth_user' }]
 * parseScopes('') // [{ scope: 'auth_base' }]
 * ```
 * @see docs/mini-programs.md#accepted-spellings
 */
export function parseScopes(input: unknown): readonly ScopeRequest[] | undefined {
  const list = Array.isArray(input) ? input : [input]
  if (list.length > MAX_SCOPES_PER_REQUEST) return undefined
  const items = list.flatMap(splitNames)
  if (items.length === 0) return [{ scope: DEFAULT_SCOPE }]
  if (items.length > MAX_SCOPES_PER_REQUEST) return undefined
  const requests = new Map<string, ScopeRequest>()
  for (const item of items) {
    const request = toScopeRequest(item)
    if (!request) return undefined
    if (!requests.get(request.scope)?.required) requests.set(request.scope, request)
  }
  return [...requests.values()]
}

function splitNames(item: unknown): readonly unknown[] {
  if (item === undefined || item === null) return []
  if (typeof item !== 'string') return [item]
  return item
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function toScopeRequest(item: unknown): ScopeRequest | undefined {
  if (isScopeName(item)) return { scope: item }
  if (typeof item !== 'object' || item === null) return undefined
  const { scope: name, required, lifetime } = item as Partial<Record<keyof ScopeRequest, unknown>>
  const scope = typeof name === 'string' ? name.trim() : name
  if (!isScopeName(scope)) return undefined
  if (required !== undefined && required !== null && typeof required !== 'boolean') return undefined
  const known = CONSENT_DURATIONS.find((one) => one === lifetime)
  if (lifetime !== undefined && lifetime !== null && !known) return undefined
  return { scope, ...(required && { required }), ...(known && { lifetime: known }) }
}
