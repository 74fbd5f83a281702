/**
 * @module `assent events`: lists the notifications that could not be delivered, and sends them again.
 */
import { oauthClientRecipient, readRecipient } from '../../engine/recipients.ts'
import type { Delivery } from '../../engine/records.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, CAUSE_SYNTAX, causeOf, recordStep } from '../operator.ts'
import { withStore } from '../store.ts'

const MAX_LISTED = 1000

export const listEvents = defineCommand({
  name: 'events list',
  usages: [
    {
      syntax: 'events list --config assent.yaml',
      help: 'Prints the notifications that could not be delivered.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    await withStore(config, async (store) => {
      for (const event of await store.listDeadLetters(MAX_LISTED)) {
        const client = await store.readClientId(event.clientNumber)
        const at = new Date(event.createdAt).toISOString()
        const recipient = shownRecipient(event)
        print([at, event.eventId, client, recipient, event.type, event.scopes.join(' ')].join('\t'))
      }
    })
  },
})

export const replayEvents = defineCommand({
  name: 'events replay',
  usages: [
    {
      syntax: `events replay --config assent.yaml [--client ID] [--oauth-client ID] ${CAUSE_SYNTAX}`,
      help: 'Sends again the notifications that could not be delivered.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    client: { type: 'string', help: 'Only the events of this client. Default: all clients.' },
    'oauth-client': {
      type: 'string',
      help: 'Only the logout tokens for this OAuth client. Default: all recipients.',
    },
    ...CAUSE_OPTIONS,
  },
  async run({ config, client, 'oauth-client': oauthClient, ...values }) {
    const cause = causeOf(values, 'assent events replay')
    const whose = [
      client === undefined ? 'all clients' : `client ${client}`,
      ...(oauthClient === undefined ? [] : [`to OAuth client ${oauthClient}`]),
    ].join(' ')
    await withStore(config, async (store) => {
      await recordStep(store, cause, `Sends the failed notifications of ${whose} again.`)
      const clientNumber = client === undefined ? undefined : await store.internClient(client)
      const replayed = await store.replayDeadLetters({
        ...(clientNumber !== undefined && { clientNumber }),
        ...(oauthClient !== undefined && { recipient: oauthClientRecipient(oauthClient) }),
      })
      print(`${replayed} events will be sent again.`)
    })
  },
})

/** The client of the event is in a column of its own. */
function shownRecipient({ recipient }: Delivery): string {
  const { kind, id } = readRecipient(recipient)
  return kind === 'merchant' ? kind : `${kind}/${id}`
}
