/**
 * @module Members of organizations, and the invitations by which they come.
 */
import Type from 'typebox'
import { oneOf } from '../../config/schema/fields.ts'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { createInvitation } from '../../engine/admin/invitations.ts'
import { actorOf } from '../../engine/admin/principal.ts'
import { type Member, memberUpdate } from '../../engine/admin/records.ts'
import {
  MERCHANT_ROLES,
  PLATFORM_ROLES,
  type Reach,
  type Role,
  rolesOf,
} from '../../engine/admin/roles.ts'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { RecordKind } from '../../engine/store/registry.ts'
import { invitationLink } from '../../http/admin/sign-in/endpoints.ts'
import { InvitationSchema, MemberSchema } from '../../registry/records/administration.ts'
import { type AdminCall, invalidMember } from '../call.ts'
import type { Change } from '../change.ts'
import {
  listRow,
  type Resource,
  readRow,
  removeRow,
  updateRows,
  viewOf,
} from '../records/resource.ts'
import { allRecords, type Found, recordsWith } from '../requests/pages.ts'
import type { RowsOf } from '../row.ts'
import { recordBody, recordView } from '../schemas.ts'

export const organizationFilter = {
  organization: Type.Optional(
    Type.String({ maxLength: 64, description: 'Only those of this organization.' }),
  ),
}

/** Records that name their organization: those of the filter, those of the own organization, or all. */
export function ofOrganization(kind: RecordKind): Resource['find'] {
  return (call: AdminCall, reach: Reach, position): AsyncGenerator<Found> => {
    const organization = call.query['organization'] ?? ownOrganization(call, reach)
    const { store } = call.ports
    return organization === undefined
      ? allRecords(store, kind, position)
      : recordsWith(store, kind, { name: 'organization', value: String(organization) }, position)
  }
}

export function ownOrganization({ principal }: AdminCall, reach: Reach): string | undefined {
  return reach === 'own' ? principal.organization : undefined
}

function isSameJson(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}

/** @throws {AdminError} `invalid` */
export function requireRole(organization: string, role: string): void {
  const roles: readonly string[] = rolesOf(organization)
  if (!roles.includes(role))
    throw invalidMember('/role', `must be a role of ${organization}: ${roles.join(', ')}.`)
}

const id = Type.String({ maxLength: 128, description: 'The id of the record.' })
const MEMBER_PROPERTIES = { id, ...MemberSchema.properties }

const MEMBER: Resource = {
  kind: 'member',
  name: 'members',
  path: '/members',
  param: 'memberId',
  idMember: 'id',
  isIdStored: false,
  label: 'member',
  labels: 'members',
  component: 'Member',
  body: recordBody('MemberBody', MEMBER_PROPERTIES),
  view: recordView('Member', MEMBER_PROPERTIES),
  description: 'People with a role in an organization.',
  filters: organizationFilter,
  find: ofOrganization('member'),
  links: ({ document }) => ({
    organization: `/admin/v1/organizations/${document['organization']}`,
  }),
  needsApproval: true,
  target: ({ id: subjectId }) => ({ subjectId }),
  async prepare(call, { id: memberId, document, current }) {
    const before = current?.document as Member | undefined
    const after = document as Member
    for (const name of ['organization', 'identity'] as const)
      if (!before || !isSameJson(before[name], after[name]))
        throw invalidMember(`/${name}`, 'cannot change. Invite the person again.')
    requireRole(after.organization, after.role)
    const givenRoles = before?.role === after.role ? [] : [after.role]
    call.permit({ organization: after.organization, subjectId: memberId, givenRoles })
    return { document, update: memberUpdate(memberId, after, 0) }
  },
  examples: {
    id: 'member-1',
    other: 'member-2',
    removed: 'member-3',
    create: {},
    patch: { name: 'Ana Wijaya' },
    replace: {
      id: 'member-2',
      organization: 'kopi',
      role: 'viewer',
      name: 'Budi',
      state: 'active',
      identity: { method: 'passkey' },
    },
  },
}

const INVITATION_PROPERTIES = { id, ...InvitationSchema.properties }
const CREATED_INVITATION = recordView('CreatedInvitation', {
  ...INVITATION_PROPERTIES,
  link: Type.Optional(
    Type.String({
      description:
        'For the invited person. It works once. A repeated request does not get it again: remove the invitation, and create another.',
    }),
  ),
})
const DEFAULT_INVITATION_SECONDS = 3 * 86_400

const INVITATION: Resource = {
  kind: 'invitation',
  name: 'invitations',
  path: '/invitations',
  param: 'invitationId',
  idMember: 'id',
  isIdStored: false,
  label: 'invitation',
  labels: 'invitations',
  component: 'Invitation',
  body: recordBody('InvitationBody', {
    organization: InvitationSchema.properties.organization,
    role: oneOf([...new Set<Role>([...PLATFORM_ROLES, ...MERCHANT_ROLES])]),
    name: InvitationSchema.properties.name,
    expiresInSeconds: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 604_800,
        description: 'How long the link works. Default: three days.',
      }),
    ),
  }),
  view: recordView('Invitation', INVITATION_PROPERTIES),
  description: 'Links that were not used yet.',
  filters: organizationFilter,
  find: ofOrganization('invitation'),
  links: ({ document }) => ({
    organization: `/admin/v1/organizations/${document['organization']}`,
  }),
  prepare() {
    throw new Error('Invitations do not change.')
  },
  examples: {
    id: 'invitation-1',
    other: 'invitation-2',
    removed: 'invitation-2',
    create: { organization: 'kopi', role: 'developer', name: 'Citra' },
    patch: {},
    replace: {},
  },
}

async function invite(call: AdminCall): Promise<Change> {
  const { organization, role, name, expiresInSeconds } = call.body as {
    readonly organization: string
    readonly role: Role
    readonly name: string
    readonly expiresInSeconds?: number
  }
  call.permit({ organization })
  requireRole(organization, role)
  call.permit({ organization, givenRoles: [role] })
  const found = await call.ports.store.readRecord('organization', organization)
  if (!found) throw new AdminError('not-found', `There is no organization ${organization}.`)
  const expiresAt = call.now + (expiresInSeconds ?? DEFAULT_INVITATION_SECONDS)
  const invitedBy = actorOf(call.principal)
  const invitation = { organization, role, name, expiresAt, invitedBy }
  const { token, update } = createInvitation(call.ports, invitation, call.now)
  const record = { ...update, document: update.document ?? {}, version: 1, sequence: 0 }
  const view = viewOf(call, INVITATION, record)
  return {
    updates: [update],
    reply: {
      body: { ...view, link: invitationLink(call.issuer, token) },
      version: 1,
      location: `/invitations/${update.id}`,
      secrets: ['link'],
    },
  }
}

type MemberOperation =
  | 'members.list'
  | 'members.read'
  | 'members.update'
  | 'members.remove'
  | 'invitations.list'
  | 'invitations.read'
  | 'invitations.create'
  | 'invitations.remove'

export const MEMBER_ROWS: RowsOf<MemberOperation> = {
  'members.list': [listRow(MEMBER)],
  'members.read': [readRow(MEMBER)],
  'members.update': updateRows(MEMBER),
  'members.remove': [removeRow(MEMBER)],
  'invitations.list': [listRow(INVITATION)],
  'invitations.read': [readRow(INVITATION)],
  'invitations.create': [
    {
      id: 'createInvitation',
      method: 'POST',
      path: '/invitations',
      status: 201,
      summary: 'Invite a person',
      description:
        'Returns a link, which works once. Who opens it creates a passkey and is a member. Roles of the platform that decide about approvals need a second person.',
      body: INVITATION.body,
      response: CREATED_INVITATION,
      hasVersion: true,
      needsApproval: true,
      idMember: 'id',
      problems: ['invalid', 'not-found', 'conflict'],
      example: { body: INVITATION.examples.create },
      change: invite,
    },
  ],
  'invitations.remove': [removeRow(INVITATION)],
}
