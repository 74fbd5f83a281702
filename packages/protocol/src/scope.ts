/**
 * @module The grammar of scope names and of what a mini program may ask for (contract: jsapi §1, openapi §8).
 */

/** For how long a user lets a mini program: for one authorization without refresh, for 30 days, until withdrawn. */
export const CONSENT_DURATIONS = ['once', '30d', 'until_withdrawn'] as const
export type ConsentDuration = (typeof CONSENT_DURATIONS)[number]

/** One scope as a mini program asks for it. A plain name is an optional one. */
export type ScopeRequest = {
  readonly scope: string
  /** Without this scope the mini program cannot do what it asks for: the sheet grants it or nothing. */
  readonly required?: boolean
  /** No longer than this is needed: nothing longer is offered. */
  readonly lifetime?: ConsentDuration
}

/** What `my.getAuthCode({ scopes })` and the wallet API accept: `'a'`, `'a,b'`, `['a', { scope: 'b' }]`, or nothing. */
export type ScopesInput = string | readonly (string | ScopeRequest)[] | null | undefined

/** The scope that is meant when none is named. */
export const DEFAULT_SCOPE = 'auth_base'

/** More scopes than any wallet of the family registers for one mini program. */
export const MAX_SCOPES_PER_REQUEST = 32

const SCOPE_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** A scope name: a letter, then at most 63 letters, digits, `_`, `.` or `-`. Case matters. */
export function isScopeName(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_NAME.test(value)
}

/**
 * The scopes asked for, each once, in the order asked. Of a scope that is asked twice, the one that requires it counts.
 * @returns `undefined` when the input is not a list of scopes.
 */
export function parseScopes(input: unknown): readonly ScopeRequest[] | undefined {
  if (input === undefined || input === null) return [{ scope: DEFAULT_SCOPE }]
  const items = typeof input === 'string' ? input.split(',').map((name) => name.trim()) : input
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_SCOPES_PER_REQUEST) {
    return undefined
  }
  const asked = new Map<string, ScopeRequest>()
  for (const item of items) {
    const request = toScopeRequest(item)
    if (!request) return undefined
    if (!asked.get(request.scope)?.required) asked.set(request.scope, request)
  }
  return [...asked.values()]
}

function toScopeRequest(item: unknown): ScopeRequest | undefined {
  if (isScopeName(item)) return { scope: item }
  if (typeof item !== 'object' || item === null) return undefined
  const { scope, required, lifetime } = item as Partial<Record<keyof ScopeRequest, unknown>>
  if (!isScopeName(scope)) return undefined
  if (required !== undefined && required !== null && typeof required !== 'boolean') return undefined
  const known = CONSENT_DURATIONS.find((one) => one === lifetime)
  if (lifetime !== undefined && lifetime !== null && !known) return undefined
  return { scope, ...(required && { required }), ...(known && { lifetime: known }) }
}
