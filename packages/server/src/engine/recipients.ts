/**
 * @module The recipients of events. A merchant is told at its webhook, or fetches its events. An OAuth client is told at its
 * back-channel logout URI.
 * @see docs/notifications.md#recipients
 */
import { type NewEvent, type Recipient, USER_LOGGED_OUT } from './records.ts'
import type { Client, OAuthClient } from './registry.ts'

/** The kinds of recipients. They are also labels of metrics. */
export const RECIPIENT_KINDS = ['merchant', 'oauthClient'] as const
export type RecipientKind = (typeof RECIPIENT_KINDS)[number]

export function merchantRecipient(clientNumber: number): Recipient {
  return `merchant/${clientNumber}`
}

export function oauthClientRecipient(clientId: string): Recipient {
  return `oauthClient/${clientId}`
}

/**
 * Reads a recipient.
 * @example
 * ```ts
 * readRecipient('oauthClient/kopi-server') // { kind: 'oauthClient', id: 'kopi-server' }
 * ```
 */
export function readRecipient(recipient: Recipient): {
  readonly kind: RecipientKind
  readonly id: string
} {
  const slash = recipient.indexOf('/')
  const kind = recipient.startsWith('merchant/') ? 'merchant' : 'oauthClient'
  return { kind, id: recipient.slice(slash + 1) }
}

/**
 * Who is told of an event, by the present registration.
 * @param merchant `undefined`: this node does not know the client of the event, so its settings decide when it is known
 * @param oauthClients those of the mini program of the event; not used unless the event {@link endsSessions}
 */
export function recipientsOf(
  event: Pick<NewEvent, 'clientNumber' | 'subject' | 'type'>,
  merchant: Pick<Client, 'notify'> | undefined,
  oauthClients: readonly Pick<OAuthClient, 'clientId' | 'backchannelLogoutUri'>[],
): readonly Recipient[] {
  const isForMerchant =
    event.type !== USER_LOGGED_OUT && (merchant === undefined || merchant.notify !== undefined)
  const loggedOut = endsSessions(event)
    ? oauthClients.filter(({ backchannelLogoutUri }) => backchannelLogoutUri !== undefined)
    : []
  return [
    ...(isForMerchant ? [merchantRecipient(event.clientNumber)] : []),
    ...loggedOut.map(({ clientId }) => oauthClientRecipient(clientId)),
  ]
}

/** Whether OAuth clients are told. A logout token names a user, so an event that concerns all users sends none. */
export function endsSessions({ type, subject }: Pick<NewEvent, 'subject' | 'type'>): boolean {
  return (type === 'AUTHORIZATION_WITHDRAWN' || type === USER_LOGGED_OUT) && subject !== ''
}
