/**
 * @module Organizations, members and service accounts in registry.yaml.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { hasher } from '../../../src/crypto/hashes.ts'
import { random } from '../../../src/crypto/random.ts'
import { approvalUpdate, requestApproval } from '../../../src/engine/admin/approvals.ts'
import { createInvitation } from '../../../src/engine/admin/invitations.ts'
import { removalOf } from '../../../src/engine/admin/records.ts'
import { RegistryProblemsError, writeChange } from '../../../src/registry/changes/change-writer.ts'
import { applyPlan, OutdatedPlanError } from '../../../src/registry/files/apply.ts'
import { linesOfPlan } from '../../../src/registry/files/plan-text.ts'
import { describeProblem } from '../../../src/registry/files/problems.ts'
import { type RegistrySections, readRegistryFile } from '../../../src/registry/files/sections.ts'
import {
  applySections,
  CAUSE,
  clientEntry,
  exportText,
  memberEntry,
  openRegistry,
  PLATFORM,
  passkeyOf,
  planSections,
  serviceAccountEntry,
} from '../../support/registry-sections.ts'

type Opened = Awaited<ReturnType<typeof openRegistry>>
let opened: Opened
beforeEach(async () => {
  opened = await openRegistry()
})
afterEach(() => opened.remove())

const KOPI = { id: 'kopi', name: 'Kopi House', state: 'active' } as const
const ANA = memberEntry('ana')
const BUDI = memberEntry('budi')

const apply = (sections: Partial<RegistrySections>, prune = false) =>
  applySections(opened.store, sections, opened.folder, { prune })
const plan = (sections: Partial<RegistrySections>, prune = true) =>
  planSections(opened.store, sections, opened.folder, { prune })

function issuesOf(sections: object): readonly string[] {
  const path = join(opened.folder, 'registry.yaml')
  writeFileSync(path, stringify(sections))
  try {
    readRegistryFile(path, {})
    return []
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^\S+ /, ''))
  }
}

describe('a file', () => {
  it.each<[string, object, RegExp]>([
    [
      'a role of another organization',
      { members: [{ ...ANA, organization: 'kopi', role: 'auditor' }] },
      /^members\/0\/role must be a role of kopi: owner, developer, viewer$/,
    ],
    [
      'a service account as an owner',
      { serviceAccounts: [serviceAccountEntry('sa_a', { roles: ['owner'] })] },
      /^serviceAccounts\/0\/roles\/0 must be a role of platform: operator, security, support, auditor\. Owners and reviewers are persons$/,
    ],
    [
      'a private key',
      {
        serviceAccounts: [
          serviceAccountEntry('sa_a', { jwks: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }] }),
        ],
      },
      /^serviceAccounts\/0\/jwks\/0 is a private or symmetric key: register the public key only$/,
    ],
    [
      'another id of a service account',
      { serviceAccounts: [serviceAccountEntry('job')] },
      /^serviceAccounts\/0\/id must match pattern/,
    ],
    [
      'a suspended platform',
      { organizations: [{ ...PLATFORM, state: 'suspended' }] },
      /^organizations\/0\/state must be active: without its own organization, nobody administers the platform$/,
    ],
    [
      'an id twice',
      { members: [ANA, BUDI, memberEntry('ana', { passkeys: [passkeyOf('x')] })] },
      /^members\/2\/id must be unique, but ana appears more than once$/,
    ],
    [
      'a member who could not sign in',
      { members: [memberEntry('a', { passkeys: [] })] },
      /^members\/0\/passkeys must/,
    ],
    [
      'a passkey of a member of the identity provider',
      {
        members: [
          memberEntry('a', {
            identity: { method: 'oidc', issuer: 'https://id.example', subject: '1' },
            passkeys: [passkeyOf('a')],
          }),
        ],
      },
      /^members\/0\/passkeys must be left out: the member signs in at the identity provider$/,
    ],
    [
      'a passkey of two members',
      { members: [ANA, memberEntry('b', { passkeys: [passkeyOf('ana')] })] },
      /^members\/1\/passkeys\/0 must be unique: it is there twice$/,
    ],
    ['an invitation', { invitations: [] }, /invitations/],
  ])('is refused with %s', (_name, sections, message) => {
    expect(issuesOf(sections)).toEqual([expect.stringMatching(message)])
  })

  it('declares who administers the platform, and which client belongs to which organization', async () => {
    const client = { ...clientEntry('kopi-house', 1), organization: 'kopi' }
    const account = serviceAccountEntry('sa_nightly')
    const sections = {
      organizations: [KOPI, PLATFORM],
      members: [ANA],
      serviceAccounts: [account],
      clients: [client],
    }
    expect(issuesOf(sections)).toEqual([])
    const first = await apply(sections)
    expect([...linesOfPlan(first)]).toEqual([
      '+ organization kopi',
      '+ organization platform',
      '+ member ana',
      '+ passkey passkey-of-ana',
      '+ service account sa_nightly',
      '+ client kopi-house',
      '6 to create, 0 to change, 0 to remove, 0 unchanged.',
    ])
    expect(await opened.store.readRecord('member', 'ana')).toMatchObject({
      owner: 'registry',
      document: { role: 'owner' },
    })
    const second = await plan({
      ...sections,
      members: [{ ...ANA, name: 'Ana Wijaya' }],
      serviceAccounts: [
        { ...account, jwks: serviceAccountEntry('sa_x').jwks, roles: ['security'] },
      ],
    })
    expect([...linesOfPlan(second)].slice(0, -1)).toEqual([
      '~ member ana',
      '    name: "Member ana" → "Ana Wijaya"',
      '~ service account sa_nightly',
      '    roles: - "auditor"',
      '    roles: + "security"',
    ])
  })

  it('names an organization that does not exist, and a person who is a member twice', async () => {
    const identity = { method: 'oidc', issuer: 'https://id.example', subject: '42' } as const
    const members = [
      memberEntry('a', { identity }),
      memberEntry('b', { identity, organization: 'teh' }),
    ]
    const twice = memberEntry('c', { identity, role: 'auditor' })
    const error = await apply({ organizations: [PLATFORM], members: [...members, twice] }).catch(
      (one: unknown) => one,
    )
    if (!(error instanceof RegistryProblemsError)) throw error
    expect(error.problems.map(describeProblem)).toEqual(
      expect.arrayContaining([
        'member b names the organization teh, which does not exist: declare it, or correct the name.',
        'member c and member a (owner: registry) have the same membership platform oidc https://id.example 42, which is one person, who can be a member of an organization once: keep one of them.',
      ]),
    )
  })

  it('makes no approval, although the admin API would', async () => {
    await apply({
      organizations: [PLATFORM],
      members: [ANA, memberEntry('eva', { role: 'security' })],
    })
    expect(await opened.store.listRecords('approval', { limit: 9 })).toEqual([])
    expect(await opened.store.readRecord('member', 'eva')).toMatchObject({ version: 1 })
  })
})

describe('--prune', () => {
  const all = {
    organizations: [PLATFORM, KOPI],
    members: [ANA, BUDI],
    serviceAccounts: [serviceAccountEntry('sa_a')],
  }

  it('leaves administrators to a file that has no section of them', async () => {
    await apply({ ...all, clients: [clientEntry('teh', 1)] })
    const pruned = await apply({}, true)
    expect(pruned.removed).toMatchObject([{ kind: 'client', id: 'teh' }])
    const { removed } = await plan({ members: [ANA] })
    expect(removed).toMatchObject([
      { kind: 'member', id: 'budi' },
      { kind: 'passkey', id: 'passkey-of-budi' },
    ])
  })

  it('leaves invitations and approvals', async () => {
    await apply(all)
    const now = CAUSE.changedAt
    const invited = createInvitation(
      { random, hasher },
      {
        organization: 'platform',
        role: 'auditor',
        name: 'Eva',
        expiresAt: now + 60,
        invitedBy: 'ana',
      },
      now,
    )
    const principal = {
      kind: 'member',
      id: 'ana',
      organization: 'platform',
      roles: ['owner'],
      identity: 'passkey ana',
    } as const
    const approval = requestApproval(
      principal,
      { operation: 'users.erase', organization: 'platform', request: {}, reason: 'Asked.' },
      now,
    )
    await writeChange(opened.store, CAUSE, [invited.update, approvalUpdate('a1', approval, 0)])
    await apply({ ...all, serviceAccounts: [] }, true)
    for (const kind of ['invitation', 'approval'] as const)
      expect(await opened.store.listRecords(kind, { limit: 9 })).toHaveLength(1)
    expect(await exportText(opened.store)).not.toMatch(/Eva|Asked/)
  })

  it.each<[string, Partial<RegistrySections>, readonly string[]]>([
    ['removes', { members: [] }, ['ana', 'budi']],
    ['demotes', { members: [{ ...ANA, role: 'auditor' }] }, ['ana', 'budi']],
    [
      'suspends',
      {
        members: [
          { ...ANA, state: 'suspended' },
          { ...BUDI, state: 'suspended' },
        ],
      },
      ['ana', 'budi'],
    ],
    [
      'moves',
      {
        members: [
          { ...ANA, organization: 'kopi' },
          { ...BUDI, role: 'support' },
        ],
      },
      ['ana', 'budi'],
    ],
  ])(
    'is refused when it %s the last owners, and says what to do',
    async (_name, sections, owners) => {
      await apply(all)
      const { problems } = await plan({ ...all, ...sections })
      expect(problems).toEqual(
        owners.map(
          (id) =>
            `member ${id} is the last active owner of the platform: keep this member as it is, or make another member an owner.`,
        ),
      )
    },
  )

  it.each<[string, Partial<RegistrySections>]>([
    ['another one stays', { members: [BUDI] }],
    ['the file declares a new one', { members: [memberEntry('eva')] }],
  ])('removes an owner when %s', async (_name, sections) => {
    await apply(all)
    await apply({ ...all, ...sections }, true)
    expect(await opened.store.readRecord('member', 'ana')).toBeUndefined()
  })

  it.each<[string, Partial<RegistrySections>]>([
    ['removes', { members: [BUDI] }],
    ['demotes', { members: [{ ...ANA, role: 'auditor' }, BUDI] }],
  ])(
    'is refused when it %s an owner, and somebody has removed the other one meanwhile',
    async (_name, sections) => {
      await apply(all)
      const outdated = await plan(sections)
      expect(outdated.problems).toEqual([])
      await writeChange(opened.store, CAUSE, [removalOf('member', 'budi', 1)])
      const error = await applyPlan(opened.store, CAUSE, outdated).catch((one: unknown) => one)
      expect(error).toBeInstanceOf(OutdatedPlanError)
      expect((error as Error).message).toMatch(
        /^member ana is the last active owner of the platform/,
      )
      expect(await opened.store.readRecord('member', 'ana')).toMatchObject({ version: 1 })
    },
  )
})
