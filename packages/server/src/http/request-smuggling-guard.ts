/**
 * @module Rejects requests whose framing, target or sender could be interpreted differently by a proxy (request smuggling).
 * Node's HTTP parser has already rejected malformed requests.
 * @see [RFC 9112 §6.1](https://www.rfc-editor.org/rfc/rfc9112.html#section-6.1),
 * [RFC 9112 §11.2](https://www.rfc-editor.org/rfc/rfc9112.html#section-11.2)
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Each of these may occur once. `Content-Type` is not in the list, because some clients send it twice. */
const FRAMING_HEADERS = ['host', 'authorization', 'content-length', 'transfer-encoding']
const findDuplicateFramingHeader = findDuplicateHeader(FRAMING_HEADERS)

export function rejectAmbiguousRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isAmbiguous(request.raw)) return done()
    return void reply
      .code(400)
      .header('connection', 'close')
      .send({
        error: 'invalid_request',
        message: `Send each of ${FRAMING_HEADERS.join(', ')} at most once. Transfer-Encoding must be chunked.`,
      })
  })
}

function isAmbiguous(request: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding } = request.headers
  if (encoding !== undefined && encoding !== 'chunked') return true
  return findDuplicateFramingHeader(request) !== undefined
}

/** @returns a function that returns the first of these headers that a request has more than once */
export function findDuplicateHeader(
  names: readonly string[],
): (request: Pick<IncomingMessage, 'rawHeaders'>) => string | undefined {
  // Comparing lengths first skips most other headers without converting them to lower case.
  const lengths = new Set(names.map((name) => name.length))
  return ({ rawHeaders }) => {
    const seen: string[] = []
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const rawName = rawHeaders[index] ?? ''
      if (!lengths.has(rawName.length)) continue
      const name = rawName.toLowerCase()
      if (!names.includes(name)) continue
      if (seen.includes(name)) return name
      seen.push(name)
    }
    return undefined
  }
}
