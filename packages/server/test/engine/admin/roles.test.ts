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
import {
  type Actor,
  type Cell,
  expectedOf,
  expectedReach,
  nameOf,
  PERSONAL,
  READ_CATALOG,
} from '../../support/expected-roles.ts'

const OWN = 'kopi-house'
const RECORDS_OF = [PLATFORM_ORGANIZATION, OWN, 'other-merchant'] as const

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
