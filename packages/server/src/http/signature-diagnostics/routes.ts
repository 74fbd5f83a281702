/**
 * @module `POST /signature-diagnostics`: takes a request as text and returns why its signature is invalid. For developers, and only
 * when the configuration enables it.
 */
import { LIMITS } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { type DiagnosticClient, type DiagnosticTools, diagnoseSignature } from './diagnose.ts'
import { SIGNATURE_DIAGNOSTICS_ENDPOINT } from './endpoints.ts'

export type SignatureDiagnosticsOptions = {
  readonly findClient: (clientId: string) => DiagnosticClient | undefined
  readonly tools: DiagnosticTools
  /** Epoch seconds. */
  readonly clock: () => number
}

export async function signatureDiagnosticsRoutes(
  app: FastifyInstance,
  { findClient, tools, clock }: SignatureDiagnosticsOptions,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: 2 * LIMITS.body },
    (_request, body, done) => done(null, body),
  )
  app.post(SIGNATURE_DIAGNOSTICS_ENDPOINT.path, (request, reply) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    return reply
      .header('cache-control', 'no-store')
      .send(diagnoseSignature(bytes, findClient, tools, clock()))
  })
}
