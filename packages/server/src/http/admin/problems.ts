/**
 * @module Refusals of the interfaces for administrators, as problem details.
 * @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError, type AdminErrorCode } from '../../engine/admin/admin-error.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'

const STATUSES: Readonly<Record<AdminErrorCode, number>> = {
  'sign-in-required': 401,
  forbidden: 403,
  'not-found': 404,
  'own-record': 403,
  'cross-site': 403,
  expired: 410,
  used: 409,
  invalid: 400,
}

export type Problem = {
  /** A relative URL that names the cause. */
  readonly type: string
  readonly status: number
  readonly detail: string
}

const UNAVAILABLE: Problem = {
  type: 'unavailable',
  status: 503,
  detail: 'The server cannot respond now. Try again in a moment.',
}

/** Describes an error, and logs it when it is not the caller's. */
export function toProblem(error: { statusCode?: number }, request: FastifyRequest): Problem {
  if (error instanceof AdminError)
    return { type: error.code, status: STATUSES[error.code], detail: error.message }
  if (error instanceof StoreUnavailableError) return UNAVAILABLE
  const status = error.statusCode ?? 500
  if (status < 500) return { type: 'invalid', status, detail: 'The request is malformed.' }
  request.log.error({ err: error }, 'A request of an administrator failed.')
  return { type: 'failed', status: 500, detail: 'The request failed. The log has the cause.' }
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): FastifyReply {
  request.resultCode = problem.type
  if (problem.status === 503) reply.header('retry-after', '1')
  return reply
    .code(problem.status)
    .headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    .send(JSON.stringify(problem))
}
