/**
 * @module `assent invite`: the link of a new administrator, by who has the keys of the store.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { invite } from '../../../src/cli/commands/invite.ts'
import { withStore } from '../../../src/cli/store.ts'
import { acceptInvitation, readInvitation } from '../../../src/engine/admin/invitations.ts'
import { organizationUpdate } from '../../../src/engine/admin/records.ts'
import { createAdminPorts } from '../../../src/main/administrators.ts'
import { type Installation, install } from '../../support/command.ts'
import { testConfig } from '../../support/server.ts'

const ISSUER = 'http://localhost:7300'
const CAUSE = ['--reason', 'The first owner lost the passkey.', '--actor', 'root@machine']
const CHANGE = { actor: 'test', source: 'command', reason: 'A test.', changedAt: 1 } as const
const DAY = 86_400

let installation: Installation
beforeAll(async () => {
  installation = install({ ...testConfig(), issuer: ISSUER, administrators: {} })
  await inStore(async (ports) => {
    const organization = { name: 'Kopi', state: 'active' } as const
    await ports.write(CHANGE, [organizationUpdate('kopi', organization, 0)])
  })
})
afterAll(() => installation.remove())
afterEach(() => {
  vi.restoreAllMocks()
})

function inStore<T>(work: (ports: ReturnType<typeof createAdminPorts>) => Promise<T>): Promise<T> {
  return withStore(installation.configPath, (store) => work(createAdminPorts({ store })))
}

/** @returns what it prints */
async function run(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  await invite.run([...args, '--config', installation.configPath])
  return lines.join('')
}

function tokenOf(output: string): string {
  return output.split('\n')[0]?.split('/admin/invitation#')[1] ?? ''
}

const now = (): number => Math.floor(Date.now() / 1000)

describe('assent invite', () => {
  it.each([
    ['platform', 'owner', []],
    ['platform', 'security', []],
    ['platform', 'auditor', []],
    ['kopi', 'owner', ['--organization', 'kopi']],
    ['kopi', 'viewer', ['--organization', 'kopi']],
  ])('makes a person of %s %s, once', async (organization, role, more) => {
    const output = await run('--role', role, '--name', 'Ana Santos', ...more, ...CAUSE)
    expect(output.startsWith(`${ISSUER}/admin/invitation#iv_`)).toBe(true)
    await inStore(async ({ store, write, hasher }) => {
      const invitation = await readInvitation({ store, hasher }, tokenOf(output), now())
      const memberId = `${organization}-${role}`
      const passkey = { memberId, credentialId: `of-${memberId}`, publicKey: 'pQECAyY' }
      const member = await acceptInvitation(write, invitation, passkey, now())
      expect(member.document).toMatchObject({ organization, role, name: 'Ana Santos' })
      await expect(acceptInvitation(write, invitation, passkey, now())).rejects.toThrow('used')
      await expect(readInvitation({ store, hasher }, tokenOf(output), now())).rejects.toThrow(
        'used, or has expired',
      )
      const { sequence } = await store.readHead()
      const [line, accepted] = await store.readRegistryChanges(sequence - 2, 2)
      expect(line).toMatchObject({
        actor: 'root@machine',
        source: 'command',
        reason: `Invites a person as ${role} of ${organization}. The first owner lost the passkey.`,
      })
      expect(line?.keys).toContainEqual({ kind: 'invitation', id: invitation.id })
      expect(accepted?.reason).toBe('Accepted the invitation of root@machine.')
    })
  })

  it.each([
    [[], DAY],
    [['--hours', '2'], 7200],
  ])('gives a link with %j that ends in time', async (more, seconds) => {
    const output = await run('--role', 'owner', '--name', 'Ana', ...more, ...CAUSE)
    await inStore(async ({ store, hasher }) => {
      const read = (at: number) => readInvitation({ store, hasher }, tokenOf(output), at)
      const { document } = await read(now())
      expect(document.expiresAt - now()).toBeLessThanOrEqual(seconds)
      await read(document.expiresAt - 1)
      await expect(read(document.expiresAt)).rejects.toThrow('expired')
    })
  })

  it.each([
    [['--role', 'king', '--name', 'Ana', ...CAUSE], '--role must be one of owner, operator'],
    [['--name', 'Ana', ...CAUSE], '--role must be one of'],
    [
      ['--role', 'security', '--organization', 'kopi', '--name', 'Ana', ...CAUSE],
      '--role must be one of owner, developer, viewer',
    ],
    [['--role', 'owner', ...CAUSE], '--name must name the person'],
    [['--role', 'owner', '--name', 'Ana'], '--reason must say why'],
    [['--role', 'owner', '--name', 'Ana', '--hours', '169', ...CAUSE], '--hours must be'],
    [['--role', 'owner', '--name', 'Ana', '--hours', '0', ...CAUSE], '--hours must be'],
    [
      ['--role', 'owner', '--organization', 'nobody', '--name', 'Ana', ...CAUSE],
      'There is no organization nobody',
    ],
  ])('refuses %j, and changes nothing', async (args, message) => {
    const head = () => inStore(async ({ store }) => (await store.readHead()).sequence)
    const before = await head()
    await expect(run(...args)).rejects.toThrow(message)
    expect(await head()).toBe(before)
  })

  it('refuses an installation without the administration', async () => {
    const other = install({ ...testConfig(), issuer: ISSUER })
    const args = ['--role', 'owner', '--name', 'Ana', ...CAUSE, '--config', other.configPath]
    await expect(invite.run(args)).rejects.toThrow('no section administrators')
    other.remove()
  })
})
