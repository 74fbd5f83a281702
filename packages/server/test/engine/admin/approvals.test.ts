/**
 * @module Approvals, and what nobody may do to oneself.
 */
import { describe, expect, it } from 'vitest'
import {
  APPROVAL_LIFETIME_SECONDS,
  approvalUpdate,
  decideApproval,
  requestApproval,
} from '../../../src/engine/admin/approvals.ts'
import { authorizeAdmin } from '../../../src/engine/admin/authorize.ts'
import type { Principal } from '../../../src/engine/admin/principal.ts'
import { PLATFORM_ORGANIZATION, type Role } from '../../../src/engine/admin/roles.ts'

const NOW = 1_800_000_000

function member(id: string, role: Role, more: Partial<Principal> = {}): Principal {
  return {
    kind: 'member',
    id,
    organization: PLATFORM_ORGANIZATION,
    roles: [role],
    identity: `passkey ${id}`,
    ...more,
  }
}

const ANA = member('ana', 'security')
const BEN = member('ben', 'owner')
const REQUEST = {
  operation: 'users.erase',
  organization: PLATFORM_ORGANIZATION,
  request: { walletId: 'w', userId: 'u' },
  reason: 'The user asked for it.',
} as const
const PENDING = requestApproval(ANA, REQUEST, NOW)

const codeOf = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe(decideApproval, () => {
  it('records who asked and who decided', () => {
    expect(decideApproval(BEN, PENDING, 'approved', NOW + 1)).toEqual({
      ...REQUEST,
      requestedBy: 'member ana',
      requesterIdentity: 'passkey ana',
      requestedAt: NOW,
      expiresAt: NOW + APPROVAL_LIFETIME_SECONDS,
      state: 'approved',
      decidedBy: 'member ben',
      decidedAt: NOW + 1,
    })
  })

  const identity = 'oidc https://id.wallet.example 42'
  const fromOidc = requestApproval(member('cyd', 'owner', { identity }), REQUEST, NOW)

  it.each([
    ['who asked', ANA, PENDING, 'own-record'],
    [
      'a second account of the same person',
      member('dan', 'owner', { identity }),
      fromOidc,
      'own-record',
    ],
    [
      'the same account in another role',
      member('ana', 'owner', { identity: 'oidc x y' }),
      PENDING,
      'own-record',
    ],
    ['a role that does not decide', member('eva', 'operator'), PENDING, 'forbidden'],
    [
      'a service account',
      member('sa', 'security', { kind: 'serviceAccount' }),
      PENDING,
      'forbidden',
    ],
    [
      'an owner of a merchant',
      member('fay', 'owner', { organization: 'kopi' }),
      PENDING,
      'forbidden',
    ],
    ['the next one after a decision', BEN, { ...PENDING, state: 'declined' } as const, 'used'],
    ['anyone after seven days', BEN, { ...PENDING, expiresAt: NOW }, 'expired'],
  ])('refuses %s', (_who, principal, approval, code) => {
    expect(codeOf(() => decideApproval(principal, approval, 'approved', NOW))).toBe(code)
  })

  it('is a record that is found by its state', () => {
    expect(approvalUpdate('a-1', PENDING, 0)).toMatchObject({
      kind: 'approval',
      follows: 0,
      references: [{ name: 'approvalState', value: 'pending' }],
    })
  })
})

describe(authorizeAdmin, () => {
  const kopi = member('kim', 'owner', { organization: 'kopi' })
  it.each([
    [
      'an owner promotes oneself',
      BEN,
      'members.update',
      { organization: PLATFORM_ORGANIZATION, subjectId: 'ben' },
      'own-record',
    ],
    [
      'an owner removes oneself',
      BEN,
      'members.remove',
      { organization: PLATFORM_ORGANIZATION, subjectId: 'ben' },
      'own-record',
    ],
    [
      'a merchant gives a role of the platform',
      kopi,
      'invitations.create',
      { organization: 'kopi', givenRoles: ['operator'] },
      'invalid',
    ],
    [
      'a merchant invites to the platform',
      kopi,
      'invitations.create',
      { organization: PLATFORM_ORGANIZATION, givenRoles: ['owner'] },
      'not-found',
    ],
    [
      'an operator invites to the platform',
      member('op', 'operator'),
      'invitations.create',
      { organization: PLATFORM_ORGANIZATION, givenRoles: ['auditor'] },
      'not-found',
    ],
    [
      'security invites',
      ANA,
      'invitations.create',
      { organization: 'kopi', givenRoles: ['owner'] },
      'forbidden',
    ],
    [
      'an owner makes another owner',
      BEN,
      'members.update',
      { organization: PLATFORM_ORGANIZATION, subjectId: 'ana', givenRoles: ['owner'] },
      'approval-required',
    ],
    [
      'an owner makes an auditor',
      BEN,
      'members.update',
      { organization: PLATFORM_ORGANIZATION, subjectId: 'eva', givenRoles: ['auditor'] },
      'permitted',
    ],
    [
      'a developer adds a restricted scope',
      member('dev', 'developer', { organization: 'kopi' }),
      'miniPrograms.update',
      { organization: 'kopi', restrictedScopes: ['USER_KYC_STATUS'] },
      'approval-required',
    ],
  ] as const)('%s', (_title, principal, operation, target, expected) => {
    expect(codeOf(() => authorizeAdmin(principal, operation, target))).toBe(expected)
  })
})
