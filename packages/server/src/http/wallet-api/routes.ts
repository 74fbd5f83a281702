/**
 * @module The wallet API: `POST /wallet/v1/…`, signed with the wallet's key.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import type { FastifyInstance } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports.ts'
import { registerRawBody, signedPath } from '../signed-messages/raw-request.ts'
import { handleSigned, replyWithError, toAssentError } from '../signed-messages/reply.ts'
import type { SigningContext } from '../signed-messages/signing-context.ts'
import type { PageUrls } from './call.ts'
import { WALLET_API_ENDPOINTS } from './endpoints.ts'
import { createOperations } from './operations.ts'

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
      handleSigned(signed, RESULT_DIALECT, request, reply, async ({ clientId, ...call }) => {
        if (signedPath(request) !== path) throw new AssentError('API_UNKNOWN')
        return operations[operation]({ walletId: clientId, ...call })
      }),
    )
  }
  app.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyWithError(signed, RESULT_DIALECT, request, reply, toAssentError(error)),
  )
}
