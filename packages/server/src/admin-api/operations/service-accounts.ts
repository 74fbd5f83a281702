/**
 * @module Service accounts: programs that call this API.
 */
import Type from 'typebox'
import { type ServiceAccount, serviceAccountUpdate } from '../../engine/admin/records.ts'
import { isServiceRole, rolesOf } from '../../engine/admin/roles.ts'
import { weaknessOf } from '../../engine/key-strength.ts'
import { ServiceAccountSchema } from '../../registry/records/administration.ts'
import { invalidMember } from '../call.ts'
import { crudRows, type Resource } from '../records/resource.ts'
import { recordBody, recordView } from '../schemas.ts'
import { ofOrganization, organizationFilter } from './members.ts'

const PROPERTIES = {
  id: Type.String({
    pattern: '^sa_[A-Za-z0-9_.-]{1,100}$',
    description: 'The client_id at the token endpoint. It begins with sa_.',
  }),
  ...ServiceAccountSchema.properties,
}

const KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

const SERVICE_ACCOUNT: Resource<'serviceAccounts'> = {
  kind: 'serviceAccount',
  name: 'serviceAccounts',
  path: '/service-accounts',
  param: 'serviceAccountId',
  idMember: 'id',
  isIdStored: false,
  label: 'service account',
  labels: 'service accounts',
  component: 'ServiceAccount',
  body: recordBody('ServiceAccountBody', PROPERTIES),
  view: recordView('ServiceAccount', PROPERTIES),
  description: 'Programs that call this API.',
  filters: organizationFilter,
  find: ofOrganization('serviceAccount'),
  links: ({ document }) => ({
    organization: `/admin/v1/organizations/${document['organization']}`,
  }),
  needsApproval: true,
  target: ({ id: subjectId }) => ({ subjectId }),
  async prepare(call, { id, document, current }) {
    const before = current?.document as ServiceAccount | undefined
    const after = document as ServiceAccount
    if (before && before.organization !== after.organization)
      throw invalidMember('/organization', 'cannot change. Create another account.')
    requireServiceRoles(after)
    requireStrongKeys(after)
    const givenRoles = after.roles.filter((role) => !before?.roles.includes(role))
    call.permit({ organization: after.organization, subjectId: id, givenRoles })
    return { document, update: serviceAccountUpdate(id, after, 0) }
  },
  examples: {
    id: 'sa_onboarding',
    other: 'sa_reports',
    removed: 'sa_old',
    create: {
      id: 'sa_nightly',
      organization: 'platform',
      name: 'Nightly export',
      roles: ['auditor'],
      state: 'active',
      jwks: [KEY],
    },
    patch: { state: 'suspended' },
    replace: {
      id: 'sa_reports',
      organization: 'platform',
      name: 'Reports',
      roles: ['auditor'],
      state: 'active',
      jwks: [KEY],
    },
  },
}

function requireServiceRoles({ organization, roles }: ServiceAccount): void {
  const possible = rolesOf(organization).filter(isServiceRole)
  const index = roles.findIndex((role) => !possible.includes(role))
  if (index !== -1)
    throw invalidMember(
      `/roles/${index}`,
      `must be a role that service accounts of ${organization} can have: ${possible.join(', ')}.`,
    )
}

function requireStrongKeys({ jwks }: ServiceAccount): void {
  for (const [index, jwk] of jwks.entries()) {
    const weakness = weaknessOf(jwk)
    if (weakness !== undefined) throw invalidMember(`/jwks/${index}`, `${weakness}.`)
  }
}

export const SERVICE_ACCOUNT_ROWS = crudRows(
  SERVICE_ACCOUNT,
  'A program with a key and roles. Each role is a scope of its tokens.',
)
