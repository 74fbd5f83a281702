/**
 * @module Requests that two servers could read differently are answered by none: where one ends, for whom it is and who sends it has one
 * reading (RFC 9112 §6.1, §11.2; requirement R050). What the parser refuses itself does not come here.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** What decides it; a second one of these is refused. `Content-Type` is not among them: some clients send two. */
const FRAMING_HEADERS = ['host', 'authorization', 'content-length', 'transfer-encoding']
const repeatedDeciding = findDuplicateHeader(FRAMING_HEADERS)

export function rejectAmbiguousRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isAmbiguous(request.raw)) return done()
    return void reply
      .code(400)
      .header('connection', 'close')
      .send({
        error: 'invalid_request',
        message: `Each of ${FRAMING_HEADERS.join(', ')} may be there once, and Transfer-Encoding is chunked.`,
      })
  })
}

function isAmbiguous(request: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding } = request.headers
  if (encoding !== undefined && encoding !== 'chunked') return true
  return repeatedDeciding(request) !== undefined
}

/** @returns a function that finds the first of these headers that is there twice */
export function findDuplicateHeader(
  names: readonly string[],
): (request: Pick<IncomingMessage, 'rawHeaders'>) => string | undefined {
  // Most others are told apart by that alone.
  const lengths = new Set(names.map((name) => name.length))
  return ({ rawHeaders }) => {
    const seen: string[] = []
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const sent = rawHeaders[index] ?? ''
      if (!lengths.has(sent.length)) continue
      const name = sent.toLowerCase()
      if (!names.includes(name)) continue
      if (seen.includes(name)) return name
      seen.push(name)
    }
    return undefined
  }
}
