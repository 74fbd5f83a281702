/**
 * @module The steps of a sign-in with a passkey, and of an invitation, which creates one.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError } from '../../../engine/admin/admin-error.ts'
import { acceptInvitation, readInvitation } from '../../../engine/admin/invitations.ts'
import { type Passkey, typed } from '../../../engine/admin/records.ts'
import { readActiveMember } from '../../../engine/admin/sessions.ts'
import type { AdminPasskey } from '../../../engine/store/admin-sign-in.ts'
import type { JsonObject } from '../../strict-json.ts'
import type { AdminOptions } from '../options.ts'
import { beginSignIn, endBegun, readBegun, signIn } from './begun.ts'
import { ADMIN_SIGN_IN_ENDPOINTS } from './endpoints.ts'
import {
  creationOptions,
  requestOptions,
  verifyAuthentication,
  verifyRegistration,
} from './passkeys.ts'

const CHALLENGE_BYTES = 32
const MEMBER_ID_BYTES = 16
const SIGNED_IN = { location: ADMIN_SIGN_IN_ENDPOINTS.home.path } as const

/** @returns the options of `navigator.credentials.get()` */
export async function beginPasskey(
  options: AdminOptions,
  _request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const challenge = options.ports.random.text(CHALLENGE_BYTES)
  beginSignIn(options, reply, { step: 'passkey', challenge })
  return requestOptions(options.issuer, challenge)
}

/** @throws {AdminError} `invalid`, the same for an unknown passkey, a wrong signature and a member who has gone; `expired`, `used` */
export async function finishPasskey(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { credential }: JsonObject,
): Promise<object> {
  const { ports, issuer } = options
  const begun = readBegun(options, request, 'passkey')
  const known = await findPasskey(ports, textOf(credential, 'id'), options.clock())
  if (!known) throw unknownPasskey()
  const passkey = await verifyAuthentication(issuer, credential, known, begun.challenge)
  await endBegun(options, begun.challenge, begun)
  if (!(await ports.store.advanceAdminPasskey(passkey, known.counter))) throw unknownPasskey()
  const member = await readActiveMember(ports, passkey.memberId)
  if (!member) throw unknownPasskey()
  await signIn(options, request, reply, member)
  return SIGNED_IN
}

/**
 * The record says whose passkey it is, and its public key. Its last use is in a row beside it, which a passkey that comes from a file does
 * not have yet.
 */
async function findPasskey(
  { store }: AdminOptions['ports'],
  credentialId: string,
  createdAt: number,
): Promise<AdminPasskey | undefined> {
  const record = await store.readRecord('passkey', credentialId)
  if (!record) return undefined
  const { memberId, publicKey } = typed<Passkey>(record).document
  const unused = { credentialId, memberId, publicKey, counter: 0, createdAt }
  const used = await store.readAdminPasskey(credentialId)
  if (!used) await store.addAdminPasskey(unused)
  return { ...(used ?? unused), memberId, publicKey }
}

/** @returns the options of `navigator.credentials.create()` */
export async function beginInvitation(
  options: AdminOptions,
  _request: FastifyRequest,
  reply: FastifyReply,
  body: JsonObject,
): Promise<object> {
  const { ports, issuer, clock } = options
  const { document } = await readInvitation(ports, textOf(body, 'token'), clock())
  const challenge = ports.random.text(CHALLENGE_BYTES)
  const memberId = ports.random.text(MEMBER_ID_BYTES)
  beginSignIn(options, reply, { step: 'invitation', challenge, memberId })
  return creationOptions(issuer, { memberId, name: document.name, challenge })
}

/**
 * The row of its last use is written first, so that a passkey is registered once. Without a record it permits nothing.
 * @throws {AdminError} `expired`, `invalid`, `used`
 */
export async function acceptWithPasskey(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  body: JsonObject,
): Promise<object> {
  const { ports, issuer, clock } = options
  const now = clock()
  const begun = readBegun(options, request, 'invitation')
  const invitation = await readInvitation(ports, textOf(body, 'token'), now)
  const passkey = await verifyRegistration(issuer, body['credential'], begun, now)
  if (!(await ports.store.addAdminPasskey(passkey)))
    throw new AdminError('used', 'This passkey is in use.')
  const member = await acceptInvitation(ports.write, invitation, passkey, now)
  await signIn(options, request, reply, member)
  return SIGNED_IN
}

function unknownPasskey(): AdminError {
  return new AdminError('invalid', 'The passkey was not accepted. Try again.')
}

/** @throws {AdminError} `invalid` */
function textOf(value: unknown, name: string): string {
  const member = (value as JsonObject | undefined)?.[name]
  if (typeof member === 'string' && member !== '') return member
  throw new AdminError('invalid', `Missing or invalid: ${name}.`)
}
