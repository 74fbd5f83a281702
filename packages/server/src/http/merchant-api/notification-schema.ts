/**
 * @module The schema of an event, as `events` lists it and notifications carry it.
 * @see docs/notifications.md#fields-of-an-event
 */
import { EVENT_REASONS, EVENT_TYPES } from '@assent/protocol'
import Type from 'typebox'
import { oneOf, string, time } from '../schema-parts.ts'

export const NotificationSchema = Type.Object(
  {
    eventId: string('The same in every delivery of the event: use it to recognize duplicates.'),
    eventType: oneOf(EVENT_TYPES, 'What happened.'),
    authClientId: string('Your client id.'),
    appId: Type.Optional(
      string('The mini program. Absent when the event concerns all your mini programs.'),
    ),
    userId: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Your id of the user. Absent when the event concerns all users.',
      }),
    ),
    scopes: Type.Array(Type.String(), {
      description: 'The scopes that were granted or withdrawn.',
    }),
    reason: oneOf(EVENT_REASONS, 'Why it happened.'),
    occurredTime: time('When the change happened.'),
  },
  { title: 'Notification' },
)
