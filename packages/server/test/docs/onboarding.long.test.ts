/**
 * @module A stranger onboards a merchant from docs/administrators.md and docs/admin-api.md alone, on two nodes: the first owner, a service
 * account and its token, then every command of the onboarding as it is written, until the first code and the first webhook.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createMemoryTokenStore, createMerchantClient } from '@assent/merchant'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../support/chromium.ts'
import { ROOT } from '../support/compiler.ts'
import { codeOfPage } from '../support/mini-program-page.ts'
import { type NodePair, startNodePair } from '../support/node-pair.ts'
import { acceptInvitation, openDevice } from '../support/passkey-device.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { USER_ID } from '../support/server.ts'
import { type CodeBlock, readCodeBlocks } from './code-blocks.ts'

const run = promisify(execFile)

let pair: NodePair
let chromium: Browser
let receiver: Receiver
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-onboarding-'))
  ;[pair, chromium, receiver] = await Promise.all([
    startNodePair({
      administrators: {},
      notifications: { allowPrivateAddresses: true },
      clients: [],
      apis: [],
    }),
    launchBrowser(),
    startReceiver(),
  ])
  receiver.listenTo(pair.platform, 'kopi-house')
})
afterAll(async () => {
  await Promise.all([receiver.close(), chromium.close()])
  await pair.close()
  rmSync(folder, { recursive: true })
})

/** The blocks of a section, which ends with the next heading of its level. */
function blocksOf(page: string, heading: string): readonly CodeBlock[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  const [, rest = ''] = text.split(`\n${heading}\n`)
  const level = /^#+/.exec(heading)?.[0]
  const [section = ''] = rest.split(`\n${level} `)
  return readCodeBlocks(page, section)
}

/** Runs commands in one shell, as a reader does: variables stay. @returns what they print, and the variables */
async function follow(
  blocks: readonly CodeBlock[],
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly output: string; readonly token: string | undefined }> {
  for (const { tags, code } of blocks) {
    const file = tags.find((tag) => tag.startsWith('file='))
    if (file) writeFileSync(join(folder, file.slice('file='.length)), code)
  }
  const commands = blocks.filter(({ tags }) => tags.includes('step')).map(({ code }) => code)
  const script = [...commands, 'echo "TOKEN=$TOKEN"'].join('\n')
  const env = { PATH: process.env['PATH'], ...variables }
  const { stdout } = await run('bash', ['--norc', '-ec', script], { cwd: folder, env }).catch(
    ({ stdout: printed, stderr }) => {
      throw new Error(`The commands failed: ${printed}${stderr}`)
    },
  )
  return { output: stdout, token: /^TOKEN=(.+)$/m.exec(stdout)?.[1] }
}

/** The snippet for the console of the browser, with the key that the reader fills in. */
async function createServiceAccount(owner: Page, publicKey: string): Promise<string> {
  const snippet = blocksOf('administrators.md', '### Create one').find(({ tags }) =>
    tags.includes('console'),
  )
  const printed = owner.waitForEvent('console')
  await owner.evaluate(`(async () => {${snippet?.code.replace('PUBLIC_KEY', publicKey)}})()`)
  return (await printed).text()
}

async function operatorToken(): Promise<string> {
  const [link] = /http:\S+\/admin\/invitation#\S+/.exec(pair.output()) ?? []
  const owner = await openDevice(chromium)
  await acceptInvitation(owner, link ?? '')
  const [key, ...others] = blocksOf('administrators.md', '### Create one').filter(
    ({ tags }) => !tags.includes('console'),
  )
  const [createKey, ...token] = others
  const { output } = await follow(
    [key, createKey].filter((one) => one !== undefined),
    {},
  )
  expect(await createServiceAccount(owner, output.split('\n')[0] ?? '')).toMatch(/^201/)
  await owner.context().close()
  const got = await follow(token, { ISSUER: pair.platform.url })
  return got.token ?? ''
}

it('leads to the first code and the first webhook', async () => {
  const token = await operatorToken()
  const { forwarded, platform } = pair
  const before = forwarded.length
  const begunAt = performance.now()
  const { output } = await follow(blocksOf('admin-api.md', '## Onboard a merchant'), {
    API: `${platform.url}/admin/v1`,
    TOKEN: token,
    WEBHOOK: receiver.url,
  })
  const seconds = (performance.now() - begunAt) / 1000
  const calls = forwarded.slice(before)
  expect(calls).toHaveLength(7)
  expect(new Set(calls.map(({ node }) => node)).size).toBe(2)

  const [, link] = /"link":"([^"]+)"/.exec(output) ?? []
  const member = await openDevice(chromium)
  await acceptInvitation(member, link ?? '')
  expect(await member.locator('dl').textContent()).toContain('kopi-house')

  const appId = 'kopi-app'
  const authCode = await codeOfPage(chromium, platform, {
    appId,
    origin: 'https://kopi.example',
    userId: USER_ID,
  })
  const merchant = createMerchantClient({
    baseUrl: platform.url,
    clientId: 'kopi-house',
    privateKey: readFileSync(join(folder, 'merchant.pem')),
    platformKeys: { url: `${platform.url}/.well-known/assent/reply-keys` },
    tokenStore: createMemoryTokenStore(),
  })
  const { customerId, scope } = await merchant.applyToken({ appId, authCode })
  expect([customerId === '', scope]).toEqual([false, 'auth_base'])

  await expect
    .poll(() => receiver.acted.map(({ eventId, eventType }) => [eventId.slice(0, 5), eventType]))
    .toContainEqual(['test-', 'AUTHORIZATION_CHANGED'])
  console.info(`7 calls on 2 nodes in ${seconds.toFixed(1)} seconds`)
})
