/**
 * @module Refusals of the interfaces for administrators, as problem details.
 * @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError, type MemberIssue } from '../../engine/admin/admin-error.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { PROBLEMS, type ProblemCode, typeOfProblem } from './problem-table.ts'

type Problem = {
  readonly code: ProblemCode
  readonly detail: string
  readonly issues?: readonly MemberIssue[]
}

const CODES_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
}

/** Describes an error, and logs it when it is not the caller's. */
export function toProblem(error: { statusCode?: number }, request: FastifyRequest): Problem {
  if (error instanceof AdminError)
    return { code: error.code, detail: error.message, issues: error.issues }
  if (error instanceof StoreUnavailableError)
    return { code: 'unavailable', detail: 'The server cannot respond now. Try again in a moment.' }
  const status = error.statusCode ?? 500
  if (status < 500) {
    const code = CODES_BY_STATUS[status]
    return code === undefined
      ? { code: 'invalid', detail: 'The request is malformed.' }
      : { code, detail: PROBLEMS[code].remedy }
  }
  request.log.error({ err: error }, 'A request of an administrator failed.')
  return { code: 'failed', detail: 'The request failed. The log has the cause.' }
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, detail, issues = [] }: Problem,
): FastifyReply {
  const { status, title } = PROBLEMS[code]
  request.resultCode = code
  if (code === 'unavailable') reply.header('retry-after', '1')
  const body = {
    type: typeOfProblem(code),
    title,
    status,
    detail,
    ...(issues.length > 0 && { errors: issues }),
  }
  return reply
    .code(status)
    .headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    .send(JSON.stringify(body))
}
