/**
 * @module The onboarding of docs/admin-api.md: its commands run as they are written, on two nodes, until the first code and the first
 * notification.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serviceAccountUpdate } from '../../src/engine/admin/records.ts'
import { type ApiServer, startApiServer } from '../support/admin-api.ts'
import { ROOT } from '../support/compiler.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { codeFor, type TestPlatform } from '../support/server.ts'

const run = promisify(execFile)

let api: ApiServer
let node: TestPlatform
let receiver: Receiver
let folder: string
beforeAll(async () => {
  api = await startApiServer({
    hasRecords: false,
    config: { notifications: { allowPrivateAddresses: true }, clients: [], apis: [] },
  })
  node = await api.startNode()
  receiver = await startReceiver()
  receiver.listenTo(api.server)
  folder = mkdtempSync(join(tmpdir(), 'assent-onboarding-'))
})
afterAll(async () => {
  await receiver.close()
  await api.close()
  rmSync(folder, { recursive: true })
})

/** A token of a service account with the role operator. */
async function operatorToken(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const account = {
    organization: 'platform',
    name: 'Onboarding',
    roles: ['operator'],
    state: 'active',
    jwks: [await exportJWK(publicKey)],
  } as const
  await api.callerOf('owner')
  await api.write(serviceAccountUpdate('sa_onboarding', account as never, 0))
  const { now } = api.server.clock
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('sa_onboarding')
    .setSubject('sa_onboarding')
    .setAudience(api.origin)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(privateKey)
  const reply = await fetch(`${api.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  return ((await reply.json()) as { access_token: string }).access_token
}

/** The commands of the section about onboarding. */
function onboardingCommands(): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/admin-api.md'), 'utf8')
  const [, section = ''] = page.split('## Onboard a merchant\n')
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands)
}

it('onboards a merchant until the first code and the first notification', async () => {
  const commands = onboardingCommands()
  expect(commands).toHaveLength(5)
  const env = {
    PATH: process.env['PATH'],
    API: `${api.origin}/admin/v1`,
    TOKEN: await operatorToken(),
    WEBHOOK: `${receiver.url}/notify`,
  }
  for (const one of commands) await run('bash', ['-ec', one], { cwd: folder, env })
  // The other node gives the code.
  expect(await codeFor(node, ['auth_base'], { appId: 'kopi-app' })).toMatch(/^ac_/)
  const isTold = () => receiver.came.some(({ eventId }) => eventId.startsWith('test-'))
  for (let n = 0; n < 200 && !isTold(); n++) await sleep(50)
  expect(isTold()).toBe(true)
  const owner = await api.callerOf('owner')
  const log = await owner.call('GET', '/changes?limit=20&actor=service%20account%20sa_onboarding')
  expect(log.body.items).toHaveLength(6)
})
