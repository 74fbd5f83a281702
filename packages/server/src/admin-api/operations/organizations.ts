/**
 * @module Organizations: the merchants, and the platform itself.
 */
import Type from 'typebox'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { type Organization, organizationUpdate } from '../../engine/admin/records.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import { OrganizationSchema } from '../../registry/records/administration.ts'
import { requirePlatformMembers } from '../records/declared-record.ts'
import { crudRows, type Resource } from '../records/resource.ts'
import { allRecords } from '../requests/pages.ts'
import { recordBody, recordView } from '../schemas.ts'

const PROPERTIES = {
  id: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    description: 'Lower-case letters, digits and hyphens. It never changes.',
  }),
  ...OrganizationSchema.properties,
}

const ORGANIZATION: Resource<'organizations'> = {
  kind: 'organization',
  name: 'organizations',
  path: '/organizations',
  param: 'organization',
  idMember: 'id',
  isIdStored: false,
  label: 'organization',
  labels: 'organizations',
  component: 'Organization',
  body: recordBody('OrganizationBody', PROPERTIES),
  view: recordView('Organization', PROPERTIES),
  description: 'Merchants, and the platform itself, whose id is `platform`.',
  filters: {},
  find: (call, _reach, position) => allRecords(call.ports.store, 'organization', position),
  links: ({ id }) => ({
    members: `/admin/v1/members?organization=${id}`,
    clients: `/admin/v1/clients?organization=${id}`,
  }),
  async prepare(call, draft) {
    requirePlatformMembers(call, ['state'], draft)
    const { id, document } = draft
    if (id === PLATFORM_ORGANIZATION && document['state'] !== 'active')
      throw new AdminError('conflict', 'Without its own organization, nobody manages the platform.')
    return { document, update: organizationUpdate(id, document as Organization, 0) }
  },
  examples: {
    id: 'kopi',
    other: 'teh',
    removed: 'prata',
    create: { id: 'roti', name: 'Roti Corner Pte. Ltd.', country: 'SG', state: 'active' },
    patch: { contact: 'https://kopi.example/help' },
    replace: { id: 'teh', name: 'Teh Tarik Pte. Ltd.', state: 'active' },
  },
}

export const ORGANIZATION_ROWS = crudRows(
  ORGANIZATION,
  'A merchant. Its first member comes by an invitation with the role `owner`.',
)
