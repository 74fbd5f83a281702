/**
 * @module `@assent/merchant`: what a merchant's back end installs.
 */
export type {
  DialectName,
  EventReason,
  EventType,
  Notification,
  Tokens,
  UserInfo,
} from '@assent/protocol'
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
  NotificationError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from './errors.ts'
export { type KeyInput, signRequest, verifyReply } from './message.ts'
export {
  createNotificationReceiver,
  type NotificationAnswer,
  type NotificationReceiver,
  type NotificationReceiverOptions,
  type ReceivedNotification,
  type SeenEvents,
  verifyNotification,
} from './notifications.ts'
export { createMemoryTokenStore, type TokenStore } from './token-store.ts'
