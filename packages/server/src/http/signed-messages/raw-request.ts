/**
 * @module The raw bytes of a signed request: its body, its path and its headers.
 */
import { LIMITS, parseSignatureHeader, pathOfTarget } from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const RAW = 'application/octet-stream'

/**
 * Reads every body as raw bytes and parses the Signature header. The Content-Type is ignored, because some clients send a
 * wrong one (docs/merchant-api.md#message-format).
 */
export function registerRawBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    RAW,
    { parseAs: 'buffer', bodyLimit: LIMITS.body },
    (_request, body, done) => {
      done(null, body)
    },
  )
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = RAW
    request.signature = parseSignatureHeader(readHeader(request, 'signature')) ?? null
    done()
  })
}

/** The path as the client sent it and signed it. A target in absolute form is reduced to its path. */
export function signedPath(request: FastifyRequest): string {
  return pathOfTarget(request.originalUrl)
}

/** @returns an empty string when the header is missing */
export function readHeader(request: FastifyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}
