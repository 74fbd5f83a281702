/**
 * @module Reads the access token and the request id from the body of a call, under the names that the API declares.
 * @see docs/gateway.md#names-of-the-token-and-the-request-id
 */
import { LIMITS } from '@assent/protocol'
import { applyEdits, modify } from 'jsonc-parser'
import { AssentError } from '../../engine/errors.ts'
import { invalidParameter } from '../request-schema.ts'
import type { JsonObject } from '../strict-json.ts'

/** A name, or the names on the way to a nested member: `paymentMethod.paymentMethodId`. */
export const BODY_FIELD = '^[A-Za-z][A-Za-z0-9_]{0,63}(\\.[A-Za-z][A-Za-z0-9_]{0,63}){0,3}$'
export const DEFAULT_ACCESS_TOKEN_FIELD = 'accessToken'
export const DEFAULT_REQUEST_ID_FIELD = 'requestId'

const REQUEST_ID = /^[\x21-\x7e]{1,64}$/

/** A body, parsed and as the client sent it. The upstream receives the text, so that nothing that was signed changes on the way. */
export type SentBody = { readonly json: JsonObject; readonly text: string }

/** @returns the token, and the body with its member cut out @throws {AssentError} `PARAM_ILLEGAL` naming the field */
export function takeAccessToken(
  { json, text }: SentBody,
  field: string,
): { readonly accessToken: string; readonly rest: SentBody } {
  const names = field.split('.')
  const accessToken = valueAt(json, names)
  const isToken =
    typeof accessToken === 'string' &&
    accessToken.length > 0 &&
    accessToken.length <= LIMITS.credential
  if (!isToken) throw invalidParameter(field)
  return { accessToken, rest: { json, text: applyEdits(text, modify(text, names, undefined, {})) } }
}

/** @throws {AssentError} `PARAM_ILLEGAL` naming the field */
export function requestIdOf(body: JsonObject | undefined, field: string): string {
  const requestId = valueAt(body, field.split('.'))
  if (typeof requestId === 'string' && REQUEST_ID.test(requestId)) return requestId
  throw new AssentError('PARAM_ILLEGAL', {
    detail: `${field} must be a text of 1 to 64 printable ASCII characters without spaces.`,
  })
}

function valueAt(body: unknown, names: readonly string[]): unknown {
  let value = body
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
