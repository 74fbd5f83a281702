/**
 * @module Requests that two servers could read differently are answered by none: where one ends, for whom it is and who sends it has one
 * reading (RFC 9112 §6.1, §11.2; requirement R050). What the parser refuses itself does not come here.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** What decides it; a second one of these is refused. `Content-Type` is not among them: some clients send two. */
const DECIDING = ['host', 'authorization', 'content-length', 'transfer-encoding']
/** Most names are told apart by that alone. */
const LENGTHS = new Set(DECIDING.map((name) => name.length))

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
  const seen: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index] ?? ''
    if (!LENGTHS.has(sent.length)) continue
    const name = sent.toLowerCase()
    if (!DECIDING.includes(name)) continue
    if (seen.includes(name)) return true
    seen.push(name)
  }
  return false
}
