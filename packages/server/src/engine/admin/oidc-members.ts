/**
 * @module Members who sign in at the platform's identity provider. Its groups give their roles, at every sign-in.
 * @see docs/administrators.md#openid-connect
 */
import { AdminError } from './admin-error.ts'
import { platformUpdates } from './invitations.ts'
import type { AdminPorts } from './ports.ts'
import {
  identityOf,
  type Member,
  membershipOf,
  memberUpdate,
  removalOf,
  type Typed,
  typed,
} from './records.ts'
import { PLATFORM_ORGANIZATION, PLATFORM_ROLES, type PlatformRole } from './roles.ts'

/** What the identity provider says about a person. */
export type OidcLogin = {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly groups: readonly string[]
}

/** The role of the first listed role that a group gives, so that the order of groups does not matter. */
export function roleOfGroups(
  groups: readonly string[],
  roles: Readonly<Record<string, PlatformRole>>,
): PlatformRole | undefined {
  const given = new Set(
    groups.flatMap((group) => (Object.hasOwn(roles, group) ? (roles[group] ?? []) : [])),
  )
  return PLATFORM_ROLES.find((role) => given.has(role))
}

/**
 * Creates or updates the member of a person. A person without a group that gives a role is no member any more.
 * @throws {AdminError} `forbidden`
 */
export async function admitOidcMember(
  ports: Pick<AdminPorts, 'store' | 'write' | 'random'>,
  login: OidcLogin,
  roles: Readonly<Record<string, PlatformRole>>,
  now: number,
): Promise<Typed<Member>> {
  const role = roleOfGroups(login.groups, roles)
  const known = await findMember(ports, login)
  if (role === undefined) {
    if (known) {
      const reason = 'No group of the person gives a role: seen at sign-in.'
      await change(ports, login, reason, [removalOf('member', known.id, known.version)], now)
    }
    throw new AdminError(
      'forbidden',
      'None of your groups has a role here. Ask who manages the groups of your identity provider.',
    )
  }
  if (known?.document.state === 'suspended')
    throw new AdminError('forbidden', 'Your membership is suspended. Ask an owner of the platform.')
  if (known?.document.role === role) return known
  const id = known?.id ?? ports.random.text(16)
  const member: Member = {
    organization: PLATFORM_ORGANIZATION,
    role,
    name: known?.document.name ?? login.name,
    state: 'active',
    identity: { method: 'oidc', issuer: login.issuer, subject: login.subject },
  }
  const updates = [
    ...(await platformUpdates(ports.store)),
    memberUpdate(id, member, known?.version ?? 0),
  ]
  const reason = `A group of the person gives the role ${role}: seen at sign-in.`
  if (await change(ports, login, reason, updates, now))
    return { id, version: (known?.version ?? 0) + 1, document: member }
  throw new AdminError('used', 'Your membership has just changed. Sign in again.')
}

async function findMember(
  { store }: Pick<AdminPorts, 'store'>,
  { issuer, subject }: OidcLogin,
): Promise<Typed<Member> | undefined> {
  const identity = identityOf('', { identity: { method: 'oidc', issuer, subject } })
  const membership = {
    name: 'membership',
    value: membershipOf(PLATFORM_ORGANIZATION, identity),
  }
  const [record] = await store.findRecords('member', membership, { limit: 1 })
  return record && typed<Member>(record)
}

/** @returns `false` when somebody else changed a record first */
async function change(
  { write }: Pick<AdminPorts, 'write'>,
  { issuer }: OidcLogin,
  reason: string,
  updates: Parameters<AdminPorts['write']>[1],
  now: number,
): Promise<boolean> {
  const cause = {
    actor: `identity provider ${issuer}`,
    source: 'api',
    reason,
    changedAt: now,
  } as const
  return (await write(cause, updates)).length === 0
}
