/**
 * @module For developers, `POST /signature-diagnostics` with a request as text says why its signature does not verify.
 */
import { LIMITS } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { type DiagnosticClient, type DiagnosticTools, diagnoseSignature } from './diagnose.ts'
import { EXPLAIN_ENDPOINT } from './endpoints.ts'

export type SignatureDiagnosticsOptions = {
  readonly clientOf: (clientId: string) => DiagnosticClient | undefined
  readonly tools: DiagnosticTools
  /** Epoch seconds. */
  readonly clock: () => number
}

export async function signatureDiagnosticsRoutes(
  face: FastifyInstance,
  { clientOf, tools, clock }: SignatureDiagnosticsOptions,
): Promise<void> {
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: 2 * LIMITS.body },
    (_request, body, done) => done(null, body),
  )
  face.post(EXPLAIN_ENDPOINT.path, (request, reply) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    return reply
      .header('cache-control', 'no-store')
      .send(diagnoseSignature(bytes, clientOf, tools, clock()))
  })
}
