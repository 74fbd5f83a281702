/**
 * @module The configuration of docs/administrators.md for OpenID Connect: a person signs in with it in a real browser, and has the role of
 * the group.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readCodeBlocks } from '../../docs/code-blocks.ts'
import { type AdminServer, startAdminServer } from '../../support/admin-server.ts'
import { launchBrowser } from '../../support/chromium.ts'
import { ROOT } from '../../support/compiler.ts'
import {
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts'

let identity: IdentityProvider
let admin: AdminServer
let chromium: Browser
beforeAll(async () => {
  chromium = await launchBrowser()
  admin = await startAdminServer(async (folder, origin) => {
    identity = await startIdentityProvider(`${origin}/admin/sign-in/callback`, { keys: [] })
    mkdirSync(join(folder, 'secrets'))
    writeFileSync(join(folder, 'secrets/oidc-client-secret'), CLIENT_SECRET)
    const { oidc } = documentedSection()
    return {
      oidc: {
        ...oidc,
        issuer: identity.url,
        clientSecretFile: join(folder, oidc.clientSecretFile),
      },
    }
  })
})
afterAll(async () => {
  await chromium.close()
  await admin.close()
  await identity.close()
})

function documentedSection() {
  const page = 'docs/administrators.md'
  const block = readCodeBlocks(page, readFileSync(join(ROOT, page), 'utf8')).find(
    ({ language, code }) => language === 'yaml' && code.includes('oidc:'),
  )
  return parse(block?.code ?? '').administrators
}

it.each([
  ['wallet-platform-owners', 'owner'],
  ['wallet-helpdesk', 'support'],
])('a person of the group %s has the role %s', async (group, role) => {
  const person = `person-${role}`
  identity.people.set(person, [group])
  identity.current = person
  const page = await (await chromium.newContext()).newPage()
  await page.goto(`${admin.origin}/admin/sign-in`)
  await page.getByRole('link', { name: 'Sign in with your company account' }).click()
  await page.getByRole('heading', { name: 'Administration' }).waitFor()
  expect(await page.locator('dl').textContent()).toContain(role)
  await page.getByRole('link', { name: 'admin API' }).click()
  await page.getByRole('heading', { name: 'Admin API', level: 1 }).waitFor()
  await page.context().close()
})
