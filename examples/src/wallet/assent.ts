/**
 * @module The client of a wallet's back end for Assent: sends signed requests and verifies the replies.
 */

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { signRequest, verifyReply } from '@assent/merchant'
import {
  WALLET_PATHS,
  type WalletApi,
  type WalletOperation,
  type WalletReply,
} from '@assent/protocol'

export type AssentOptions = {
  readonly baseUrl: string
  readonly walletId: string
  /** PEM */
  readonly privateKey: string
  /** PEM. Verifies replies. */
  readonly platformPublicKey: string
}

export type AssentCall<O extends WalletOperation> = {
  readonly reply: WalletReply<O> & { readonly traceId?: string }
  readonly path: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly replyHeaders: Readonly<Record<string, string>>
  readonly milliseconds: number
}

export type Assent = <O extends WalletOperation>(
  operation: O,
  request: WalletApi[O]['request'],
) => Promise<AssentCall<O>>

export function createAssent({
  baseUrl,
  walletId,
  privateKey,
  platformPublicKey,
}: AssentOptions): Assent {
  const key = createPrivateKey(privateKey)
  const platformKey = createPublicKey(platformPublicKey)
  return async (operation, request) => {
    const path = WALLET_PATHS[operation]
    const body = JSON.stringify(request)
    const now = Math.floor(Date.now() / 1000)
    const startedAt = performance.now()
    const requestHeaders = signRequest({ clientId: walletId, key, keyVersion: 1, path, body, now })
    const response = await fetch(baseUrl + path, { method: 'POST', headers: requestHeaders, body })
    const bytes = Buffer.from(await response.arrayBuffer())
    if (
      !verifyReply(platformKey, {
        path,
        headers: response.headers,
        body: bytes,
        clientId: walletId,
      })
    ) {
      throw new Error(`The reply of ${path} has an invalid signature.`)
    }
    const replyHeaders = Object.fromEntries(response.headers)
    return {
      reply: { ...JSON.parse(bytes.toString()), traceId: replyHeaders['trace-id'] },
      path,
      requestHeaders,
      replyHeaders,
      milliseconds: Math.round(performance.now() - startedAt),
    }
  }
}
