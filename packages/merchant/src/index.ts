/**
 * @module `@assent/merchant`: what a merchant's back end installs.
 */
export type { DialectName, Tokens, UserInfo } from '@assent/protocol'
export type { ObservedCall } from './caller.ts'
export {
  type CodeBinding,
  createMerchantClient,
  type MerchantClient,
  type MerchantClientOptions,
} from './client.ts'
export {
  AuthorizationRequiredError,
  type MerchantError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from './errors.ts'
export { type KeyInput, signRequest, verifyReply } from './message.ts'
export { createMemoryTokenStore, type TokenStore } from './token-store.ts'
