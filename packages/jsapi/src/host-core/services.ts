/**
 * @module The services that a wallet's web host provides: calls to its own back end, which forwards them to Assent, and
 * the wallet's screens.
 *
 * @see docs/wallets.md
 */
import type { ConsultRequest, WalletOperation, WalletReply } from '@assent/protocol'

/**
 * A reply of Assent's wallet API as the wallet's back end forwards it. Add the value of Assent's `trace-id` header as
 * `traceId`, so that pages can report it.
 *
 * @example
 * ```ts
 * import type { ForwardedReply } from '@assent/jsapi/host'
 *
 * export async function forwardProfile(appId: string): Promise<ForwardedReply<'profile'>> {
 *   const response = await fetch('/api/profile', { method: 'POST', body: JSON.stringify({ appId }) })
 *   return (await response.json()) as ForwardedReply<'profile'>
 * }
 * ```
 * @see docs/wallets.md
 */
export type ForwardedReply<O extends WalletOperation> = WalletReply<O> & {
  readonly traceId?: string
}

/**
 * What a wallet's web host implements for {@link createHost}. The first six methods forward to the wallet's back end, which
 * adds the id of the signed-in user. A method rejects when the back end is unreachable; the page then gets `NETWORK`. The host
 * waits for each reply for `BRIDGE_TIMEOUTS_MS.backEnd`; then the page gets `TIMEOUT`.
 *
 * @example
 * ```ts
 * import { type HostServices, openSheet } from '@assent/jsapi/host'
 *
 * async function forward<Reply>(operation: string, request: object): Promise<Reply> {
 *   const body = JSON.stringify(request)
 *   const response = await fetch(`/api/${operation}`, { method: 'POST', body })
 *   return (await response.json()) as Reply
 * }
 *
 * export const services: HostServices = {
 *   consult: (request) => forward('consult', request),
 *   complete: (request) => forward('complete', request),
 *   profile: (request) => forward('profile', request),
 *   settings: (request) => forward('settings', request),
 *   grants: (request) => forward('grants', request),
 *   revoke: (request) => forward('revoke', request),
 *   showSheet: (url, signal) =>
 *     openSheet({ url, signal, container: document.body, title: 'Consent' }),
 *   showSettings: async () => location.assign('/privacy'),
 * }
 * ```
 * @see docs/wallets.md
 */
export interface HostServices {
  /** Requests scopes for a mini program: `POST /wallet/v1/consult`. */
  consult(request: Omit<ConsultRequest, 'userId'>): Promise<ForwardedReply<'consult'>>
  /** The outcome of a consent request: `POST /wallet/v1/complete`. */
  complete(request: {
    readonly consentRequestId: string
    readonly pageInstance?: string
  }): Promise<ForwardedReply<'complete'>>
  /** The user's profile: `POST /wallet/v1/profile`. */
  profile(request: { readonly appId: string }): Promise<ForwardedReply<'profile'>>
  /** The scopes that were requested before: `POST /wallet/v1/settings`. */
  settings(request: { readonly appId: string }): Promise<ForwardedReply<'settings'>>
  /** The granted scopes: `POST /wallet/v1/grants`. */
  grants(request: { readonly appId: string }): Promise<ForwardedReply<'grants'>>
  /** Revokes scopes: `POST /wallet/v1/revoke`. */
  revoke(request: {
    readonly appId: string
    readonly scopes: readonly string[]
  }): Promise<ForwardedReply<'revoke'>>
  /**
   * Shows the consent prompt at `consentUrl`. Resolves when the user has decided or closed it, or when `signal` aborts: the
   * page is gone, the user has had `BRIDGE_TIMEOUTS_MS.userDecision`, or the mini program has opened a newer prompt.
   * {@link openSheet} does this in a frame.
   */
  showSheet(consentUrl: string, signal: AbortSignal): Promise<void>
  /** Shows the wallet's privacy settings of a mini program. Resolves when the user leaves them. */
  showSettings(appId: string): Promise<void>
}
