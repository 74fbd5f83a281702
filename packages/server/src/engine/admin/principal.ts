/**
 * @module Who calls the admin API: a person who is a member of an organization, or a service account.
 */
import type { Role } from './roles.ts'

export type Principal = {
  readonly kind: 'member' | 'serviceAccount'
  /** The id of its record. */
  readonly id: string
  readonly organization: string
  /** A member has one role. A service account has those that its token names. */
  readonly roles: readonly Role[]
  /** Equal for all records of the same person. */
  readonly identity: string
}

/** The actor of a change. @example 'member 6f1c…' */
export function actorOf({ kind, id }: Pick<Principal, 'kind' | 'id'>): string {
  return kind === 'member' ? `member ${id}` : `service account ${id}`
}
