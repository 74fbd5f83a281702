/**
 * @module The signed OpenAPI: every path of the dialect table (contract: openapi).
 */
import { type ResultDialect, ROUTES, type Route } from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import {
  handleSigned,
  registerRawBody,
  replyWithError,
  type SigningContext,
  signedPath,
  toAssentError,
} from '../signed-message.ts'
import { MERCHANT_API_ENDPOINTS } from './endpoints.ts'
import { type AuthUrl, createOperations, type SignEvent } from './operations.ts'

export type MerchantApiOptions = {
  readonly ports: Ports
  readonly signed: SigningContext
  readonly authUrl: AuthUrl
  readonly signEvent: SignEvent
}

export async function merchantApiRoutes(
  face: FastifyInstance,
  options: MerchantApiOptions,
): Promise<void> {
  const { ports, signed, authUrl, signEvent } = options
  const operations = createOperations(ports, authUrl, signEvent)
  registerRawBody(face)

  for (const { path } of MERCHANT_API_ENDPOINTS) {
    face.post(path, (request, reply) =>
      handleSigned(signed, vocabularyOf(request), request, reply, async ({ clientId, ...call }) => {
        // The router decodes and folds; only the very path that was signed decides (requirement R050).
        const route = routeOf(request)
        if (!route) throw new AssentError('API_UNKNOWN')
        const client = ports.registry.clients.get(clientId)
        if (!client) throw new AssentError('CLIENT_UNKNOWN')
        if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
        if (!clientId.startsWith(route.dialect.clientIdPrefix))
          throw new AssentError('SANDBOX_CLIENT_REQUIRED')
        return operations[route.operation]({ client, dialect: route.dialect, ...call })
      }),
    )
  }

  face.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyWithError(signed, vocabularyOf(request), request, reply, toAssentError(error)),
  )
}

/** Paths of no dialect are answered in the words of the first version. */
function vocabularyOf(request: FastifyRequest): ResultDialect {
  return routeOf(request)?.dialect.resultDialect ?? 'v1'
}

function routeOf(request: FastifyRequest): Route | undefined {
  const [path = ''] = signedPath(request).split('?', 1)
  return ROUTES.get(path)
}
