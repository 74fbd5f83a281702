/**
 * @module Refusals of the admin API as errors.
 * @see docs/problems/README.md, [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457.html)
 */
import type { components } from './generated/admin-api.ts'

export type Problem = components['schemas']['Problem']

/** The server has refused a request. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError'
  readonly status: number
  /** What is wrong, and each invalid member. `undefined` when the server was overloaded, or another server replied. */
  readonly problem: Problem | undefined

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? problem?.title ?? `The admin API replied with status ${status}.`)
    this.status = status
    this.problem = problem
  }

  /** The last part of `type`, such as `stale`. */
  get code(): string | undefined {
    return this.problem?.type.split('/').at(-1)
  }
}

export type Reply<T> = {
  readonly data?: T | undefined
  readonly error?: unknown
  readonly response: Response
}

/**
 * The data of a reply.
 * @throws {AdminApiError} when the server has refused the request
 *
 * @example
 * const client = await unwrap(admin.GET('/clients/{clientId}', { params: { path: { clientId } } }))
 */
export async function unwrap<T>(reply: Promise<Reply<T>>): Promise<T> {
  return dataOf(await reply)
}

/** @throws {AdminApiError} */
export function dataOf<T>({ data, error, response }: Reply<T>): T {
  if (response.ok) return data as T
  throw new AdminApiError(response.status, isProblem(error) ? error : undefined)
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'type' in error && 'status' in error
}
