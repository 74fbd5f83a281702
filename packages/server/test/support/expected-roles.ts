/**
 * @module What each role may do, written once more by role. The table of roles is written by operation.
 */
import { ADMIN_OPERATIONS, type AdminOperation } from '../../src/engine/admin/operations.ts'
import type { Principal } from '../../src/engine/admin/principal.ts'
import { PLATFORM_ORGANIZATION, type Role } from '../../src/engine/admin/roles.ts'

const READ_EVERYWHERE =
  'organizations.list organizations.read members.list members.read clients.list clients.read keys.list keys.read miniPrograms.list miniPrograms.read oauthClients.list oauthClients.read'
export const READ_CATALOG = 'scopes.list scopes.read apis.list apis.read images.read'
const READ_WALLETS = 'wallets.list wallets.read'
const READ_APPROVALS = 'approvals.list approvals.read'

/** The operations of each role, by whose records it reaches with them. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'platform owner': { any: ADMIN_OPERATIONS.join(' ') },
  'platform operator': {
    any: `${READ_EVERYWHERE} ${READ_CATALOG} ${READ_WALLETS} ${READ_APPROVALS} scopes.create scopes.update scopes.remove apis.create apis.update apis.remove wallets.create wallets.update wallets.remove changes.list nodes.list platformKeys.list`,
    merchants:
      'organizations.create organizations.update organizations.remove members.update members.remove invitations.list invitations.read invitations.create invitations.remove serviceAccounts.list serviceAccounts.read clients.create clients.update clients.remove keys.create keys.update keys.remove miniPrograms.create miniPrograms.update miniPrograms.remove oauthClients.create oauthClients.update oauthClients.remove testers.list testers.create testers.remove events.list deliveries.list deliveries.replay deliveries.test emergency.suspend emergency.keyStolen',
  },
  'platform reviewer': {
    any: `${READ_EVERYWHERE} ${READ_CATALOG} ${READ_WALLETS} ${READ_APPROVALS} changes.list`,
  },
  'platform security': {
    any: `${READ_EVERYWHERE} ${READ_CATALOG} ${READ_WALLETS} ${READ_APPROVALS} serviceAccounts.list serviceAccounts.read serviceAccounts.remove keys.create keys.update keys.remove changes.list grants.find grants.withdraw receipts.list users.erase events.list deliveries.list emergency.suspend emergency.reinstate emergency.keyStolen emergency.stopScope nodes.list platformKeys.list platformKeys.rotate approvals.decide`,
    merchants: 'members.remove invitations.remove',
  },
  'platform support': {
    any: `${READ_EVERYWHERE} ${READ_CATALOG} ${READ_WALLETS} ${READ_APPROVALS} testers.list grants.find grants.withdraw receipts.list nodes.list`,
    merchants: 'changes.list events.list deliveries.list deliveries.replay deliveries.test',
  },
  'platform auditor': {
    any: `${READ_EVERYWHERE} ${READ_CATALOG} ${READ_WALLETS} ${READ_APPROVALS} invitations.list invitations.read serviceAccounts.list serviceAccounts.read testers.list changes.list grants.find receipts.list events.list deliveries.list nodes.list platformKeys.list`,
  },
  'merchant owner': {
    any: READ_CATALOG,
    own: `${READ_EVERYWHERE} ${READ_APPROVALS} organizations.update members.update members.remove invitations.list invitations.read invitations.create invitations.remove serviceAccounts.list serviceAccounts.read serviceAccounts.create serviceAccounts.update serviceAccounts.remove clients.update keys.create keys.update keys.remove miniPrograms.create miniPrograms.update miniPrograms.remove oauthClients.create oauthClients.update oauthClients.remove testers.list testers.create testers.remove changes.list events.list deliveries.list deliveries.replay deliveries.test emergency.keyStolen`,
  },
  'merchant developer': {
    any: READ_CATALOG,
    own: `${READ_EVERYWHERE} serviceAccounts.list serviceAccounts.read clients.update keys.create keys.update keys.remove miniPrograms.create miniPrograms.update oauthClients.create oauthClients.update oauthClients.remove testers.list testers.create testers.remove changes.list events.list deliveries.list deliveries.replay deliveries.test`,
  },
  'merchant viewer': {
    any: READ_CATALOG,
    own: `${READ_EVERYWHERE} testers.list changes.list events.list deliveries.list`,
  },
}

export type Actor = Pick<Principal, 'kind' | 'organization'> & { readonly role: Role }
export type Cell = Actor & { readonly operation: AdminOperation; readonly recordOf: string }

export function nameOf({ organization, role }: Pick<Actor, 'organization' | 'role'>): string {
  return `${organization === PLATFORM_ORGANIZATION ? 'platform' : 'merchant'} ${role}`
}

export const PERSONAL = ['approvals.decide', 'serviceAccounts.create', 'serviceAccounts.update']

export function expectedReach(
  actor: Pick<Actor, 'organization' | 'role'>,
  operation: AdminOperation,
): string | undefined {
  const reaches = Object.entries(EXPECTED[nameOf(actor)] ?? {})
  return reaches.find(([, operations]) => operations.split(' ').includes(operation))?.[0]
}

/** What the expectation above says about a cell. */
export function expectedOf({ kind, operation, recordOf, ...actor }: Cell): string {
  const reach = expectedReach(actor, operation)
  if (reach === undefined || (kind === 'serviceAccount' && PERSONAL.includes(operation)))
    return 'forbidden'
  const isReached =
    reach === 'any' ||
    (reach === 'merchants' && recordOf !== PLATFORM_ORGANIZATION) ||
    (reach === 'own' && recordOf === actor.organization)
  if (!isReached) return 'not-found'
  return operation === 'users.erase' ? 'approval-required' : 'permitted'
}
