/**
 * @module Requests that two servers could read differently are answered by none: where one ends, for whom it is and who sends it has one
 * reading (RFC 9112 §6.1, §11.2; requirement R050). What the parser refuses itself does not come here.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** What decides it; a second one of these is refused. `Content-Type` is not among them: some clients send two. */
const DECIDING = ['host', 'authorization', 'content-length', 'transfer-encoding']

export function refuseAmbiguous(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isAmbiguous(request.raw)) return done()
    return void reply
      .code(400)
      .header('connection', 'close')
      .send({
        error: 'invalid_request',
        message: `Each of ${DECIDING.join(', ')} may be there once, and Transfer-Encoding is chunked.`,
      })
  })
}

function isAmbiguous({ rawHeaders, headers }: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding } = headers
  if (encoding !== undefined && encoding !== 'chunked') return true
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (!DECIDING.includes(name)) continue
    if (seen.has(name)) return true
    seen.add(name)
  }
  return false
}
