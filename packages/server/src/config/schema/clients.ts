/**
 * @module The schema of `clients`: the merchants, their keys and their mini programs.
 */
import Type from 'typebox'
import {
  closed,
  displayText,
  identifier,
  oneOf,
  PublicKeysSchema,
  RELOADABLE,
  seconds,
  signatureEncoding,
} from './fields.ts'
import { MiniProgramSchema } from './mini-programs.ts'
import { OAuthClientSchema } from './oauth-clients.ts'

export const ClientSchema = closed({
  clientId: identifier(128, 'The ID of the merchant, at most 128 characters.'),
  name: displayText(80, 'The legal name of the merchant, which users see.'),
  country: Type.Optional(
    Type.String({
      pattern: '^[A-Z]{2}$',
      description: 'The country in which the merchant is registered (ISO 3166-1 alpha-2).',
    }),
  ),
  contact: Type.Optional(
    displayText(200, 'How users reach the merchant. Part of consent receipts.'),
  ),
  state: Type.Optional(
    oneOf(['ACTIVE', 'SUSPENDED'], 'Requests of a suspended client are rejected. Default ACTIVE.'),
  ),
  keys: PublicKeysSchema,
  requestTimeToleranceSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3600,
      description:
        'How far Request-Time may differ from the time of the server. 0 disables the check, and needs insecureAllowReplay. Default 120.',
    }),
  ),
  insecureAllowReplay: Type.Optional(
    Type.Boolean({
      description:
        'Permits requestTimeToleranceSeconds: 0. A caller that records a signed request of this client can send it again after four minutes. Default false.',
    }),
  ),
  accessTokenLifetimeSeconds: Type.Optional(
    seconds(60, 'How long access tokens are valid. Default 3600, one hour.'),
  ),
  refreshTokenLifetimeSeconds: Type.Optional(
    seconds(
      60,
      'How long refresh tokens are valid, at least as long as access tokens. Default 15552000, 180 days.',
    ),
  ),
  redirectUris: Type.Optional(
    Type.Array(Type.String(), {
      description: 'The URLs that prepared requests may redirect to, compared as text.',
    }),
  ),
  notifyUrl: Type.Optional(
    Type.String({
      description: 'The https URL that is notified when an authorization changes or ends.',
    }),
  ),
  notifyFormat: Type.Optional(
    oneOf(
      ['assent', 'ams', 'set'],
      'The format of notifications: that of Assent, that of AMS, or Security Event Tokens (RFC 8417). Security Event Tokens are polled when notifyUrl is absent. Default assent.',
    ),
  ),
  signatureEncoding: signatureEncoding(
    'The encoding of the signature of notifications. Default: percent for the format ams; for the format assent, the encoding of the last request of the client, or base64url when it has sent none.',
  ),
  miniPrograms: Type.Array(MiniProgramSchema, {
    description: 'The mini programs of the merchant.',
  }),
  oauth: Type.Optional(
    Type.Array(OAuthClientSchema, { description: 'The OAuth clients of its mini programs.' }),
  ),
})

export const ClientsSchema = Type.Array(ClientSchema, {
  ...RELOADABLE,
  description: 'The merchants that call the merchant API.',
})
