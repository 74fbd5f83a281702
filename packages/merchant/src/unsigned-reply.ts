/**
 * @module Answers that are not the platform's: of a load balancer, a proxy, a firewall or another server. They have no signature.
 *
 * @see docs/merchants.md
 */
import { OutcomeUnknownError, UnavailableError } from './errors.ts'

/** A refusal: the request was not carried out ([RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585.html#section-4)). */
const REFUSALS = new Set([429, 503])
const MAX_EXCERPT_CHARACTERS = 120
/** A proxy may echo the request. */
const CREDENTIAL = /\b((?:ac|at|rt)_)[\w.-]+/g

/** The error for an answer without a signature. It names the status and the first characters of what came. */
export function unsignedReplyError(
  path: string,
  { status, headers }: Response,
  body: Buffer,
): OutcomeUnknownError | UnavailableError {
  const traceId = headers.get('trace-id') ?? undefined
  const details = { status, traceId, retryAfterSeconds: retryAfterSeconds(headers) }
  const answer = `status ${status}${excerptOf(body)}`
  if (REFUSALS.has(status))
    return new UnavailableError(`${path} is not available: ${answer}.`, details)
  return new OutcomeUnknownError(
    `The platform did not answer ${path}. Something in between did, without a signature: ${answer}. ${adviceOn(status, headers)}The outcome of the call is unknown.`,
    details,
  )
}

function adviceOn(status: number, headers: Headers): string {
  if (status >= 300 && status < 400)
    return `It redirects to ${headers.get('location') ?? 'another address'}: set baseUrl to the origin that answers itself. `
  return status < 500 ? 'Check baseUrl and the proxies on the way. ' : ''
}

function excerptOf(body: Buffer): string {
  const text = body
    .subarray(0, 4 * MAX_EXCERPT_CHARACTERS)
    .toString()
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .replaceAll(CREDENTIAL, '$1…')
    .trim()
  if (text === '') return ' and an empty body'
  return ` and a body that begins with "${text.slice(0, MAX_EXCERPT_CHARACTERS)}"`
}

/**
 * The `Retry-After` header in either form. A date counts from the `Date` of the answer, so this machine's clock does not matter.
 * @see [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3)
 */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text)
  const sentAt = Date.parse(headers.get('date') ?? '') || Date.now()
  const seconds = Math.ceil((Date.parse(text) - sentAt) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
