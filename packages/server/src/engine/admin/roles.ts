/**
 * @module The one table that decides about administrators: role × operation × whose record.
 * @see docs/administrators.md#roles, docs/decisions/0089-one-table-of-roles.md
 */
import type { AdminOperation } from './operations.ts'

/** The id of the organization that runs the platform. Every other organization is a merchant. */
export const PLATFORM_ORGANIZATION = 'platform'

export const PLATFORM_ROLES = [
  'owner',
  'operator',
  'reviewer',
  'security',
  'support',
  'auditor',
] as const
export type PlatformRole = (typeof PLATFORM_ROLES)[number]

export const MERCHANT_ROLES = ['owner', 'developer', 'viewer'] as const
export type MerchantRole = (typeof MERCHANT_ROLES)[number]

/** A role within an organization. The role `owner` of the platform is another one than that of a merchant. */
export type Role = PlatformRole | MerchantRole

/** `A`: every record. `M`: the records of merchants. `O`: the records of the own organization. `-`: none. */
type Cell = 'A' | 'M' | 'O' | '-'

/** A cell for each platform role, then one for each role of a merchant, in the order of the lists above. */
type Row = readonly [
  platform: `${Cell}${Cell}${Cell}${Cell}${Cell}${Cell}`,
  merchant: `${Cell}${Cell}${Cell}`,
]

/** An operation without a row does not compile. */
const PERMISSIONS: Readonly<Record<AdminOperation, Row>> = {
  // owner, operator, reviewer, security, support, auditor; then owner, developer, viewer
  'organizations.list': ['AAAAAA', 'OOO'],
  'organizations.read': ['AAAAAA', 'OOO'],
  'organizations.create': ['AM----', '---'],
  'organizations.update': ['AM----', 'O--'],
  'organizations.remove': ['AM----', '---'],
  'members.list': ['AAAAAA', 'OOO'],
  'members.read': ['AAAAAA', 'OOO'],
  'members.update': ['AM----', 'O--'],
  'members.remove': ['AM-M--', 'O--'],
  'invitations.list': ['AM---A', 'O--'],
  'invitations.read': ['AM---A', 'O--'],
  'invitations.create': ['AM----', 'O--'],
  'invitations.remove': ['AM-M--', 'O--'],
  'serviceAccounts.list': ['AM-A-A', 'OO-'],
  'serviceAccounts.read': ['AM-A-A', 'OO-'],
  'serviceAccounts.create': ['A-----', 'O--'],
  'serviceAccounts.update': ['A-----', 'O--'],
  'serviceAccounts.remove': ['A--A--', 'O--'],
  'clients.list': ['AAAAAA', 'OOO'],
  'clients.read': ['AAAAAA', 'OOO'],
  'clients.create': ['AM----', '---'],
  'clients.update': ['AM----', 'OO-'],
  'clients.remove': ['AM----', '---'],
  'keys.list': ['AAAAAA', 'OOO'],
  'keys.read': ['AAAAAA', 'OOO'],
  'keys.create': ['AM-A--', 'OO-'],
  'keys.update': ['AM-A--', 'OO-'],
  'keys.remove': ['AM-A--', 'OO-'],
  'miniPrograms.list': ['AAAAAA', 'OOO'],
  'miniPrograms.read': ['AAAAAA', 'OOO'],
  'miniPrograms.create': ['AM----', 'OO-'],
  'miniPrograms.update': ['AM----', 'OO-'],
  'miniPrograms.remove': ['AM----', 'O--'],
  'oauthClients.list': ['AAAAAA', 'OOO'],
  'oauthClients.read': ['AAAAAA', 'OOO'],
  'oauthClients.create': ['AM----', 'OO-'],
  'oauthClients.update': ['AM----', 'OO-'],
  'oauthClients.remove': ['AM----', 'OO-'],
  'testers.list': ['AM--AA', 'OOO'],
  'testers.create': ['AM----', 'OO-'],
  'testers.remove': ['AM----', 'OO-'],
  'scopes.list': ['AAAAAA', 'AAA'],
  'scopes.read': ['AAAAAA', 'AAA'],
  'scopes.create': ['AA----', '---'],
  'scopes.update': ['AA----', '---'],
  'scopes.remove': ['AA----', '---'],
  'apis.list': ['AAAAAA', 'AAA'],
  'apis.read': ['AAAAAA', 'AAA'],
  'apis.create': ['AA----', '---'],
  'apis.update': ['AA----', '---'],
  'apis.remove': ['AA----', '---'],
  'wallets.list': ['AAAAAA', '---'],
  'wallets.read': ['AAAAAA', '---'],
  'wallets.create': ['AA----', '---'],
  'wallets.update': ['AA----', '---'],
  'wallets.remove': ['AA----', '---'],
  'images.read': ['AAAAAA', 'AAA'],
  'changes.list': ['AAAAMA', 'OOO'],
  'grants.find': ['A--AAA', '---'],
  'grants.withdraw': ['A--AA-', '---'],
  'receipts.list': ['A--AAA', '---'],
  'users.erase': ['A--A--', '---'],
  'events.list': ['AM-AMA', 'OOO'],
  'deliveries.list': ['AM-AMA', 'OOO'],
  'deliveries.replay': ['AM--M-', 'OO-'],
  'deliveries.test': ['AM--M-', 'OO-'],
  'emergency.suspend': ['AM-A--', '---'],
  'emergency.reinstate': ['A--A--', '---'],
  'emergency.keyStolen': ['AM-A--', 'O--'],
  'emergency.stopScope': ['A--A--', '---'],
  'nodes.list': ['AA-AAA', '---'],
  'platformKeys.list': ['AA-A-A', '---'],
  'platformKeys.rotate': ['A--A--', '---'],
  'approvals.list': ['AAAAAA', 'O--'],
  'approvals.read': ['AAAAAA', 'O--'],
  'approvals.decide': ['A--A--', '---'],
}

/** Whose records a role reaches with an operation. */
export type Reach = 'any' | 'merchants' | 'own' | 'none'

const REACHES: Readonly<Record<Cell, Reach>> = { A: 'any', M: 'merchants', O: 'own', '-': 'none' }

/** @param organization the one in which the role is held */
export function reachOf(organization: string, role: Role, operation: AdminOperation): Reach {
  const [platform, merchant] = PERMISSIONS[operation]
  const row = organization === PLATFORM_ORGANIZATION ? platform : merchant
  const cell = row.charAt(rolesOf(organization).indexOf(role)) as Cell | ''
  return REACHES[cell || '-']
}

/** The roles that a member of an organization can have. */
export function rolesOf(organization: string): readonly Role[] {
  return organization === PLATFORM_ORGANIZATION ? PLATFORM_ROLES : MERCHANT_ROLES
}

/** Operations that only a person can call, whatever the role of a service account. */
const PERSONAL_OPERATIONS: ReadonlySet<AdminOperation> = new Set<AdminOperation>([
  'approvals.decide',
  'serviceAccounts.create',
  'serviceAccounts.update',
])

export function isPersonal(operation: AdminOperation): boolean {
  return PERSONAL_OPERATIONS.has(operation)
}

/** Roles that service accounts cannot have: an owner answers as a person. */
export function isServiceRole(role: Role): boolean {
  return role !== 'owner' && role !== 'reviewer'
}

/** Whether a role decides about approvals. Such a role is given by two persons, so that nobody creates a second self. */
export function decidesApprovals(organization: string, role: Role): boolean {
  return reachOf(organization, role, 'approvals.decide') !== 'none'
}
