/**
 * @module A sign-in that has begun. What it needs to end is sealed in a cookie, so nothing is stored for strangers.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError } from '../../../engine/admin/admin-error.ts'
import type { Member, Typed } from '../../../engine/admin/records.ts'
import { endSession, startSession } from '../../../engine/admin/sessions.ts'
import { onceRecord, recordOnce } from '../../../engine/once.ts'
import type { AdminSignInClaims } from '../../../engine/ports/credentials.ts'
import { readSessionCookie, readSignInCookie, sessionCookie, signInCookie } from '../cookies.ts'
import type { AdminOptions } from '../options.ts'

/** How long a person may take at the identity provider or with the passkey. */
const SIGN_IN_SECONDS = 600

type Step = AdminSignInClaims['step']
type ClaimsOf<S extends Step> = Extract<AdminSignInClaims, { step: S }>
type Unlimited<C> = C extends unknown ? Omit<C, 'expiresAt'> : never

export function beginSignIn(
  { ports, clock }: Pick<AdminOptions, 'ports' | 'clock'>,
  reply: FastifyReply,
  claims: Unlimited<AdminSignInClaims>,
): void {
  const now = clock()
  const sealed = ports.credentials.sealAdminSignIn(
    { ...claims, expiresAt: now + SIGN_IN_SECONDS },
    now,
  )
  reply.header('set-cookie', signInCookie(sealed, SIGN_IN_SECONDS))
}

/** @throws {AdminError} `expired` when this browser has not begun this step, or too long ago */
export function readBegun<S extends Step>(
  { ports, clock }: Pick<AdminOptions, 'ports' | 'clock'>,
  request: FastifyRequest,
  step: S,
): ClaimsOf<S> {
  const claims = ports.credentials.openAdminSignIn(readSignInCookie(request))
  if (claims?.step !== step || clock() >= claims.expiresAt)
    throw new AdminError(
      'expired',
      'This sign-in has expired, or began in another browser. Try again.',
    )
  return claims as ClaimsOf<S>
}

/**
 * A sign-in that has begun ends once, also with a copy of its cookie.
 * @throws {AdminError} `used`
 */
export async function endBegun(
  { ports }: Pick<AdminOptions, 'ports'>,
  secret: string,
  { expiresAt }: Pick<AdminSignInClaims, 'expiresAt'>,
): Promise<void> {
  if (!(await recordOnce(ports, onceRecord(ports, 'admin-sign-in', secret, expiresAt))))
    throw new AdminError('used', 'This sign-in was completed before. Sign in again.')
}

/** Starts the session of a person who has proven who they are. A session that this browser had before ends. */
export async function signIn(
  { ports, limits, clock }: Pick<AdminOptions, 'ports' | 'limits' | 'clock'>,
  request: FastifyRequest,
  reply: FastifyReply,
  member: Pick<Typed<Member>, 'id' | 'version'>,
): Promise<void> {
  const former = readSessionCookie(request)
  if (former !== '') await endSession(ports, former)
  const id = await startSession(ports, member, limits, clock())
  reply.header('set-cookie', [sessionCookie(id, limits.maxSeconds), signInCookie('', 0)])
}
