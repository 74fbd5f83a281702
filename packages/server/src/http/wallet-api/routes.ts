/**
 * @module The wallet's API: `POST /wallet/v1/…`, signed by a wallet's key.
 */
import type { FastifyInstance } from 'fastify'
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
import { WALLET_API_ENDPOINTS } from './endpoints.ts'
import { createOperations, type PageUrls } from './operations.ts'

export type WalletApiOptions = {
  readonly ports: Ports
  readonly signed: SigningContext
  readonly urls: PageUrls
  readonly issuer: string
}

/** This API is ours alone, so it has one spelling. */
const VOCABULARY = 'v1'

export async function walletApiRoutes(
  face: FastifyInstance,
  options: WalletApiOptions,
): Promise<void> {
  const { ports, signed, urls, issuer } = options
  const operations = createOperations(ports, urls, issuer)
  registerRawBody(face)
  for (const { operation, path } of WALLET_API_ENDPOINTS) {
    face.post(path, (request, reply) =>
      handleSigned(signed, VOCABULARY, request, reply, async ({ clientId, ...call }) => {
        if (signedPath(request) !== path) throw new AssentError('API_UNKNOWN')
        return operations[operation]({ walletId: clientId, ...call })
      }),
    )
  }
  face.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyWithError(signed, VOCABULARY, request, reply, toAssentError(error)),
  )
}
