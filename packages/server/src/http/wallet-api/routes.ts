/**
 * @module The wallet API: `POST /wallet/v1/…`, signed with the wallet's key.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import type { WalletApi, WalletOperation } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { registerRawBody, signedPath } from '../signed-messages/raw-request.ts'
import { handleSigned, replyWithError, toAssentError } from '../signed-messages/reply.ts'
import type { SigningContext } from '../signed-messages/signing-context.ts'
import type { JsonObject } from '../strict-json.ts'
import type { Operations, PageUrls, WalletCall } from './call.ts'
import { WALLET_API_ENDPOINTS } from './endpoints.ts'
import { createOperations } from './operations.ts'
import { WALLET_API_REQUESTS, type WalletApiRequests } from './requests.ts'

export type WalletApiOptions = {
  readonly ports: Ports
  readonly signed: SigningContext
  readonly urls: PageUrls
  readonly issuer: string
}

/** The result codes of this API are the same in every dialect. */
const RESULT_DIALECT = 'v1'

export async function walletApiRoutes(
  app: FastifyInstance,
  options: WalletApiOptions,
): Promise<void> {
  const { ports, signed, urls, issuer } = options
  const operations = createOperations(ports, urls, issuer)
  registerRawBody(app)
  for (const { operation, path } of WALLET_API_ENDPOINTS) {
    app.post(path, (request, reply) =>
      handleSigned(signed, RESULT_DIALECT, request, reply, async ({ clientId, body, ...call }) => {
        if (signedPath(request) !== path) throw new AssentError('API_UNKNOWN')
        return run(operations, operation, body, { walletId: clientId, ...call })
      }),
    )
  }
  app.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyWithError(signed, RESULT_DIALECT, request, reply, toAssentError(error)),
  )
}

const REQUESTS: { readonly [O in WalletOperation]: (body: object) => WalletApiRequests[O] } =
  WALLET_API_REQUESTS

function run<O extends WalletOperation>(
  operations: Operations,
  operation: O,
  body: JsonObject,
  call: Omit<WalletCall, 'request'>,
): Promise<WalletApi[O]['reply']> {
  return operations[operation]({ ...call, request: REQUESTS[operation](body) })
}
