/**
 * @module All problems of the interfaces for administrators. Each has one status and one page of the documentation, which its `type` names.
 * @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457.html)
 */
import type { AdminErrorCode } from '../../engine/admin/admin-error.ts'

/** Problems that no rule of the administration causes. */
type HttpProblemCode =
  | 'method-not-allowed'
  | 'unsupported-media-type'
  | 'too-large'
  | 'unavailable'
  | 'failed'

export type ProblemCode = AdminErrorCode | HttpProblemCode

type ProblemRow = {
  readonly status: number
  readonly title: string
  /** What to do. */
  readonly remedy: string
}

/** A code without a row does not compile. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemRow>> = {
  invalid: {
    status: 400,
    title: 'The request is invalid.',
    remedy: 'Correct the members that `errors` names, each by a JSON Pointer.',
  },
  'sign-in-required': {
    status: 401,
    title: 'There is no valid session or access token.',
    remedy: 'Sign in again, or request a new token at the token endpoint.',
  },
  forbidden: {
    status: 403,
    title: 'The role does not include the operation.',
    remedy: 'Ask an owner of your organization, or of the platform.',
  },
  'own-record': {
    status: 403,
    title: 'Nobody changes the own role, or approves an own request.',
    remedy: 'Ask another person.',
  },
  'cross-site': {
    status: 403,
    title: 'The request does not come from a page of this server.',
    remedy:
      'Send the `csrfToken` of `GET /admin/session` in the header `csrf-token`, and the `Origin` of this server. Programs use an access token instead.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such record within the reach of the role.',
    remedy:
      'Check the id. A record of an organization that you do not reach looks the same as none.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The resource does not have this method.',
    remedy: 'Use one of the methods in the header `Allow`.',
  },
  exists: {
    status: 409,
    title: 'There is a record with this id.',
    remedy: 'Read it and change it, or choose another id.',
  },
  'other-owner': {
    status: 409,
    title: 'The record belongs to a file.',
    remedy: 'Change it in the file, or remove it there and create it here.',
  },
  conflict: {
    status: 409,
    title: 'The record does not fit the other records.',
    remedy: 'Change what `errors` names. For example, each party needs keys of its own.',
  },
  used: {
    status: 409,
    title: 'It was used or decided before.',
    remedy: 'Nothing is left to do, or ask for a new link.',
  },
  'in-progress': {
    status: 409,
    title: 'The first request with this Idempotency-Key has no reply yet.',
    remedy: 'Send the same request again in a moment.',
  },
  expired: {
    status: 410,
    title: 'The link or the request has expired.',
    remedy: 'Ask for a new one.',
  },
  stale: {
    status: 412,
    title: 'The record has another version.',
    remedy: 'Read the record again, and repeat the change with its new `ETag`.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large.',
    remedy: 'Send at most one megabyte.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has another media type.',
    remedy: 'Send `application/json`, and for PATCH `application/merge-patch+json`.',
  },
  'key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request.',
    remedy: 'Use a new key for each request, and the same key only to repeat it.',
  },
  'version-required': {
    status: 428,
    title: 'The request does not say which version it changes.',
    remedy: 'Send the `ETag` of the record in the header `If-Match`.',
  },
  'rate-limited': {
    status: 429,
    title: 'There were too many requests in this minute.',
    remedy: 'Wait as long as `Retry-After` says.',
  },
  failed: {
    status: 500,
    title: 'The request failed.',
    remedy: 'The log of the server has the cause, under the `trace-id` of the reply.',
  },
  unavailable: {
    status: 503,
    title: 'The server cannot respond now.',
    remedy: 'Repeat the request in a moment, a POST with the same `Idempotency-Key`.',
  },
}

const FOLDER = '/docs/problems/'

/** @example typeOfProblem('stale') // '/docs/problems/stale' */
export function typeOfProblem(code: ProblemCode): string {
  return FOLDER + code
}
