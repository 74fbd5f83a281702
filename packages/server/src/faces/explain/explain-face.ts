/**
 * @module For developers, in sandbox mode: `POST /sandbox/explain` with a request as text says why its signature does not verify.
 */
import { LIMITS } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { type ExplainedClient, type ExplainTools, explainSignature } from './explain.ts'

export type ExplainFaceOptions = {
  readonly clientOf: (clientId: string) => ExplainedClient | undefined
  readonly tools: ExplainTools
  /** Epoch seconds. */
  readonly clock: () => number
}

export async function explainFace(
  face: FastifyInstance,
  { clientOf, tools, clock }: ExplainFaceOptions,
): Promise<void> {
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: 2 * LIMITS.body },
    (_request, body, done) => done(null, body),
  )
  face.post('/sandbox/explain', (request, reply) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    return reply
      .header('cache-control', 'no-store')
      .send(explainSignature(bytes, clientOf, tools, clock()))
  })
}
