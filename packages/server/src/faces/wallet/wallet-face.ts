/**
 * @module The wallet's API: `POST /wallet/v1/…`, signed by a wallet's key.
 */
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
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
import { createOperations, type PageUrls } from './operations.ts'

export type WalletFaceOptions = {
  readonly ports: Ports
  readonly signed: SignedFace
  readonly urls: PageUrls
  readonly issuer: string
}

/** This API is ours alone, so it has one spelling. */
const VOCABULARY = 'v1'

export async function walletFace(face: FastifyInstance, options: WalletFaceOptions): Promise<void> {
  const { ports, signed, urls, issuer } = options
  const operations = createOperations(ports, urls, issuer)
  readSignedRequests(face)
  for (const operation of Object.keys(WALLET_PATHS) as WalletOperation[]) {
    const path = WALLET_PATHS[operation]
    face.post(path, (request, reply) =>
      answerSigned(signed, VOCABULARY, request, reply, async ({ clientId, ...call }) => {
        if (signedPath(request) !== path) throw new Refusal('API_UNKNOWN')
        return operations[operation]({ walletId: clientId, ...call })
      }),
    )
  }
  face.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    answerFailure(signed, VOCABULARY, request, reply, asRefusal(error)),
  )
}
