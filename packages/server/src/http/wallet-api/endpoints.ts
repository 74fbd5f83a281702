/**
 * @module The endpoints of the wallet API.
 */
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import type { Endpoint } from '../endpoint.ts'

type WalletEndpoint = Endpoint & { readonly operation: WalletOperation }

export const WALLET_API_ENDPOINTS: readonly WalletEndpoint[] = (
  Object.keys(WALLET_PATHS) as WalletOperation[]
).map((operation) => ({
  operation,
  path: WALLET_PATHS[operation],
  methods: ['POST'],
  callerProof: 'signature',
  sheddingClass: operation === 'revoke' ? 'withdrawal' : 'consent',
}))
