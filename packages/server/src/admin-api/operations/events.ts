/**
 * @module Events of a client, deliveries that failed, and a test event.
 */
import { EVENT_TYPES } from '@assent/protocol'
import Type from 'typebox'
import { closed, oneOf } from '../../config/schema/fields.ts'
import { EVENT_CURSOR_PATTERN, notificationOf } from '../../engine/events.ts'
import { merchantRecipient, readRecipient } from '../../engine/recipients.ts'
import type { Delivery } from '../../engine/records.ts'
import { type AdminCall, invalidMember } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import { requireRecord } from '../records/resource.ts'
import { limitOf } from '../requests/pages.ts'
import type { RowsOf } from '../row.ts'

const CLIENT = { kind: 'client', param: 'clientId' } as const
const path = '/clients/{clientId}/events'
const deliveries = '/clients/{clientId}/deliveries'
const EXAMPLE = { path: { clientId: 'kopi-house' } }

export const EventSchema = closed(
  {
    eventId: Type.String(),
    eventType: oneOf(EVENT_TYPES),
    authClientId: Type.String(),
    appId: Type.Optional(Type.String({ description: 'Absent: all mini programs.' })),
    userId: Type.Optional(Type.String({ description: 'Absent: all users.' })),
    scopes: Type.Array(Type.String()),
    reason: Type.String(),
    occurredTime: Type.String({ description: 'RFC 3339.' }),
  },
  { title: 'Event' },
)
const EVENT_PAGE = closed(
  {
    items: Type.Array(EventSchema),
    next: Type.Optional(Type.String({ description: 'The cursor of the next page.' })),
  },
  { title: 'EventPage' },
)
const DELIVERY = closed(
  {
    eventId: Type.String(),
    eventType: Type.String(),
    recipient: Type.String({ description: 'merchant, or oauthClient/ and its id.' }),
    attempts: Type.Integer(),
    createdAt: Type.Integer({ description: 'Epoch milliseconds.' }),
  },
  { title: 'Delivery' },
)

async function clientNumberOf(call: AdminCall): Promise<number> {
  const { id } = await requireRecord(call, CLIENT)
  return call.ports.store.internClient(id)
}

const CURSOR = new RegExp(EVENT_CURSOR_PATTERN)

async function listEvents(call: AdminCall): Promise<Reply> {
  const clientNumber = await clientNumberOf(call)
  const cursor = call.query['cursor'] as string | undefined
  if (cursor !== undefined && !CURSOR.test(cursor))
    throw invalidMember('/cursor', 'must be the cursor of a page of this list.')
  const limit = limitOf(call)
  const page = await call.ports.store.listEvents(clientNumber, cursor, limit)
  const client = { clientId: call.param('clientId') }
  const items = page.events.map((event) => notificationOf(event, client))
  return { body: { items }, next: items.length === limit ? page.cursor : undefined }
}

function viewOfDelivery({ eventId, type, recipient, attempts, createdAt }: Delivery): object {
  const { kind, id } = readRecipient(recipient)
  return {
    eventId,
    eventType: type,
    recipient: kind === 'merchant' ? kind : `${kind}/${id}`,
    attempts,
    createdAt,
  }
}

async function listDeliveries(call: AdminCall): Promise<Reply> {
  const clientNumber = await clientNumberOf(call)
  const dead = await call.ports.store.listDeadLetters(limitOf(call), { clientNumber })
  return { body: { items: dead.map(viewOfDelivery) } }
}

async function replay(call: AdminCall): Promise<Change> {
  const clientNumber = await clientNumberOf(call)
  const clientId = call.param('clientId')
  return {
    updates: [],
    async effect(record) {
      await record(`Sends the failed notifications of client ${clientId} again.`)
      const replayed = await call.ports.store.replayDeadLetters({ clientNumber })
      return { body: { replayed } }
    },
    reply: { body: { replayed: 0 } },
  }
}

const ID_BYTES = 9

async function sendTestEvent(call: AdminCall): Promise<Change> {
  const clientNumber = await clientNumberOf(call)
  const clientId = call.param('clientId')
  const eventId = `test-${call.ports.random.text(ID_BYTES)}`
  const body = { eventId, recipient: merchantRecipient(clientNumber).split('/')[0] ?? '' }
  return {
    updates: [],
    async effect(record) {
      await record(`Sends a test event to client ${clientId}.`)
      await call.ports.store.appendEvent({
        eventId,
        clientNumber,
        subject: '',
        appId: '',
        type: 'AUTHORIZATION_CHANGED',
        scopes: [],
        reason: 'OPERATOR',
      })
      return { body }
    },
    reply: { body },
  }
}

type EventOperation = 'events.list' | 'deliveries.list' | 'deliveries.replay' | 'deliveries.test'

export const EVENT_ROWS: RowsOf<EventOperation> = {
  'events.list': [
    {
      id: 'listClientEvents',
      method: 'GET',
      path,
      summary: 'List the events of a client',
      description: 'Those of 90 days, the earliest first.',
      isList: true,
      response: EVENT_PAGE,
      problems: ['invalid', 'not-found'],
      example: EXAMPLE,
      read: listEvents,
    },
  ],
  'deliveries.list': [
    {
      id: 'listFailedDeliveries',
      method: 'GET',
      path: deliveries,
      summary: 'List failed deliveries of a client',
      description:
        'Notifications that are not attempted again until they are replayed, the earliest first, at most `limit`.',
      query: { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })) },
      response: closed({ items: Type.Array(DELIVERY) }, { title: 'DeliveryList' }),
      problems: ['invalid', 'not-found'],
      example: EXAMPLE,
      read: listDeliveries,
    },
  ],
  'deliveries.replay': [
    {
      id: 'replayDeliveries',
      method: 'POST',
      path: `${deliveries}/replay`,
      status: 200,
      summary: 'Send failed notifications again',
      description: 'All of the client. Receivers know repeated events by their `eventId`.',
      response: closed({ replayed: Type.Integer({ minimum: 0 }) }, { title: 'Replay' }),
      problems: ['not-found'],
      example: EXAMPLE,
      change: replay,
    },
  ],
  'deliveries.test': [
    {
      id: 'sendTestEvent',
      method: 'POST',
      path: `${path}/test`,
      status: 200,
      summary: 'Send a test event',
      description:
        'An `AUTHORIZATION_CHANGED` without user, mini program and scopes, whose `eventId` begins with `test-`. It changes nothing.',
      response: closed(
        { eventId: Type.String(), recipient: Type.String() },
        { title: 'TestEvent' },
      ),
      problems: ['not-found'],
      example: EXAMPLE,
      change: sendTestEvent,
    },
  ],
}
