/**
 * @module The schema of `administrators`: how they sign in.
 */
import Type from 'typebox'
import { PLATFORM_ROLES } from '../../engine/admin/roles.ts'
import { closed, dictionary, oneOf } from './fields.ts'

const OidcSchema = closed(
  {
    issuer: Type.String({
      description:
        'The issuer of the identity provider, an https URL. http is accepted for localhost alone.',
    }),
    clientId: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'The client_id of this server at the identity provider.',
    }),
    clientSecretFile: Type.Optional(
      Type.String({ description: 'A file with the client secret. Excludes privateKeyFile.' }),
    ),
    privateKeyFile: Type.Optional(
      Type.String({
        description:
          'A PEM file (PKCS #8) with the private key that signs client assertions (private_key_jwt): RSA, P-256 or Ed25519.',
      }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        maxItems: 16,
        description: 'The requested scopes. Default: openid, profile, email.',
      }),
    ),
    groupsClaim: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'The claim that lists the groups of a person. Default groups.',
      }),
    ),
    roles: dictionary(oneOf(PLATFORM_ROLES), {
      minProperties: 1,
      description:
        'The role of each group. A person in several groups has the first of these roles: owner, operator, reviewer, security, support, auditor.',
    }),
  },
  {
    description:
      "Sign-in at the wallet's own identity provider (OpenID Connect). Its redirect URI is ISSUER/admin/sign-in/callback.",
  },
)

export const AdministratorsSchema = closed(
  {
    oidc: Type.Optional(OidcSchema),
    sessionIdleMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 15,
        description: 'How long a session may be unused. Default 15.',
      }),
    ),
    sessionMaxHours: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 8,
        description: 'How long a session lasts at most. Default 8.',
      }),
    ),
    maxRequestsPerMinute: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'How many requests one administrator or service account may send to the admin API on one node. Default 600.',
      }),
    ),
  },
  {
    description:
      'How administrators sign in. Without this section there is no administration over HTTP.',
  },
)
