/**
 * @module Decides whether a principal may call an operation on a record.
 * @see docs/administrators.md#roles
 */
import { AdminError } from './admin-error.ts'
import type { AdminOperation } from './operations.ts'
import type { Principal } from './principal.ts'
import {
  decidesApprovals,
  isPersonal,
  PLATFORM_ORGANIZATION,
  type Reach,
  type Role,
  reachOf,
  rolesOf,
} from './roles.ts'

/** What an operation is called on. */
export type AdminTarget = {
  /** The organization that the record belongs to. */
  readonly organization: string
  /** The member or service account whose record it is, if it is one. */
  readonly subjectId?: string
  /** The roles that the operation gives. */
  readonly givenRoles?: readonly Role[]
  /** The restricted scopes that the operation adds. */
  readonly restrictedScopes?: readonly string[]
}

/** `approval-required`: a second person has to approve the operation before it happens. */
export type AdminDecision = 'permitted' | 'approval-required'

const REACH_ORDER: readonly Reach[] = ['none', 'own', 'merchants', 'any']

/** The widest reach of the roles of a principal. Lists show the records within it. */
export function widestReach(principal: Principal, operation: AdminOperation): Reach {
  if (principal.kind === 'serviceAccount' && isPersonal(operation)) return 'none'
  const ranks = principal.roles.map((role) =>
    REACH_ORDER.indexOf(reachOf(principal.organization, role, operation)),
  )
  return REACH_ORDER[Math.max(0, ...ranks)] ?? 'none'
}

/** Whether a reach includes the records of an organization. */
export function reaches(reach: Reach, own: string, organization: string): boolean {
  const includes: Readonly<Record<Reach, boolean>> = {
    any: true,
    merchants: organization !== PLATFORM_ORGANIZATION,
    own: organization === own,
    none: false,
  }
  return includes[reach]
}

/**
 * @returns whether the operation may happen at once
 * @throws {AdminError} `forbidden`: no role of the principal has the operation. `not-found`: the record belongs to an organization out of
 * reach, so that nobody learns which records exist there. `own-record`, `invalid`
 */
export function authorizeAdmin(
  principal: Principal,
  operation: AdminOperation,
  target: AdminTarget,
): AdminDecision {
  const reach = widestReach(principal, operation)
  if (reach === 'none')
    throw new AdminError(
      'forbidden',
      `Your role does not include ${operation}. Ask an owner of your organization.`,
    )
  if (!reaches(reach, principal.organization, target.organization))
    throw new AdminError('not-found', 'There is no such record in the organizations of your role.')
  requireOtherRecord(principal, operation, target)
  requireKnownRoles(target)
  return needsSecondPerson(operation, target) ? 'approval-required' : 'permitted'
}

/** Nobody promotes or removes oneself: so an organization with an owner keeps one, and each role was given by somebody else. */
const OPERATIONS_ON_OTHERS: ReadonlySet<AdminOperation> = new Set<AdminOperation>([
  'members.update',
  'members.remove',
  'serviceAccounts.update',
])

function requireOtherRecord(
  { id }: Principal,
  operation: AdminOperation,
  { subjectId }: AdminTarget,
): void {
  if (subjectId === id && OPERATIONS_ON_OTHERS.has(operation))
    throw new AdminError('own-record', 'Nobody changes an own role. Ask another owner.')
}

function requireKnownRoles({ organization, givenRoles = [] }: AdminTarget): void {
  const unknown = givenRoles.find((role) => !rolesOf(organization).includes(role))
  if (unknown !== undefined)
    throw new AdminError('invalid', `The organization ${organization} has no role ${unknown}.`)
}

/** Erased users cannot be restored, who decides about approvals could approve for oneself, and restricted scopes need a review. */
function needsSecondPerson(
  operation: AdminOperation,
  { organization, givenRoles = [], restrictedScopes = [] }: AdminTarget,
): boolean {
  return (
    operation === 'users.erase' ||
    restrictedScopes.length > 0 ||
    givenRoles.some((role) => decidesApprovals(organization, role))
  )
}
