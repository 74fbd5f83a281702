/**
 * @module The signed OpenAPI: every path of the dialect table (contract: openapi).
 */
import { ROUTES, type Route, type Vocabulary } from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ports } from '../../engine/ports.ts'
import { Refusal } from '../../engine/refusal.ts'
import {
  answerFailure,
  answerSigned,
  asRefusal,
  readSignedRequests,
  type SignedFace,
  signedPath,
} from '../signed-message.ts'
import { type AuthUrl, createOperations, type SignEvent } from './operations.ts'

export type OpenapiFaceOptions = {
  readonly ports: Ports
  readonly signed: SignedFace
  readonly authUrl: AuthUrl
  readonly signEvent: SignEvent
}

export async function openapiFace(
  face: FastifyInstance,
  options: OpenapiFaceOptions,
): Promise<void> {
  const { ports, signed, authUrl, signEvent } = options
  const operations = createOperations(ports, authUrl, signEvent)
  readSignedRequests(face)

  for (const path of ROUTES.keys()) {
    face.post(path, (request, reply) =>
      answerSigned(signed, vocabularyOf(request), request, reply, async ({ clientId, ...call }) => {
        // The router decodes and folds; only the very path that was signed decides (requirement R050).
        const route = routeOf(request)
        if (!route) throw new Refusal('API_UNKNOWN')
        const client = ports.registry.clients.get(clientId)
        if (!client) throw new Refusal('CLIENT_UNKNOWN')
        if (!client.active) throw new Refusal('CLIENT_NOT_ACTIVE')
        if (!clientId.startsWith(route.dialect.clientIdPrefix))
          throw new Refusal('SANDBOX_CLIENT_REQUIRED')
        return operations[route.operation]({ client, dialect: route.dialect, ...call })
      }),
    )
  }

  face.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    answerFailure(signed, vocabularyOf(request), request, reply, asRefusal(error)),
  )
}

/** Paths of no dialect are answered in the words of the first version. */
function vocabularyOf(request: FastifyRequest): Vocabulary {
  return routeOf(request)?.dialect.vocabulary ?? 'v1'
}

function routeOf(request: FastifyRequest): Route | undefined {
  const [path = ''] = signedPath(request).split('?', 1)
  return ROUTES.get(path)
}
