/**
 * @module A server with an administration, its registry, and browsers without a window: they keep cookies and say where requests come from.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { loadConfig } from '../../src/config/load.ts'
import { hasher } from '../../src/crypto/hashes.ts'
import { openRecordKeys } from '../../src/crypto/keys/key-encryption-key.ts'
import { random } from '../../src/crypto/random.ts'
import { createRecordIntegrity } from '../../src/crypto/records/record-integrity.ts'
import type { AdminPorts } from '../../src/engine/admin/ports.ts'
import { type Member, memberUpdate } from '../../src/engine/admin/records.ts'
import type { PlatformRole } from '../../src/engine/admin/roles.ts'
import { startSession } from '../../src/engine/admin/sessions.ts'
import type { RecordUpdate } from '../../src/engine/store/registry.ts'
import { createAdminPorts } from '../../src/main/administrators.ts'
import { type RunningServer, startServer } from '../../src/main/start-server.ts'
import { openPostgresStore } from '../../src/stores/postgres/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { freePort } from './command.ts'
import {
  startTestServer,
  type TestConfig,
  type TestPlatform,
  type TestServer,
  testConfig,
} from './server.ts'

export type AdminServer = {
  readonly server: TestServer
  /** Its issuer. Passkeys need a host name: an address of the machine is none. */
  readonly origin: string
  /** The registry, as another process of the same machine writes it. */
  readonly ports: AdminPorts
  write(...updates: readonly RecordUpdate[]): Promise<void>
  /** @returns the id of a session */
  sessionOf(member: { readonly id: string; readonly version: number }): Promise<string>
  /** Another node on the same database. @returns its address */
  startNode(): Promise<TestPlatform>
  close(): Promise<void>
}

type Administrators = NonNullable<TestConfig['administrators']>

const CAUSE = { actor: 'test', source: 'command', reason: 'test' } as const

export async function startAdminServer(
  administrators: (
    folder: string,
    origin: string,
  ) => Administrators | Promise<Administrators> = () => ({}),
  more: Partial<TestConfig> = {},
): Promise<AdminServer> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const files = mkdtempSync(join(tmpdir(), 'assent-admin-'))
  const section = await administrators(files, origin)
  const server = await startTestServer({
    ...testConfig(),
    issuer: origin,
    listen: { port, metrics: { port: 0 } },
    administrators: section,
    ...more,
  })
  const integrity = createRecordIntegrity(openRecordKeys(join(server.folder, 'keys')), () => {})
  const database = more.store?.startsWith('postgres:')
    ? await openPostgresStore(more.store, { integrity })
    : undefined
  const store = database ?? openSqliteStore(join(server.folder, 'data/assent.db'), { integrity })
  const nodes: RunningServer[] = []
  const ports: AdminPorts = { ...createAdminPorts({ store }), random, hasher }
  return {
    server,
    origin,
    ports,
    async write(...updates) {
      const problems = await ports.write({ ...CAUSE, changedAt: server.clock.now }, updates)
      if (problems.length > 0) throw new Error(JSON.stringify(problems))
    },
    sessionOf: (member) =>
      startSession(ports, member, { idleSeconds: 900, maxSeconds: 28_800 }, server.clock.now),
    async startNode() {
      const loaded = loadConfig(join(server.folder, 'assent.yaml'))
      const options = { clock: () => server.clock.now, logger: pino({ level: 'silent' }) }
      const node = await startServer({ ...loaded, listen: { port: 0 } }, options)
      nodes.push(node)
      const { clock, platformKey } = server
      return { url: node.url, urls: [node.url], clock, platformKey }
    },
    async close() {
      for (const node of nodes) await node.close()
      await store.close()
      await server.close()
      rmSync(files, { recursive: true })
    },
  }
}

export function platformMember(role: PlatformRole): Member {
  return {
    organization: 'platform',
    role,
    name: `The ${role}`,
    state: 'active',
    identity: { method: 'passkey' },
  }
}

/** Creates a member of the platform, with a session. */
export async function signedInMember(
  admin: AdminServer,
  id: string,
  role: PlatformRole,
): Promise<{ readonly browser: TestBrowser; readonly csrfToken: string }> {
  await admin.write(memberUpdate(id, platformMember(role), 0))
  const browser = createTestBrowser(admin.origin)
  browser.cookies.set('__Host-assent-admin', await admin.sessionOf({ id, version: 1 }))
  const reply = await browser.fetch('/admin/session')
  const { csrfToken } = (await reply.json()) as { csrfToken: string }
  return { browser, csrfToken }
}

export type TestBrowser = {
  readonly cookies: Map<string, string>
  /** Sends a request as a page of the server does. Redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

export function createTestBrowser(origin: string): TestBrowser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async fetch(path, init = {}) {
      const headers = new Headers(init.headers)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
      if (init.method === 'POST' && !headers.has('origin')) headers.set('origin', origin)
      const reply = await fetch(new URL(path, origin), { ...init, headers, redirect: 'manual' })
      for (const cookie of reply.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split('=')
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      return reply
    },
  }
}
