/**
 * @module A call of the merchant API whose sender and signature are verified.
 */
import type { Dialect, MerchantApiReplies, Operation } from '@assent/protocol'
import type { Client } from '../../engine/registry.ts'
import type { SignedRequest } from '../signed-messages/signing-context.ts'
import type { JsonObject } from '../strict-json.ts'

export type MerchantCall = {
  readonly client: Client
  readonly dialect: Dialect
  readonly body: JsonObject
  readonly now: number
} & Pick<SignedRequest, 'minSequence' | 'once' | 'revoked'>

/** One function for each operation of the merchant API. */
export type Operations = {
  readonly [O in Operation]: (call: MerchantCall) => Promise<MerchantApiReplies[O]>
}
