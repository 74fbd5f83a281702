/**
 * @module A call of the wallet API whose sender and signature are verified.
 */
import type { WalletApi, WalletOperation } from '@assent/protocol'
import type { SignedRequest } from '../signed-messages/signing-context.ts'
import type { WalletApiRequests } from './requests.ts'

export type WalletCall<O extends WalletOperation = WalletOperation> = Pick<
  SignedRequest,
  'now' | 'once' | 'partyNow' | 'revoked'
> & {
  readonly walletId: string
  /** The validated body. */
  readonly request: WalletApiRequests[O]
}

/** One function for each operation of the wallet API. */
export type Operations = {
  readonly [O in WalletOperation]: (call: WalletCall<O>) => Promise<WalletApi[O]['reply']>
}

/** The URLs of pages for users. */
export type PageUrls = {
  readonly consent: (consentRequestId: string) => string
  readonly privacy: (linkId: string, timeZone: string | undefined) => string
}
