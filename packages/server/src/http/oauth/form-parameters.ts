/**
 * @module Parameters of OAuth requests: each at most once, none longer than its kind can be, nothing that has two readings.
 * @see [RFC 6749 §3.1, §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.1)
 */
import { OAuthError } from './errors.ts'

/** Characters. What is not here and is not known is ignored, once it is not longer than that. */
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
  }),
)
const OTHER_LENGTH = 1024
const MAX_PARAMETERS = 64
const MAX_RESOURCES = 4
/** May be there more than once (RFC 8707 §2). */
const REPEATED = 'resource'

export type FormParameters = {
  /** `undefined` for what is absent, and for what is empty (RFC 6749 §3.1). */
  get(name: string): string | undefined
  /** @throws {OAuthError} `invalid_request` */
  require(name: string): string
  readonly resources: readonly string[] | undefined
  readonly names: readonly string[]
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

/** What a lenient parser would mend, another one reads differently. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('a percent sign without two hex digits, or bytes that are not UTF-8')
  }
}

/** @param pairs names and values in any order @throws {OAuthError} `invalid_request` */
export function parsePairs(pairs: readonly (readonly [string, string])[]): FormParameters {
  if (pairs.length > MAX_PARAMETERS) throw malformed('more than 64 parameters')
  const values = new Map<string, string>()
  const resources: string[] = []
  for (const [name, value] of pairs) {
    if (value.length > (MAX_LENGTHS.get(name) ?? OTHER_LENGTH))
      throw malformed(`${shown(name)} is too long`)
    if (UNREADABLE.test(value)) throw malformed(`${shown(name)} has characters that cannot be read`)
    if (name === REPEATED) resources.push(value)
    else if (values.has(name)) throw malformed(`${shown(name)} is there twice`)
    else values.set(name, value)
  }
  if (resources.length > MAX_RESOURCES) throw malformed('more than 4 resources')
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

/** Control characters, and what bytes that are not UTF-8 become. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/

function shown(name: string): string {
  return /^[\w.-]{1,40}$/.test(name) ? name : 'A parameter'
}

function malformed(what: string): OAuthError {
  return new OAuthError('invalid_request', `The request is malformed: ${what}.`)
}

/** Names of scopes, each once. @throws {OAuthError} `invalid_scope` */
export function readScopes(text: string): readonly string[] {
  const names = text.split(' ')
  const isRight =
    names.length <= 32 && names.every((name) => /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(name))
  if (!isRight)
    throw new OAuthError('invalid_scope', 'scope is at most 32 names with one space between them.')
  return [...new Set(names)]
}
