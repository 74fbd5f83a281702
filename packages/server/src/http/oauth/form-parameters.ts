/**
 * @module Parameters of OAuth requests. Each may be sent once and has a maximum length. Encodings that parsers interpret differently
 * are rejected.
 * @see [RFC 6749 §3.1, §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.1)
 */
import type { FastifyRequest } from 'fastify'
import { OAuthError } from './errors.ts'

/** In characters. Unknown parameters are ignored (RFC 6749 §3.1), but must not exceed `MAX_OTHER_LENGTH`. */
const MAX_LENGTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    client_id: 128,
    client_secret: 128,
    client_assertion: 4096,
    client_assertion_type: 128,
    redirect_uri: 1024,
    response_type: 64,
    response_mode: 64,
    scope: 2048,
    state: 1024,
    nonce: 255,
    code: 2048,
    code_verifier: 128,
    code_challenge: 43,
    code_challenge_method: 8,
    grant_type: 128,
    refresh_token: 2048,
    token: 4096,
    token_type_hint: 64,
    subject_token: 4096,
    subject_token_type: 128,
    requested_token_type: 128,
    resource: 512,
    authorization_details: 2048,
    request: 8192,
    request_uri: 8256,
    prompt: 64,
    max_age: 10,
    login_hint: 256,
    ui_locales: 128,
    dpop_jkt: 43,
    id_token_hint: 4096,
    logout_hint: 256,
    logout_request: 8192,
    post_logout_redirect_uri: 1024,
  }),
)
const MAX_OTHER_LENGTH = 1024
const MAX_PARAMETERS = 64
const MAX_RESOURCES = 4
const MAX_SCOPES = 32
/** The one parameter that may be sent several times (RFC 8707 §2). */
const REPEATABLE = 'resource'

export type FormParameters = {
  /** `undefined` if absent or empty (RFC 6749 §3.1). */
  get(name: string): string | undefined
  /** @throws {OAuthError} `invalid_request` */
  require(name: string): string
  readonly resources: readonly string[] | undefined
  readonly names: readonly string[]
}

export function queryOf({ originalUrl }: FastifyRequest): string {
  const mark = originalUrl.indexOf('?')
  return mark < 0 ? '' : originalUrl.slice(mark + 1)
}

export function bodyOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : ''
}

/** @param text `application/x-www-form-urlencoded` @throws {OAuthError} `invalid_request` */
export function readForm(text: string): FormParameters {
  return parsePairs(
    text
      .split('&')
      .filter((pair) => pair !== '')
      .map(readPair),
  )
}

function readPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]
}

/** Strict, because lenient parsers repair invalid encodings in different ways. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('it contains an invalid percent-encoding or bytes that are not UTF-8')
  }
}

/** @param pairs names and values in any order @throws {OAuthError} `invalid_request` */
export function parsePairs(pairs: readonly (readonly [string, string])[]): FormParameters {
  if (pairs.length > MAX_PARAMETERS)
    throw malformed(`it has more than ${MAX_PARAMETERS} parameters`)
  const values = new Map<string, string>()
  const resources: string[] = []
  for (const [name, value] of pairs) {
    if (value.length > (MAX_LENGTHS.get(name) ?? MAX_OTHER_LENGTH))
      throw malformed(`${printable(name)} is too long`)
    if (UNREADABLE.test(value))
      throw malformed(`${printable(name)} contains control characters or invalid UTF-8`)
    if (name === REPEATABLE) resources.push(value)
    else if (values.has(name)) throw malformed(`${printable(name)} was sent twice`)
    else values.set(name, value)
  }
  if (resources.length > MAX_RESOURCES)
    throw malformed(`it has more than ${MAX_RESOURCES} resource parameters`)
  return {
    get: (name) => values.get(name) || undefined,
    require(name) {
      const value = values.get(name)
      if (!value) throw malformed(`${name} is missing`)
      return value
    },
    resources: resources.length > 0 ? resources : undefined,
    names: [...values.keys()],
  }
}

/** Control characters, and the replacement character, to which bytes that are not UTF-8 are decoded. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/

/** Names from the request are repeated in error messages only if they are harmless. */
function printable(name: string): string {
  return /^[\w.-]{1,40}$/.test(name) ? name : 'A parameter'
}

function malformed(problem: string): OAuthError {
  return new OAuthError('invalid_request', `The request is malformed: ${problem}.`)
}

/** Whether a request is one of OpenID Connect (OpenID Connect Core §3.1.2.1). */
export function isOpenIdRequest(form: Pick<FormParameters, 'get'>): boolean {
  return form.get('scope')?.split(' ').includes('openid') ?? false
}

/** Scope names without duplicates. @throws {OAuthError} `invalid_scope` */
export function readScopes(text: string): readonly string[] {
  const names = text.split(' ')
  const isValid =
    names.length <= MAX_SCOPES &&
    names.every((name) => /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(name))
  if (!isValid)
    throw new OAuthError(
      'invalid_scope',
      `scope must be at most ${MAX_SCOPES} scope names, separated by single spaces.`,
    )
  return [...new Set(names)]
}
