/**
 * @module Form bodies of the pages.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Parses `application/x-www-form-urlencoded` bodies, and rejects every other content type. */
export function registerFormBody(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
}

/** @returns an empty form when the request has no body */
export function readForm(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
}
