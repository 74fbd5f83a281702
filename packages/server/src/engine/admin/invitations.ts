/**
 * @module Invitations: links that make a person a member, once. The first owner of a platform comes by such a link, too.
 * @see docs/administrators.md#invitations
 */
import type { Hasher, RandomSource } from '../ports/crypto.ts'
import type { AdminPasskey } from '../store/admin-sign-in.ts'
import type { ChangeCause, RecordUpdate, RegistryStore } from '../store/registry.ts'
import { AdminError } from './admin-error.ts'
import type { WriteRecords } from './ports.ts'
import {
  type Invitation,
  invitationUpdate,
  type Member,
  memberUpdate,
  organizationUpdate,
  passkeyUpdate,
  removalOf,
  type Typed,
  typed,
} from './records.ts'
import { PLATFORM_ORGANIZATION } from './roles.ts'

/** 256 bits. */
const TOKEN_BYTES = 32
/** The longest time that an inviter can choose. */
const MAX_INVITATION_SECONDS: number = 7 * 86_400
export const BOOTSTRAP_LIFETIME_SECONDS: number = 3600

type Ports = { readonly random: RandomSource; readonly hasher: Hasher }

/** A new invitation, for 7 days at most. The store keeps the hash of its token alone. */
export function createInvitation(
  { random, hasher }: Ports,
  invitation: Invitation,
  now: number,
): { readonly token: string; readonly update: RecordUpdate } {
  const token = `iv_${random.text(TOKEN_BYTES)}`
  const expiresAt = Math.min(invitation.expiresAt, now + MAX_INVITATION_SECONDS)
  return { token, update: invitationUpdate(hasher.sha256(token), { ...invitation, expiresAt }) }
}

/** @throws {AdminError} `expired`: the same for a link that never existed, was used, was taken back, or is too old */
export async function readInvitation(
  { store, hasher }: { readonly store: Pick<RegistryStore, 'readRecord'>; readonly hasher: Hasher },
  token: string,
  now: number,
): Promise<Typed<Invitation>> {
  const record = await store.readRecord('invitation', hasher.sha256(token))
  const invitation = record && typed<Invitation>(record)
  if (!invitation || now >= invitation.document.expiresAt)
    throw new AdminError(
      'expired',
      'This link was used, or has expired. Ask for a new one where you got it.',
    )
  return invitation
}

/** The passkey that the invited person has created, and the id of the member. */
type NewPasskey = Pick<AdminPasskey, 'memberId' | 'credentialId' | 'publicKey'>

/**
 * Makes the invited person a member with a passkey. The invitation is removed in the same change, so of any number of parallel calls one succeeds.
 * @throws {AdminError} `used`
 */
export async function acceptInvitation(
  write: WriteRecords,
  { id, version, document }: Typed<Invitation>,
  { memberId, credentialId, publicKey }: NewPasskey,
  now: number,
): Promise<Typed<Member>> {
  const member: Member = {
    organization: document.organization,
    role: document.role,
    name: document.name,
    state: 'active',
    identity: { method: 'passkey' },
  }
  const cause: ChangeCause = {
    actor: `member ${memberId}`,
    source: 'api',
    reason: `Accepted the invitation of ${document.invitedBy}.`,
    changedAt: now,
  }
  const problems = await write(cause, [
    removalOf('invitation', id, version),
    memberUpdate(memberId, member, 0),
    passkeyUpdate(credentialId, { memberId, publicKey }, 0),
  ])
  if (problems.length > 0) throw new AdminError('used', 'This link was used before.')
  return { id: memberId, version: 1, document: member }
}

/** Claimed by the one link of the first owner. */
const BOOTSTRAP = { name: 'bootstrap', value: PLATFORM_ORGANIZATION } as const

export type Bootstrap =
  /** There is an owner. */
  | { readonly outcome: 'has-owner' }
  /** A link that was created before is still valid. */
  | { readonly outcome: 'pending'; readonly expiresAt: number }
  | { readonly outcome: 'created'; readonly token: string; readonly expiresAt: number }

/** Creates the link of the first owner, unless there is an owner or such a link. Several nodes may call it at once: one gets the link. */
export async function bootstrapOwner(
  {
    store,
    write,
    ...ports
  }: Ports & { readonly store: RegistryStore; readonly write: WriteRecords },
  now: number,
): Promise<Bootstrap> {
  const ownerRole = { name: 'memberRole', value: `${PLATFORM_ORGANIZATION} owner` }
  const [owner] = await store.findRecords('member', ownerRole, { limit: 1 })
  if (owner) return { outcome: 'has-owner' }
  const [pending] = await store.findRecords('invitation', BOOTSTRAP, { limit: 1 })
  const earlier = pending && typed<Invitation>(pending)
  if (earlier && now < earlier.document.expiresAt)
    return { outcome: 'pending', expiresAt: earlier.document.expiresAt }
  const expiresAt = now + BOOTSTRAP_LIFETIME_SECONDS
  const invitation: Invitation = {
    organization: PLATFORM_ORGANIZATION,
    role: 'owner',
    name: 'First owner',
    expiresAt,
    invitedBy: 'assent serve',
  }
  const { token, update } = createInvitation(ports, invitation, now)
  const references = [...update.references, { ...BOOTSTRAP, rule: 'unique' } as const]
  const problems = await write(
    {
      actor: 'assent serve',
      source: 'command',
      reason: 'The platform has no owner.',
      changedAt: now,
    },
    [
      ...(earlier ? [removalOf('invitation', earlier.id, earlier.version)] : []),
      ...(await platformUpdates(store)),
      { ...update, references },
    ],
  )
  if (problems.length > 0) return { outcome: 'pending', expiresAt }
  return { outcome: 'created', token, expiresAt }
}

/** The record of the platform's own organization, unless it exists. */
export async function platformUpdates(
  store: Pick<RegistryStore, 'readRecord' | 'readVersions'>,
): Promise<readonly RecordUpdate[]> {
  if (await store.readRecord('organization', PLATFORM_ORGANIZATION)) return []
  const key = { kind: 'organization', id: PLATFORM_ORGANIZATION } as const
  const [version = 0] = await store.readVersions([key])
  return [organizationUpdate(key.id, { name: 'Platform', state: 'active' }, version)]
}
