/**
 * @module `@assent/merchant`: the SDK for a merchant's server.
 *
 * @see docs/merchants.md
 */
export type {
  DialectName,
  EventReason,
  EventType,
  Notification,
  Tokens,
  UserInfo,
} from '@assent/protocol'
export {
  type CodeExchange,
  createMerchantClient,
  type MerchantClient,
  type MerchantClientOptions,
  type StoredTokenStatus,
} from './client.ts'
export {
  AuthorizationRequiredError,
  type MerchantClientError,
  MerchantError,
  type MerchantErrorCode,
  type MerchantErrorDetails,
  NotificationError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from './errors.ts'
export type { KeyInput } from './keys.ts'
export {
  type SignedReply,
  signRequest,
  type UnsignedRequest,
  verifyReply,
} from './message-signature.ts'
export {
  createNotificationReceiver,
  type NotificationReceiver,
  type NotificationReceiverOptions,
  type NotificationRequest,
  type NotificationResponse,
  type ProcessedEventStore,
  verifyNotification,
} from './notifications.ts'
export type { PlatformKeySet, PlatformKeys } from './platform-keys.ts'
export type { ObservedCall } from './signed-request.ts'
export { type Customer, createMemoryTokenStore, type TokenStore } from './token-store.ts'
