/**
 * @module Sessions of administrators. The browser has the id, the store its hash.
 * @see docs/administrators.md#sessions
 * @see [OWASP Session Management](https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html)
 */
import type { AdminSession } from '../store/admin-sign-in.ts'
import { AdminError } from './admin-error.ts'
import type { AdminPorts } from './ports.ts'
import type { Principal } from './principal.ts'
import { identityOf, type Member, type Organization, type Typed, typed } from './records.ts'

export type SessionLimits = {
  /** How long a session may be unused. */
  readonly idleSeconds: number
  /** How long a session lasts at most. */
  readonly maxSeconds: number
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = { idleSeconds: 900, maxSeconds: 28_800 }

/** 256 bits. */
const SESSION_ID_BYTES = 32
/** The last use is written this often, so that a busy session does not write at each request. */
const TOUCH_SECONDS = 60

export type SignedIn = {
  readonly principal: Principal
  readonly member: Typed<Member>
  readonly session: AdminSession
  /** State-changing requests send it in the header `csrf-token`. */
  readonly csrfToken: string
}

/** Starts a session with a new id, whatever the browser sent before. @returns the id */
export async function startSession(
  { store, random, hasher }: Pick<AdminPorts, 'store' | 'random' | 'hasher'>,
  member: Pick<Typed<Member>, 'id' | 'version'>,
  { maxSeconds }: SessionLimits,
  now: number,
): Promise<string> {
  const id = random.text(SESSION_ID_BYTES)
  await store.createAdminSession({
    idHash: hasher.sha256(id),
    memberId: member.id,
    memberVersion: member.version,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + maxSeconds,
  })
  return id
}

/**
 * Finds the session of a request and its member as they are now. A member whose role or state has changed since the sign-in has no session.
 * @throws {AdminError} `sign-in-required`
 */
export async function readSession(
  ports: Pick<AdminPorts, 'store' | 'hasher'>,
  id: string,
  limits: SessionLimits,
  now: number,
): Promise<SignedIn> {
  const { store, hasher } = ports
  const session = id === '' ? undefined : await store.readAdminSession(hasher.sha256(id))
  if (!session || !isInForce(session, limits, now)) throw signInRequired()
  const member = await readActiveMember(ports, session.memberId)
  if (member?.version !== session.memberVersion) throw signInRequired()
  if (now - session.lastUsedAt >= TOUCH_SECONDS)
    await store.touchAdminSession({ ...session, lastUsedAt: now })
  return {
    principal: principalOf(member),
    member,
    session,
    csrfToken: csrfTokenOf(hasher, id),
  }
}

/** A session ends at its limits, and those of a configuration that has become stricter. */
function isInForce(
  { createdAt, lastUsedAt, expiresAt }: AdminSession,
  { idleSeconds, maxSeconds }: SessionLimits,
  now: number,
): boolean {
  return now < Math.min(expiresAt, createdAt + maxSeconds, lastUsedAt + idleSeconds)
}

/** @returns `undefined` when the member or its organization does not exist, or is suspended */
export async function readActiveMember(
  { store }: { readonly store: Pick<AdminPorts['store'], 'readRecord'> },
  memberId: string,
): Promise<Typed<Member> | undefined> {
  const record = await store.readRecord('member', memberId)
  if (!record) return undefined
  const member = typed<Member>(record)
  const { organization, state } = member.document
  return state === 'active' && (await isActiveOrganization(store, organization))
    ? member
    : undefined
}

export async function isActiveOrganization(
  store: Pick<AdminPorts['store'], 'readRecord'>,
  id: string,
): Promise<boolean> {
  const record = await store.readRecord('organization', id)
  return record !== undefined && typed<Organization>(record).document.state === 'active'
}

export function principalOf({ id, document }: Typed<Member>): Principal {
  const { organization, role } = document
  return {
    kind: 'member',
    id,
    organization,
    roles: [role],
    identity: identityOf(id, document),
  }
}

export async function endSession(
  { store, hasher }: Pick<AdminPorts, 'store' | 'hasher'>,
  id: string,
): Promise<void> {
  await store.dropAdminSession(hasher.sha256(id))
}

/** Derived from the id of the session, which no page and no other site can read. */
function csrfTokenOf(hasher: AdminPorts['hasher'], sessionId: string): string {
  return hasher.sha256(`csrf-token ${sessionId}`)
}

function signInRequired(): AdminError {
  return new AdminError('sign-in-required', 'Sign in. Your session has ended, or there is none.')
}
