/**
 * @module The schemas of what is sent to merchants and OAuth clients, besides an event in the default format.
 * @see docs/notifications.md#formats
 */
import { EVENT_REASONS, EVENT_TYPES } from '@assent/protocol'
import Type from 'typebox'
import { NotificationSchema } from '../../http/merchant-api/notification-schema.ts'
import { dictionary, oneOf, string } from '../../http/schema-parts.ts'

export const AmsNotificationSchema = Type.Object(
  {
    authorizationNotifyType: oneOf(
      ['TOKEN_CREATED', 'TOKEN_CANCELED'],
      '`TOKEN_CREATED` for a grant and a change.',
    ),
    authClientId: string('Your client id.'),
    userId: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Your id of the user. Absent when the event concerns all users.',
      }),
    ),
    reason: oneOf(EVENT_REASONS, 'Why it happened.'),
    result: Type.Object(
      {
        resultStatus: Type.Literal('S'),
        resultCode: Type.Literal('SUCCESS'),
        resultMessage: Type.Literal('success'),
      },
      { description: 'Always a success.' },
    ),
    eventId: string('The same in every delivery of the event.'),
  },
  { title: 'AmsNotification' },
)

const { appId, scopes, reason, occurredTime } = NotificationSchema.properties

/** The claims of a Security Event Token (RFC 8417). */
export const SecurityEventClaimsSchema = Type.Object(
  {
    iss: string('The issuer.'),
    aud: string('Your client id.'),
    iat: Type.Integer({ description: 'When it was signed, in epoch seconds.' }),
    jti: string('The id of the event: the same in every delivery.'),
    sub_id: Type.Optional(
      Type.Object(
        {
          format: Type.Literal('iss_sub'),
          iss: string('The issuer.'),
          sub: string('Your id of the user.'),
        },
        { description: 'Absent when the event concerns all users.' },
      ),
    ),
    events: dictionary(
      Type.Object({ eventType: oneOf(EVENT_TYPES), appId, scopes, reason, occurredTime }),
      {
        minProperties: 1,
        maxProperties: 1,
        description:
          'One member. Its name is `https://schemas.openid.net/secevent/oauth/event-type/` with `token-issued`, `tokens-revoked`, `token-revoked`, `client-disabled` or `client-credential-changed`.',
      },
    ),
  },
  {
    title: 'SecurityEventClaims',
    description:
      'The type of the JWT is `secevent+jwt`. It is signed with ES256 by a key of `/oauth2/jwks`.',
  },
)

/** The claims of a logout token. */
export const LogoutClaimsSchema = Type.Object(
  {
    iss: string('The issuer.'),
    aud: string('Your client id.'),
    sub: string('Your id of the user. End all sessions of this user.'),
    iat: Type.Integer({ description: 'When it was signed, in epoch seconds.' }),
    exp: Type.Integer({ description: 'When it expires, in epoch seconds.' }),
    jti: string('New in each attempt.'),
    txn: string('The event: the same in each attempt.'),
    events: Type.Object({
      'http://schemas.openid.net/event/backchannel-logout': Type.Object({}),
    }),
  },
  {
    title: 'LogoutClaims',
    description:
      'The type of the JWT is `logout+jwt`. It is signed like the ID tokens of the client.',
  },
)

export const AcknowledgmentSchema = Type.Object(
  {
    result: Type.Object({
      resultStatus: Type.Literal('S'),
      resultCode: Type.Optional(Type.String()),
      resultMessage: Type.Optional(Type.String()),
    }),
  },
  { title: 'Acknowledgment' },
)
