/**
 * @module The merchant API: every path of the dialect table.
 * @see [Dialects](../../../../../docs/merchant-api.md#dialects)
 */
import {
  type MerchantApiReplies,
  type Operation,
  type ResultDialect,
  ROUTES,
  type Route,
} from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { registerRawBody, signedPath } from '../signed-messages/raw-request.ts'
import { handleSigned, replyWithError, toAssentError } from '../signed-messages/reply.ts'
import type { SigningContext } from '../signed-messages/signing-context.ts'
import type { JsonObject } from '../strict-json.ts'
import type { MerchantCall, Operations } from './call.ts'
import { MERCHANT_API_ENDPOINTS } from './endpoints.ts'
import type { SignEvent } from './event-operations.ts'
import { createOperations } from './operations.ts'
import type { PreparedPage } from './prepare-operation.ts'
import { MERCHANT_API_REQUESTS, type MerchantApiRequests } from './requests.ts'

export type MerchantApiOptions = {
  readonly ports: Ports
  readonly signed: SigningContext
  readonly walletPage: PreparedPage
  readonly signEvent: SignEvent
}

export async function merchantApiRoutes(
  app: FastifyInstance,
  options: MerchantApiOptions,
): Promise<void> {
  const { ports, signed, walletPage, signEvent } = options
  const operations = createOperations(ports, walletPage, signEvent)
  registerRawBody(app)

  for (const { path } of MERCHANT_API_ENDPOINTS) {
    app.post(path, (request, reply) =>
      handleSigned(
        signed,
        resultDialectOf(request),
        request,
        reply,
        async ({ clientId, body, ...call }) => {
          // The router decodes and normalizes paths. The signature covers the path as sent, so that one is looked up.
          const route = routeOf(request)
          if (!route) throw new AssentError('API_UNKNOWN')
          const client = await ports.registry.findClient(clientId)
          if (!client) throw new AssentError('CLIENT_UNKNOWN')
          if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
          if (!clientId.startsWith(route.dialect.clientIdPrefix))
            throw new AssentError('SANDBOX_CLIENT_REQUIRED')
          return run(operations, route.operation, body, { client, dialect: route.dialect, ...call })
        },
      ),
    )
  }

  app.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyWithError(signed, resultDialectOf(request), request, reply, toAssentError(error)),
  )
}

const REQUESTS: { readonly [O in Operation]: (body: object) => MerchantApiRequests[O] } =
  MERCHANT_API_REQUESTS

function run<O extends Operation>(
  operations: Operations,
  operation: O,
  body: JsonObject,
  call: Omit<MerchantCall, 'request'>,
): Promise<MerchantApiReplies[O]> {
  return operations[operation]({ ...call, request: REQUESTS[operation](body) })
}

/** For paths that are in no dialect: version 1. */
function resultDialectOf(request: FastifyRequest): ResultDialect {
  return routeOf(request)?.dialect.resultDialect ?? 'v1'
}

function routeOf(request: FastifyRequest): Route | undefined {
  const [path = ''] = signedPath(request).split('?', 1)
  return ROUTES.get(path)
}
