/**
 * @module One attempt to deliver an event to a recipient: to the webhook of a merchant, or to the logout URI of an OAuth client. The
 * address is read at each attempt, so a corrected one is used at once.
 */
import { isRegisteredId } from '../engine/oauth-clients/clients.ts'
import { readRecipient } from '../engine/recipients.ts'
import { type AuthorizationEvent, type Delivery, USER_LOGGED_OUT } from '../engine/records.ts'
import type { Client, Lookup, NotifySettings, OAuthClient } from '../engine/registry.ts'
import type { SignatureEncodings } from '../engine/store/signature-encodings.ts'
import { isLoggedOut, type LogoutContext, sendLogout } from './backchannel-logout.ts'
import { attemptTimeoutOf } from './delivery-schedule.ts'
import { isAcknowledged, messageOf, type NotificationSigner } from './payloads.ts'
import { encodingFor } from './signature-encoding.ts'

/** `held`: the client polls its events. */
export type AttemptOutcome = 'delivered' | 'held' | 'failed'

export type AttemptOptions = LogoutContext & {
  readonly signer: NotificationSigner
  readonly encodings: Pick<SignatureEncodings, 'readSignatureEncoding'>
  /** The current registration of a client. */
  readonly client: (number: number) => Lookup<Client>
  /** The current registration of an OAuth client; `undefined` when it does not exist. */
  readonly oauthClient: (clientId: string) => Promise<OAuthClient | undefined>
  readonly log: { warn(context: object, message: string): void }
}

export async function attemptDelivery(
  options: AttemptOptions,
  delivery: Delivery,
): Promise<AttemptOutcome> {
  const { kind, id } = readRecipient(delivery.recipient)
  try {
    return kind === 'merchant'
      ? await notifyMerchant(options, delivery)
      : await logOut(options, delivery, id)
  } catch (error) {
    options.log.warn(
      { recipient: delivery.recipient, err: error },
      'Delivering an event failed. Check the notifyUrl or the backchannelLogoutUri of the recipient.',
    )
    return 'failed'
  }
}

async function notifyMerchant(
  options: AttemptOptions,
  delivery: Delivery,
): Promise<AttemptOutcome> {
  if (!isForMerchant(delivery)) return 'delivered'
  const client = await options.client(delivery.clientNumber)
  if (!client) return unknownClient(options, delivery)
  const { clientId, notify } = client
  if (!notify) return 'delivered'
  if (notify.url === undefined) return 'held'
  const response = await postNotification(options, delivery, client, { ...notify, url: notify.url })
  if (isAcknowledged(notify.format, response)) return 'delivered'
  options.log.warn(
    { clientId, status: response.status },
    'The client did not acknowledge a notification. Check its notifyUrl and notifyFormat.',
  )
  return 'failed'
}

function isForMerchant(delivery: Delivery): delivery is Delivery & AuthorizationEvent {
  return delivery.type !== USER_LOGGED_OUT
}

/** Another node has a newer assent.yaml, or the entry of the client is left out because of a mistake. So the event waits. */
function unknownClient({ log }: AttemptOptions, { recipient }: Delivery): AttemptOutcome {
  log.warn(
    { recipient },
    'An event waits for a client that assent.yaml does not declare. Declare the client, or ignore this until the event is a dead letter.',
  )
  return 'failed'
}

async function postNotification(
  { webhookClient, encodings, signer, clock }: AttemptOptions,
  delivery: Delivery & AuthorizationEvent,
  client: Client,
  notify: NotifySettings & { readonly url: string },
): Promise<{ readonly status: number; readonly body: string }> {
  const { url, format } = notify
  const encoding = await encodingFor(client, notify, encodings)
  const destination = { clientId: client.clientId, url, format, encoding }
  const { headers, body } = await messageOf(delivery, destination, signer, clock())
  return webhookClient.post(url, headers, body, attemptTimeoutOf(delivery.attempts))
}

async function logOut(
  options: AttemptOptions,
  delivery: Delivery,
  clientId: string,
): Promise<AttemptOutcome> {
  const client = await options.oauthClient(clientId)
  // Only a client that registered itself can have ended its registration.
  if (!client) return isRegisteredId(clientId) ? 'delivered' : unknownClient(options, delivery)
  if (client.backchannelLogoutUri === undefined) return 'delivered'
  const { backchannelLogoutUri } = client
  const timeout = attemptTimeoutOf(delivery.attempts)
  const status = await sendLogout(options, delivery, { ...client, backchannelLogoutUri }, timeout)
  if (isLoggedOut(status)) return 'delivered'
  options.log.warn(
    { clientId, status },
    'An OAuth client did not accept a logout token. Check its backchannelLogoutUri.',
  )
  return 'failed'
}
