/**
 * @module How persons become members: by invitations, by the link of the first owner, and by groups of the identity provider. With a real
 * store, and many calls at once.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptInvitation,
  BOOTSTRAP_LIFETIME_SECONDS,
  bootstrapOwner,
  createInvitation,
  readInvitation,
} from '../../../src/engine/admin/invitations.ts'
import { admitOidcMember, roleOfGroups } from '../../../src/engine/admin/oidc-members.ts'
import {
  type Invitation,
  type Member,
  memberUpdate,
  organizationUpdate,
  removalOf,
} from '../../../src/engine/admin/records.ts'
import { PLATFORM_ORGANIZATION } from '../../../src/engine/admin/roles.ts'
import type { RecordUpdate } from '../../../src/engine/store/registry.ts'
import { type AdminStore, openAdminStore } from '../../support/admin-store.ts'

const NOW = 1_800_000_000
const CAUSE = { actor: 'test', source: 'command', reason: 'test', changedAt: NOW } as const
const INVITATION: Invitation = {
  organization: 'kopi-house',
  role: 'developer',
  name: 'Ana',
  expiresAt: NOW + 60,
  invitedBy: 'member ben',
}

let ports: AdminStore
beforeEach(() => {
  ports = openAdminStore()
})
afterEach(() => ports.store.close())

async function write(...updates: readonly RecordUpdate[]): Promise<void> {
  expect(await ports.write(CAUSE, updates)).toEqual([])
}

async function invite(): Promise<string> {
  const { token, update } = createInvitation(ports, INVITATION, NOW)
  const organization = { name: 'Kopi House', state: 'active' } as const
  await write(organizationUpdate('kopi-house', organization, 0), update)
  return token
}

async function outcomesOf(calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(calls)
  return settled.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code))
}

const passkeyOf = (memberId: string) => ({
  memberId,
  credentialId: `passkey-of-${memberId}`,
  publicKey: 'pQECAyY',
})

describe('an invitation', () => {
  it('makes one member, however many accept it at once', async () => {
    const invitation = await readInvitation(ports, await invite(), NOW)
    const outcomes = await outcomesOf(
      Array.from({ length: 32 }, (_, index) =>
        acceptInvitation(ports.write, invitation, passkeyOf(`member-${index}`), NOW),
      ),
    )
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
    expect(outcomes.filter((one) => one === 'used')).toHaveLength(31)
    const members = await ports.store.listRecords('member', { limit: 40 })
    expect(members.map(({ document }) => document)).toEqual([
      expect.objectContaining({ organization: 'kopi-house', role: 'developer', state: 'active' }),
    ])
    const passkeys = await ports.store.listRecords('passkey', { limit: 40 })
    expect(passkeys.map(({ document }) => document)).toEqual([
      { memberId: members[0]?.id, publicKey: 'pQECAyY' },
    ])
  })

  it('is not found by a wrong token, after its time, or once it was accepted or taken back', async () => {
    const token = await invite()
    const codes = async (text: string, now: number): Promise<readonly unknown[]> =>
      outcomesOf([readInvitation(ports, text, now)])
    expect(await codes(token, NOW + 59)).toEqual(['done'])
    expect(await codes(token, NOW + 60)).toEqual(['expired'])
    expect(await codes('iv_wrong', NOW)).toEqual(['expired'])
    const { id, version } = await readInvitation(ports, token, NOW)
    await write(removalOf('invitation', id, version))
    expect(await codes(token, NOW)).toEqual(['expired'])
  })

  it('lasts seven days at most', () => {
    const { update } = createInvitation(ports, { ...INVITATION, expiresAt: NOW * 2 }, NOW)
    expect(update.document).toMatchObject({ expiresAt: NOW + 7 * 86_400 })
  })

  it('is stored as the hash of its token', async () => {
    const token = await invite()
    const stored = await ports.store.listRecords('invitation', { limit: 9 })
    expect(JSON.stringify(stored)).not.toContain(token.slice(3))
  })
})

describe(bootstrapOwner, () => {
  it('creates one link, however many nodes start at once, and none while it is valid', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => bootstrapOwner(ports, NOW)))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect((await bootstrapOwner(ports, NOW + 1)).outcome).toBe('pending')
  })

  it('creates a new link when the earlier one has expired, and ends that', async () => {
    const first = await bootstrapOwner(ports, NOW)
    const later = NOW + BOOTSTRAP_LIFETIME_SECONDS
    const second = await bootstrapOwner(ports, later)
    if (first.outcome !== 'created' || second.outcome !== 'created') throw new Error('No link.')
    expect(await outcomesOf([readInvitation(ports, first.token, NOW)])).toEqual(['expired'])
    const invitation = await readInvitation(ports, second.token, later)
    expect(
      await acceptInvitation(ports.write, invitation, passkeyOf('first'), later),
    ).toMatchObject({
      document: { organization: PLATFORM_ORGANIZATION, role: 'owner' },
    })
    expect(await bootstrapOwner(ports, later + 9)).toEqual({ outcome: 'has-owner' })
  })
})

describe(admitOidcMember, () => {
  const ROLES = { admins: 'owner', helpdesk: 'support' } as const
  const login = (...groups: readonly string[]) => ({
    issuer: 'https://id.wallet.example',
    subject: '42',
    name: 'Ana',
    groups,
  })

  it('gives the role of the groups at each sign-in, and takes it with them', async () => {
    const first = await admitOidcMember(ports, login('helpdesk', 'other'), ROLES, NOW)
    expect(first).toMatchObject({ version: 1, document: { role: 'support' } })
    expect(await admitOidcMember(ports, login('helpdesk'), ROLES, NOW)).toEqual(first)
    const promoted = await admitOidcMember(ports, login('helpdesk', 'admins'), ROLES, NOW)
    expect(promoted).toMatchObject({ id: first.id, version: 2, document: { role: 'owner' } })
    expect(await outcomesOf([admitOidcMember(ports, login('other'), ROLES, NOW)])).toEqual([
      'forbidden',
    ])
    expect(await ports.store.readRecord('member', first.id)).toBeUndefined()
  })

  it('leaves a suspended member suspended', async () => {
    const { id, version, document } = await admitOidcMember(ports, login('helpdesk'), ROLES, NOW)
    await write(memberUpdate(id, { ...document, state: 'suspended' }, version))
    expect(await outcomesOf([admitOidcMember(ports, login('admins'), ROLES, NOW)])).toEqual([
      'forbidden',
    ])
  })

  it('makes one member of a person who signs in twice at once', async () => {
    const outcomes = await outcomesOf(
      Array.from({ length: 8 }, () => admitOidcMember(ports, login('admins'), ROLES, NOW)),
    )
    expect(outcomes.filter((one) => one === 'done').length).toBeGreaterThan(0)
    expect(await ports.store.listRecords('member', { limit: 9 })).toHaveLength(1)
  })

  it('takes no name of a group from the prototype of objects', () => {
    expect(roleOfGroups(['constructor', '__proto__'], ROLES)).toBeUndefined()
  })
})

it('a person is one member of an organization', async () => {
  await invite()
  const member: Member = {
    organization: 'kopi-house',
    role: 'viewer',
    name: 'Ana',
    state: 'active',
    identity: { method: 'oidc', issuer: 'https://id.wallet.example', subject: '42' },
  }
  await write(memberUpdate('one', member, 0))
  const problems = await ports.write(CAUSE, [memberUpdate('two', { ...member, role: 'owner' }, 0)])
  expect(problems).toMatchObject([{ id: 'two', problem: 'duplicate', name: 'membership' }])
})
