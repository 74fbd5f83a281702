/**
 * @module Records of OAuth clients that the operator registers. Those that register themselves are no records.
 */
import { ClientSchema } from '../../config/schema/clients.ts'
import { closed } from '../../config/schema/fields.ts'
import { OAuthClientSchema } from '../../config/schema/oauth-clients.ts'
import type { OAuthClientEntry } from '../../config/sections.ts'
import { thumbprintOf } from './public-keys.ts'
import { defineRecordType, pointsTo, type RecordType } from './record-type.ts'

export const OAuthClientDocumentSchema = closed({
  ...OAuthClientSchema.properties,
  merchantId: {
    ...ClientSchema.properties.clientId,
    description: 'The clientId of the merchant whose mini program it acts for.',
  },
})

export type OAuthClientDocument = OAuthClientEntry & { readonly merchantId: string }

/** Keys are for lookups: a client may have a key of its merchant or of another client of this merchant. */
export const OAUTH_CLIENT: RecordType = defineRecordType<OAuthClientDocument>({
  kind: 'oauthClient',
  label: 'OAuth client',
  schema: OAuthClientDocumentSchema,
  idMember: 'clientId',
  references: ({ merchantId, appId, walletId, jwks = [], allowedOrigins = [] }) => [
    pointsTo('client', merchantId),
    pointsTo('miniProgram', appId),
    ...(walletId === undefined ? [] : [pointsTo('wallet', walletId)]),
    ...jwks.map((jwk) => ({ name: 'key', value: thumbprintOf(jwk) })),
    ...allowedOrigins.map((value) => ({ name: 'origin', value })),
  ],
})
