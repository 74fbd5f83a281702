/**
 * @module A call of the merchant API whose sender and signature are verified.
 */
import type { Dialect, MerchantApiReplies, Operation } from '@assent/protocol'
import type { Client } from '../../engine/registry.ts'
import type { SignedRequest } from '../signed-messages/signing-context.ts'
import type { MerchantApiRequests } from './requests.ts'

export type MerchantCall<O extends Operation = Operation> = {
  readonly client: Client
  readonly dialect: Dialect
  /** The validated body. */
  readonly request: MerchantApiRequests[O]
  readonly now: number
} & Pick<SignedRequest, 'minSequence' | 'once' | 'revoked'>

/** One function for each operation of the merchant API. */
export type Operations = {
  readonly [O in Operation]: (call: MerchantCall<O>) => Promise<MerchantApiReplies[O]>
}
