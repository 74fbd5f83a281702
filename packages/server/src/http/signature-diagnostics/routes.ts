/**
 * @module `POST /signature-diagnostics`: takes a request as text and returns why its signature is invalid. For developers, and only
 * when the configuration enables it. Callers prove nothing, so that a node makes one diagnosis at a time, on a fifth of a core.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LIMITS } from '@assent/protocol'
import type { DiagnosticTools } from '@assent/protocol/signature-diagnostics'
import { type DiagnosticClient, diagnoseSignature } from '@assent/protocol/signature-diagnostics'
import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import type { FastifyInstance } from 'fastify'
import type { Lookup } from '../../engine/registry.ts'
import { SIGNATURE_DIAGNOSTICS_ENDPOINT } from './endpoints.ts'

export type SignatureDiagnosticsOptions = {
  readonly findClient: (clientId: string) => Lookup<DiagnosticClient>
  readonly tools: Omit<DiagnosticTools, 'pause'>
  /** Epoch seconds. */
  readonly clock: () => number
}

/** Four times as long as the search works at a time. */
const PAUSE_MS = 16
const MAX_UNDER_WAY = 1
const MAX_QUEUED = 8
const RETRY_AFTER_SECONDS = 5

export async function signatureDiagnosticsRoutes(
  app: FastifyInstance,
  options: SignatureDiagnosticsOptions,
): Promise<void> {
  const { findClient, clock } = options
  const tools = { ...options.tools, pause: () => sleep(PAUSE_MS) }
  const limit = bulkhead(MAX_UNDER_WAY, MAX_QUEUED)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: 2 * LIMITS.body },
    (_request, body, done) => done(null, body),
  )
  app.post(SIGNATURE_DIAGNOSTICS_ENDPOINT.path, async (request, reply) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    reply.header('cache-control', 'no-store')
    try {
      return await limit.execute(() => diagnoseSignature(bytes, findClient, tools, clock()))
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error
      const message = `Too many diagnoses are waiting. Retry in ${RETRY_AFTER_SECONDS} seconds.`
      return reply
        .code(429)
        .header('retry-after', RETRY_AFTER_SECONDS)
        .send({ error: 'rate_limited', message })
    }
  })
}
