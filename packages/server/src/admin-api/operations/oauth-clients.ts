/**
 * @module OAuth clients of mini programs.
 */
import {
  type OAuthClientDocument,
  OAuthClientDocumentSchema,
} from '../../registry/records/oauth-client.ts'
import { prepareDeclared, requirePlatformMembers } from '../records/declared-record.ts'
import { organizationOfClient } from '../records/record-owners.ts'
import { crudRows, type Resource } from '../records/resource.ts'
import { recordBody, recordView } from '../schemas.ts'
import { clientFilter, ofClients } from './mini-programs.ts'

/** A resource server may introspect the tokens that other clients have for it. */
const PLATFORM_MEMBERS = ['resourceServerFor'] as const

const OAUTH_CLIENT: Resource<'oauthClients'> = {
  kind: 'oauthClient',
  name: 'oauthClients',
  path: '/oauth-clients',
  param: 'oauthClientId',
  idMember: 'clientId',
  isIdStored: true,
  label: 'OAuth client',
  labels: 'OAuth clients',
  component: 'OAuthClient',
  body: recordBody('OAuthClientBody', OAuthClientDocumentSchema.properties),
  view: recordView('OAuthClient', OAuthClientDocumentSchema.properties),
  description: 'OAuth clients of mini programs. Those that registered themselves are not listed.',
  filters: clientFilter,
  find: ofClients('oauthClient'),
  isWanted: ({ query: { organization, clientId } }, { document }) =>
    organization === undefined || clientId === undefined || document['merchantId'] === clientId,
  links: ({ document }) => ({
    client: `/admin/v1/clients/${document['merchantId']}`,
    miniProgram: `/admin/v1/mini-programs/${document['appId']}`,
  }),
  async prepare(call, draft) {
    requirePlatformMembers(call, PLATFORM_MEMBERS, draft)
    const { merchantId } = draft.document as OAuthClientDocument
    call.permit({ organization: await organizationOfClient(call.ports.store, merchantId) })
    return prepareDeclared(call, 'oauthClient', draft)
  },
  examples: {
    id: 'kopi-web',
    other: 'teh-web',
    removed: 'teh-old-web',
    create: {
      clientId: 'kopi-android',
      merchantId: 'kopi-house',
      appId: 'kopi-app',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['com.example.kopi:/callback'],
    },
    patch: { redirectUris: ['https://kopi.example/callback', 'https://kopi.example/callback2'] },
    replace: {
      clientId: 'teh-web',
      merchantId: 'teh-house',
      appId: 'teh-app',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['https://teh.example/signed-in'],
    },
  },
}

export const OAUTH_CLIENT_ROWS = crudRows(
  OAUTH_CLIENT,
  'It acts for a mini program of the same merchant, and shares its consents.',
)
