/**
 * @module The sections of registry.yaml about who administers the platform, and their rules. They are the rules of the admin API, without
 * its approvals: who can run `assent apply` has the keys of the store.
 * @see docs/registry.md#administrators
 */
import Type, { type TSchema } from 'typebox'
import { closed } from '../../config/schema/fields.ts'
import type { ConfigIssue, YamlFile } from '../../config/yaml.ts'
import { type Member, typed } from '../../engine/admin/records.ts'
import {
  isServiceRole,
  PLATFORM_ORGANIZATION,
  type Role,
  rolesOf,
} from '../../engine/admin/roles.ts'
import { weaknessOf } from '../../engine/key-strength.ts'
import type { RecordDocument, RecordKey, RegistryStore } from '../../engine/store/registry.ts'
import { findAll } from '../current-records.ts'
import {
  credentialId,
  MemberSchema,
  OrganizationSchema,
  organizationId,
  PasskeySchema,
  ServiceAccountSchema,
} from '../records/administration.ts'
import type { AdministrationSections } from '../records/administration-types.ts'
import { describeRecord } from '../records/record-types.ts'

const memberId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'The id of the member. It is recorded with everything that the member changes.',
})

const serviceAccountId = Type.String({
  pattern: '^sa_[A-Za-z0-9_.-]{1,100}$',
  description: 'The client_id at the token endpoint. It begins with sa_.',
})

export const OrganizationEntrySchema = closed({
  id: organizationId,
  ...OrganizationSchema.properties,
})
export const MemberEntrySchema = closed({
  id: memberId,
  ...MemberSchema.properties,
  passkeys: Type.Optional(
    Type.Array(closed({ credentialId, publicKey: PasskeySchema.properties.publicKey }), {
      minItems: 1,
      maxItems: 16,
      description: 'The passkeys of a member who signs in with one. An export has them.',
    }),
  ),
})
export const ServiceAccountEntrySchema = closed({
  id: serviceAccountId,
  ...ServiceAccountSchema.properties,
})

export const ADMINISTRATION_SCHEMAS = {
  organizations: section(OrganizationEntrySchema, 'Merchants, and the platform itself.'),
  members: section(MemberEntrySchema, 'People with a role in an organization.'),
  serviceAccounts: section(ServiceAccountEntrySchema, 'Programs that call the admin API.'),
}

function section<S extends TSchema>(entry: S, description: string) {
  return Type.Optional(Type.Array(entry, { description }))
}

type File = YamlFile<AdministrationSections>

/** The problems that the schema does not find. */
export function checkAdministration(file: File): readonly ConfigIssue[] {
  return [
    ...checkUniqueIds(file),
    ...checkOrganizations(file),
    ...checkPasskeys(file),
    ...checkRoles(file),
    ...checkKeys(file),
  ]
}

function checkUniqueIds({ value, addIssue }: File): readonly ConfigIssue[] {
  const { organizations = [], members = [], serviceAccounts = [] } = value
  return Object.entries({ organizations, members, serviceAccounts }).flatMap(([name, entries]) => {
    const first = new Map(entries.map(({ id }, index) => [id, index] as const).reverse())
    return entries.flatMap(({ id }, index) =>
      first.get(id) === index
        ? []
        : [addIssue([name, index, 'id'], `must be unique, but ${id} appears more than once`)],
    )
  })
}

function checkOrganizations({ value, addIssue }: File): readonly ConfigIssue[] {
  const { organizations = [] } = value
  return organizations.flatMap(({ id, state }, index) =>
    id === PLATFORM_ORGANIZATION && state !== 'active'
      ? [
          addIssue(
            ['organizations', index, 'state'],
            'must be active: without its own organization, nobody administers the platform',
          ),
        ]
      : [],
  )
}

/** A member who could not sign in would keep the platform from inviting its first owner. */
function checkPasskeys({ value, addIssue }: File): readonly ConfigIssue[] {
  const { members = [] } = value
  const known = new Set<string>()
  return members.flatMap(({ identity, passkeys = [] }, index) => {
    const path = ['members', index, 'passkeys']
    const repeated = passkeys.flatMap(({ credentialId: id }, at) => {
      const isRepeated = known.has(id)
      known.add(id)
      return isRepeated ? [addIssue([...path, at], 'must be unique: it is there twice')] : []
    })
    if ((identity.method === 'passkey') === passkeys.length > 0) return repeated
    const issue =
      identity.method === 'passkey'
        ? 'must have the passkeys of the member: only an export knows them. A new member with a passkey comes by an invitation'
        : 'must be left out: the member signs in at the identity provider'
    return [...repeated, addIssue(path, issue)]
  })
}

function checkRoles({ value, addIssue }: File): readonly ConfigIssue[] {
  const { members = [], serviceAccounts = [] } = value
  const problem = (possible: readonly Role[], organization: string): string =>
    `must be a role of ${organization}: ${possible.join(', ')}`
  return [
    ...members.flatMap(({ organization, role }, index) => {
      const possible = rolesOf(organization)
      if (possible.includes(role)) return []
      return [addIssue(['members', index, 'role'], problem(possible, organization))]
    }),
    ...serviceAccounts.flatMap(({ organization, roles }, index) => {
      const possible = rolesOf(organization).filter(isServiceRole)
      return roles.flatMap((role, at) => {
        const path = ['serviceAccounts', index, 'roles', at]
        return possible.includes(role)
          ? []
          : [addIssue(path, `${problem(possible, organization)}. Owners and reviewers are persons`)]
      })
    }),
  ]
}

function checkKeys({ value, addIssue }: File): readonly ConfigIssue[] {
  const { serviceAccounts = [] } = value
  return serviceAccounts.flatMap(({ jwks }, index) =>
    jwks.flatMap((jwk, at) => {
      const weakness = weaknessOf(jwk)
      return weakness === undefined
        ? []
        : [addIssue(['serviceAccounts', index, 'jwks', at], weakness)]
    }),
  )
}

const PLATFORM_OWNERS = { name: 'memberRole', value: `${PLATFORM_ORGANIZATION} owner` }

/** A member as a change leaves it. Without a document: the member is removed. */
export type MemberUpdate = { readonly id: string; readonly document?: RecordDocument }

type Written = RecordKey & { readonly read: () => RecordDocument }

export function memberUpdatesOf({
  created,
  changed,
  removed,
}: {
  readonly created: readonly Written[]
  readonly changed: readonly Written[]
  readonly removed: readonly RecordKey[]
}): readonly MemberUpdate[] {
  const written = [...created, ...changed].filter(isMember)
  return [
    ...written.map(({ id, read }) => ({ id, document: read() })),
    ...removed.filter(isMember).map(({ id }) => ({ id })),
  ]
}

export function isMember({ kind }: RecordKey): boolean {
  return kind === 'member'
}

/** Why a change would leave the platform without an active owner: nobody could sign in and give the role again. */
export async function findOwnerProblems(
  store: Pick<RegistryStore, 'findRecords'>,
  updates: readonly MemberUpdate[],
): Promise<readonly string[]> {
  if (updates.length === 0) return []
  if (updates.some(({ document }) => document && isActiveOwner(document as Member))) return []
  const touched = new Set(updates.map(({ id }) => id))
  const lost: string[] = []
  for await (const record of findAll(store, 'member', PLATFORM_OWNERS)) {
    if (!isActiveOwner(typed<Member>(record).document)) continue
    if (!touched.has(record.id)) return []
    lost.push(describeRecord(record))
  }
  return lost.map(
    (owner) =>
      `${owner} is the last active owner of the platform: keep this member as it is, or make another member an owner.`,
  )
}

function isActiveOwner({ organization, role, state }: Member): boolean {
  return organization === PLATFORM_ORGANIZATION && role === 'owner' && state === 'active'
}
