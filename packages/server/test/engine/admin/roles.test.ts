/**
 * @module Every cell of the table of roles: role × operation × whose record. What is expected is written here once more, by role.
 */
import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/engine/admin/admin-error.ts'
import { authorizeAdmin } from '../../../src/engine/admin/authorize.ts'
import { ADMIN_OPERATIONS, type AdminOperation } from '../../../src/engine/admin/operations.ts'
import type { Principal } from '../../../src/engine/admin/principal.ts'
import {
  decidesApprovals,
  isPersonal,
  isServiceRole,
  MERCHANT_ROLES,
  PLATFORM_ORGANIZATION,
  PLATFORM_ROLES,
  type Role,
  reachOf,
  rolesOf,
} from '../../../src/engine/admin/roles.ts'

const READ_EVERYWHERE =
  'organizations.list organizations.read members.list members.read clients.list clients.read keys.list keys.read miniPrograms.list miniPrograms.read oauthClients.list oauthClients.read'
const READ_CATALOG = 'scopes.list scopes.read apis.list apis.read'
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

const OWN = 'kopi-house'
const RECORDS_OF = [PLATFORM_ORGANIZATION, OWN, 'other-merchant'] as const

type Actor = Pick<Principal, 'kind' | 'organization'> & { readonly role: Role }
type Cell = Actor & { readonly operation: AdminOperation; readonly recordOf: string }

const ROLES = [
  ...PLATFORM_ROLES.map((role) => ({ organization: PLATFORM_ORGANIZATION, role })),
  ...MERCHANT_ROLES.map((role) => ({ organization: OWN, role })),
]
const ACTORS: readonly Actor[] = ROLES.flatMap((one) => [
  { ...one, kind: 'member' } as const,
  ...(isServiceRole(one.role) ? [{ ...one, kind: 'serviceAccount' } as const] : []),
])
const CELLS: readonly Cell[] = ACTORS.flatMap((actor) =>
  ADMIN_OPERATIONS.flatMap((operation) =>
    RECORDS_OF.map((recordOf) => ({ ...actor, operation, recordOf })),
  ),
)

function nameOf({ organization, role }: Pick<Actor, 'organization' | 'role'>): string {
  return `${organization === PLATFORM_ORGANIZATION ? 'platform' : 'merchant'} ${role}`
}

const PERSONAL = ['approvals.decide', 'serviceAccounts.create', 'serviceAccounts.update']

function expectedReach(
  actor: Pick<Actor, 'organization' | 'role'>,
  operation: AdminOperation,
): string | undefined {
  const reaches = Object.entries(EXPECTED[nameOf(actor)] ?? {})
  return reaches.find(([, operations]) => operations.split(' ').includes(operation))?.[0]
}

/** What the expectation above says about a cell. */
function expectedOf({ kind, operation, recordOf, ...actor }: Cell): string {
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

function decisionOf({ kind, organization, role, operation, recordOf }: Cell): string {
  const principal = { kind, id: 'me', organization, roles: [role], identity: 'passkey me' }
  try {
    return authorizeAdmin(principal, operation, { organization: recordOf })
  } catch (error) {
    return error instanceof AdminError ? error.code : String(error)
  }
}

const describeCell = (cell: Cell, decision: string): string =>
  `${cell.kind} ${nameOf(cell)} ${cell.operation} of ${cell.recordOf}: ${decision}`

describe('the table of roles', () => {
  it('decides every cell as expected', () => {
    expect(CELLS.length).toBeGreaterThan(3000)
    expect(CELLS.map((cell) => describeCell(cell, decisionOf(cell)))).toEqual(
      CELLS.map((cell) => describeCell(cell, expectedOf(cell))),
    )
  })

  it('has the expected reach in each cell, so that a changed cell fails', () => {
    const reachesOf = (
      reach: (role: (typeof ROLES)[number], operation: AdminOperation) => string,
    ) =>
      ROLES.flatMap((one) =>
        ADMIN_OPERATIONS.map(
          (operation) => `${nameOf(one)} ${operation}: ${reach(one, operation)}`,
        ),
      )
    expect(
      reachesOf(({ organization, role }, operation) => reachOf(organization, role, operation)),
    ).toEqual(reachesOf((one, operation) => expectedReach(one, operation) ?? 'none'))
  })

  it('gives no unknown role anything, nor a role of the other kind of organization', () => {
    const given = ADMIN_OPERATIONS.filter(
      (operation) =>
        reachOf(OWN, 'operator', operation) !== 'none' ||
        reachOf(PLATFORM_ORGANIZATION, 'developer', operation) !== 'none' ||
        reachOf(OWN, 'unknown' as Role, operation) !== 'none',
    )
    expect(given).toEqual([])
  })

  it('lets auditors and viewers change nothing', () => {
    const reading = ['list', 'read', 'find']
    const changing = ADMIN_OPERATIONS.filter(
      (operation) => !reading.includes(operation.split('.')[1] ?? ''),
    )
    const given = changing.filter(
      (operation) =>
        reachOf(PLATFORM_ORGANIZATION, 'auditor', operation) !== 'none' ||
        reachOf(PLATFORM_ORGANIZATION, 'reviewer', operation) !== 'none' ||
        reachOf(OWN, 'viewer', operation) !== 'none',
    )
    expect(given).toEqual([])
  })

  it('reaches no other organization with any role of a merchant, except to read the catalog', () => {
    const beyond = CELLS.filter(
      (cell) =>
        cell.organization === OWN && cell.recordOf !== OWN && decisionOf(cell) === 'permitted',
    )
    expect(new Set(beyond.map(({ operation }) => operation))).toEqual(
      new Set(READ_CATALOG.split(' ')),
    )
  })

  it('has a second person give each role that decides about approvals', () => {
    const owner: Principal = {
      kind: 'member',
      id: 'me',
      organization: PLATFORM_ORGANIZATION,
      roles: ['owner'],
      identity: 'passkey me',
    }
    const decisions = RECORDS_OF.flatMap((organization) =>
      rolesOf(organization).map((role) => ({
        isDecider: decidesApprovals(organization, role),
        decision: authorizeAdmin(owner, 'invitations.create', { organization, givenRoles: [role] }),
      })),
    )
    expect(decisions.filter(({ isDecider }) => isDecider)).toHaveLength(2)
    for (const { isDecider, decision } of decisions)
      expect(decision).toBe(isDecider ? 'approval-required' : 'permitted')
  })

  it('keeps approvals and service accounts for persons', () => {
    expect(ADMIN_OPERATIONS.filter(isPersonal)).toEqual(expect.arrayContaining(PERSONAL))
    expect(ADMIN_OPERATIONS.filter(isPersonal)).toHaveLength(PERSONAL.length)
  })
})
