/**
 * @module `assent events`: lists the notifications that could not be delivered, and sends them again.
 */
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
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
    await withStore(config, async (store, { clients }) => {
      const numbers = new Map<number, string>()
      for (const { clientId } of clients) numbers.set(await store.internClient(clientId), clientId)
      for (const event of await store.listDeadLetters(MAX_LISTED)) {
        const client = numbers.get(event.clientNumber) ?? `client ${event.clientNumber}`
        const at = new Date(event.createdAt).toISOString()
        print([at, event.eventId, client, event.type, event.scopes.join(' ')].join('\t'))
      }
    })
  },
})

export const replayEvents = defineCommand({
  name: 'events replay',
  usages: [
    {
      syntax: 'events replay --config assent.yaml [--client ID]',
      help: 'Sends again the notifications that could not be delivered.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    client: { type: 'string', help: 'Only the events of this client. Default: all clients.' },
  },
  async run({ config, client }) {
    await withStore(config, async (store) => {
      const number = client === undefined ? undefined : await store.internClient(client)
      print(`${await store.replayDeadLetters(number)} events will be sent again.`)
    })
  },
})
