/**
 * @module Operations for merchants that poll their events instead of receiving notifications, and the acknowledgment of deletions.
 * @see [Polling](../../../../../docs/notifications.md#polling)
 */
import type { Notification } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import { notificationOf } from '../../engine/events.ts'
import { requireFirst } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { Operations } from './call.ts'

/** Encodes a notification as a Security Event Token ([RFC 8417](https://www.rfc-editor.org/rfc/rfc8417.html)). */
export type SignEvent = (notification: Notification) => Promise<string>

const DEFAULT_EVENTS = 100

export function createEventOperations(
  ports: Ports,
  signEvent: SignEvent,
): Pick<Operations, 'events' | 'pollEvents' | 'acknowledgeDeletion'> {
  return {
    async events({ client, request: { cursor, limit = DEFAULT_EVENTS } }) {
      const page = await ports.store.listEvents(client.number, cursor, limit)
      return {
        events: page.events.map((event) => notificationOf(event, client)),
        cursor: page.cursor,
      }
    },
    async pollEvents({ client, request: { ack = [], maxEvents = DEFAULT_EVENTS } }) {
      if (ack.length > 0) await ports.store.acknowledgeEvents(client.number, ack)
      // One more than requested tells whether there are more.
      const pollable = await ports.store.listPollableEvents(client.number, maxEvents + 1)
      const sets = await Promise.all(
        pollable.slice(0, maxEvents).map(async (event) => {
          const notification = notificationOf(event, client)
          return [notification.eventId, await signEvent(notification)] as const
        }),
      )
      return { sets: Object.fromEntries(sets), moreAvailable: pollable.length > maxEvents }
    },
    async acknowledgeDeletion({ client, request: { userId }, once, now }) {
      await requireFirst(ports, once())
      if (!(await ports.store.acknowledgeDeletion(client.number, userId, now)))
        throw new AssentError('UNKNOWN_USER_ID')
      return {}
    },
  }
}
