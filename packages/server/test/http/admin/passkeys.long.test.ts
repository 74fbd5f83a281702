/**
 * @module Administrators create passkeys and sign in with them, in a real browser with a virtual authenticator.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInvitation } from '../../../src/engine/admin/invitations.ts'
import {
  type Invitation,
  organizationUpdate,
  removalOf,
} from '../../../src/engine/admin/records.ts'
import type { RegistryRecord } from '../../../src/engine/store/registry.ts'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import {
  type AdminServer,
  createTestBrowser,
  startAdminServer,
} from '../../support/admin-server.ts'
import { launchBrowser } from '../../support/chromium.ts'
import { runCommand } from '../../support/command.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SESSION = '__Host-assent-admin'

let admin: AdminServer
let chromium: Browser
beforeAll(async () => {
  ;[admin, chromium] = await Promise.all([startAdminServer(), launchBrowser()])
})
afterAll(async () => {
  await chromium.close()
  await admin.close()
})

type Device = {
  readonly page: Page
  readonly cdp: CDPSession
  readonly authenticatorId: string
  /** The problems that the browser reports, such as a violation of the content security policy. */
  readonly complaints: string[]
}

/** A browser with a platform authenticator, such as a phone. */
async function openDevice(more: object = {}): Promise<Device> {
  const context = await chromium.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (/security policy|refused/i.test(message.text())) complaints.push(message.text())
  })
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...more,
    },
  })
  return { page, cdp, authenticatorId, complaints }
}

/** Invites to an organization. @returns the link */
async function invite(organization = 'kopi'): Promise<string> {
  const known = await admin.ports.store.readRecord('organization', organization)
  const invitation: Invitation = {
    organization,
    role: 'developer',
    name: 'Ana Santos',
    expiresAt: admin.server.clock.now + 60,
    invitedBy: 'member ben',
  }
  const { token, update } = createInvitation(admin.ports, invitation, admin.server.clock.now)
  const created = organizationUpdate(organization, { name: 'Kopi', state: 'active' }, 0)
  await admin.write(...(known ? [] : [created]), update)
  return `${admin.origin}/admin/invitation#${token}`
}

async function press(page: Page): Promise<void> {
  await page.click('#passkey')
}

async function openInvited(more: object = {}): Promise<Device> {
  const device = await openDevice(more)
  await device.page.goto(await invite())
  await press(device.page)
  await device.page.waitForURL('**/admin')
  return device
}

async function alertOf(page: Page): Promise<string> {
  await page.waitForSelector('[role="alert"]:not(:empty)')
  return page.innerText('[role="alert"]')
}

async function isSignedIn(page: Page): Promise<boolean> {
  return page.evaluate(async () => (await fetch('/admin/session')).ok)
}

async function members(): Promise<readonly RegistryRecord[]> {
  return admin.ports.store.listRecords('member', { limit: 100 })
}

async function credentialsOf({ cdp, authenticatorId }: Device) {
  return (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
}

describe('the link of the first owner', () => {
  it('makes one owner, who signs out and in again with the passkey', async () => {
    const link = /http:\S+/.exec(admin.server.firstOwner ?? '')?.[0] ?? ''
    const { page, complaints, ...device } = await openDevice()
    await page.goto(link)
    await press(page)
    await page.waitForURL('**/admin')
    expect(await page.innerText('main')).toMatch(/First owner[\s\S]*platform[\s\S]*owner/)
    await page.click('text=Sign out')
    await page.waitForURL('**/admin/sign-in')
    expect(await isSignedIn(page)).toBe(false)
    await press(page)
    await page.waitForURL('**/admin')
    expect(await isSignedIn(page)).toBe(true)
    const [credential] = await credentialsOf({ page, complaints, ...device })
    expect(credential).toMatchObject({ isResidentCredential: true, rpId: 'localhost' })
    expect(complaints).toEqual([])

    const other = await openDevice()
    await other.page.goto(link)
    await press(other.page)
    expect(await alertOf(other.page)).toContain('This link was used, or has expired.')
    expect(await credentialsOf(other)).toEqual([])
  })
})

describe('assent invite', () => {
  it('makes a second owner, without a second person', async () => {
    const { page } = await openDevice()
    const { output } = await runCommand(
      ...['invite', '--config', join(admin.server.folder, 'assent.yaml')],
      ...['--role', 'owner', '--name', 'Bea Cruz', '--reason', 'A second owner.'],
    )
    await page.goto(output.split('\n')[0] ?? '')
    await press(page)
    await page.waitForURL('**/admin')
    expect(await page.innerText('main')).toMatch(/Bea Cruz[\s\S]*platform[\s\S]*owner/)
  })
})

describe('an invitation', () => {
  it('is accepted once, by 32 requests at once and all of them with its passkey', async () => {
    const { page } = await openDevice()
    await page.goto(await invite())
    const before = (await members()).length
    const statuses = await page.evaluate(async () => {
      const token = location.hash.slice(1)
      const post = (path: string, body: object) =>
        fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      const options = await (await post('/admin/invitation/options', { token })).json()
      const created = await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      })
      const credential = (created as PublicKeyCredential).toJSON()
      const replies = Array.from({ length: 32 }, () =>
        post('/admin/invitation', { token, credential }),
      )
      return Promise.all(replies.map(async (reply) => (await reply).status))
    })
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect((await members()).length).toBe(before + 1)
    expect(await isSignedIn(page)).toBe(true)
  })

  it('gives nothing after its time', async () => {
    const { page } = await openDevice()
    await page.goto(await invite())
    admin.server.clock.now += 60
    await press(page)
    expect(await alertOf(page)).toContain('has expired')
  })

  it('needs a device that verifies its user', async () => {
    const { page } = await openDevice({ hasUserVerification: false, isUserVerified: false })
    await page.goto(await invite())
    await press(page)
    expect(await alertOf(page)).toContain('No passkey was used.')
  })
})

describe('a passkey', () => {
  it('works no more when its member is removed', async () => {
    const device = await openInvited()
    const record = (await members()).find(({ document }) => document['name'] === 'Ana Santos')
    for (const { id, version, document } of await members())
      if (document['name'] === 'Ana Santos') await admin.write(removalOf('member', id, version))
    expect(record).toBeDefined()
    expect(await isSignedIn(device.page)).toBe(false)
    await device.page.goto(`${admin.origin}/admin/sign-in`)
    await press(device.page)
    expect(await alertOf(device.page)).toBe('The passkey was not accepted. Try again.')
  })

  it('works where the registry came from a file, and no more without its record', async () => {
    const { page, ...device } = await openInvited()
    const [credential] = await credentialsOf({ page, ...device })
    const id = Buffer.from(credential?.credentialId ?? '', 'base64').toString('base64url')
    const database = openConnection(join(admin.server.folder, 'data/assent.db'))
    database.prepare('DELETE FROM admin_passkeys WHERE credential_id = ?').get(id)
    database.close()
    await page.goto(`${admin.origin}/admin/sign-in`)
    await press(page)
    await page.waitForURL('**/admin')
    expect(await admin.ports.store.readAdminPasskey(id)).toMatchObject({ credentialId: id })
    await admin.write(removalOf('passkey', id, 1))
    await page.goto(`${admin.origin}/admin/sign-in`)
    await press(page)
    expect(await alertOf(page)).toBe('The passkey was not accepted. Try again.')
  })

  it('is refused when its counter goes back, as that of a copy does', async () => {
    const device = await openInvited()
    const { cdp, authenticatorId, page } = device
    const [credential] = await credentialsOf(device)
    if (!credential) throw new Error('There is no passkey.')
    const { credentialId } = credential
    await page.goto(`${admin.origin}/admin/sign-in`)
    await press(page)
    await page.waitForURL('**/admin')
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...credential, signCount: 0 },
    })
    await page.goto(`${admin.origin}/admin/sign-in`)
    await press(page)
    expect(await alertOf(page)).toBe('The passkey was not accepted. Try again.')
  })

  it('answers a challenge once, and only the one of its browser', async () => {
    const { page } = await openInvited()
    await page.goto(`${admin.origin}/admin/sign-in`)
    const credential = await page.evaluate(async () => {
      const reply = await fetch('/admin/sign-in/passkey/options', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      const found = await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await reply.json()),
      })
      return (found as PublicKeyCredential).toJSON() as unknown
    })
    const cookies = await page.context().cookies()
    const begun = cookies.find(({ name }) => name.endsWith('sign-in'))
    const copy = createTestBrowser(admin.origin)
    copy.cookies.set(begun?.name ?? '', begun?.value ?? '')
    copy.cookies.set(SESSION, 'f'.repeat(43))
    const post = (browser: typeof copy, body: object = { credential }) =>
      browser.fetch('/admin/sign-in/passkey', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const stranger = createTestBrowser(admin.origin)
    await stranger.fetch('/admin/sign-in/passkey/options', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect((await post(stranger)).status).toBe(400)
    expect((await post(copy, { credential: { id: 'x' } })).status).toBe(400)
    expect((await post(copy, { credential: null })).status).toBe(400)
    expect((await post(copy)).status).toBe(200)
    expect(copy.cookies.get(SESSION)).not.toBe('f'.repeat(43))
    const again = createTestBrowser(admin.origin)
    again.cookies.set(begun?.name ?? '', begun?.value ?? '')
    expect([400, 409]).toContain((await post(again)).status)
    expect(again.cookies.has(SESSION)).toBe(false)
  })

  it('is not taken from a page of another site', async () => {
    for (const path of ['/admin/sign-in/passkey', '/admin/invitation/options'])
      for (const headers of [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        const reply = await createTestBrowser(admin.origin).fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
          body: '{}',
        })
        expect([reply.status, await reply.json()]).toMatchObject([
          403,
          { type: '/docs/problems/cross-site' },
        ])
      }
  })
})

it('the pages have no problem of accessibility', async () => {
  const { page } = await openInvited()
  for (const path of ['/admin', '/admin/sign-in', '/admin/invitation'])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.goto(admin.origin + path)
      await page.evaluate(AXE)
      const violations = await page.evaluate(async () => {
        // biome-ignore lint/suspicious/noExplicitAny: the script of axe adds it
        const { violations: found } = await (globalThis as any).axe.run()
        return found.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) => [
          id,
          nodes.map(({ html }) => html),
        ])
      })
      expect([path, colorScheme, violations]).toEqual([path, colorScheme, []])
    }
})
