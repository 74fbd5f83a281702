/**
 * @module Parameters of OAuth requests. Each may be sent once, and those that an endpoint reads have a maximum length. Encodings that
 * parsers interpret differently are rejected.
 * @see [RFC 6749 §3.1, §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.1)
 */
import type { FastifyRequest } from 'fastify'
import { OAuthError } from './errors.ts'
import { PARAMETERS, type ParameterName } from './parameters.ts'

const MAX_PARAMETERS = 64
/** Of `resource`, and of `audience`. */
export const MAX_RESOURCES = 4
/** The parameters that may be sent several times: RFC 8707 §2, RFC 8693 §2.1. */
const REPEATABLE = ['resource', 'audience'] as const

export type FormParameters = {
  /** `undefined` if absent or empty (RFC 6749 §3.1). */
  get(name: ParameterName): string | undefined
  /** @throws {OAuthError} `invalid_request` */
  require(name: ParameterName): string
  /** The values of a parameter that may be sent several times. @throws {OAuthError} `invalid_request` */
  list(name: (typeof REPEATABLE)[number]): readonly string[]
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

/** What cannot be decoded becomes unreadable: lenient parsers repair invalid encodings in different ways. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return REPLACEMENT_CHARACTER
  }
}

/** @param pairs names and values in any order @throws {OAuthError} `invalid_request` */
export function parsePairs(pairs: readonly (readonly [string, string])[]): FormParameters {
  if (pairs.length > MAX_PARAMETERS)
    throw malformed(`it has more than ${MAX_PARAMETERS} parameters`)
  const values = new Map<string, string>()
  const lists = { resource: [] as string[], audience: [] as string[] }
  for (const [name, value] of pairs) {
    const list = REPEATABLE.find((one) => one === name)
    if (list) lists[list].push(value)
    else if (values.has(name)) throw malformed(`${printable(name)} was sent twice`)
    else values.set(name, value)
  }
  const get = (name: ParameterName): string | undefined => readValue(name, values.get(name))
  return {
    get,
    require(name) {
      const value = get(name)
      if (value === undefined) throw malformed(`${name} is missing`)
      return value
    },
    list(name) {
      const sent = lists[name]
      if (sent.length > MAX_RESOURCES)
        throw malformed(`it has more than ${MAX_RESOURCES} ${name} parameters`)
      return sent.flatMap((one) => readValue(name, one) ?? [])
    },
    names: [...values.keys()],
  }
}

/** Checked when it is read, so that a parameter that nobody reads cannot fail a request. */
function readValue(name: ParameterName, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  const { maxBytes } = PARAMETERS[name]
  if (value.length > maxBytes || Buffer.byteLength(value) > maxBytes)
    throw malformed(`${name} is longer than ${maxBytes} bytes`)
  if (UNREADABLE.test(value))
    throw malformed(`${name} contains control characters or invalid UTF-8`)
  return value
}

const REPLACEMENT_CHARACTER = '\ufffd'
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

/** The name of a scope. */
export const SCOPE_NAME_PATTERN = '[A-Za-z][A-Za-z0-9_.:-]{0,63}'
const SCOPE_NAME = new RegExp(`^${SCOPE_NAME_PATTERN}$`)

/** Scope names without duplicates. @throws {OAuthError} `invalid_scope` */
export function readScopes(text: string): readonly string[] {
  const names = text.split(' ')
  if (!names.every((name) => SCOPE_NAME.test(name)))
    throw new OAuthError('invalid_scope', 'scope must be scope names, separated by single spaces.')
  return [...new Set(names)]
}
