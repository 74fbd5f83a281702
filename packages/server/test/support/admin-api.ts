/**
 * @module Calls of the admin API by members with a session, as a browser sends them.
 */
import { type Member, memberUpdate } from '../../src/engine/admin/records.ts'
import type { Role } from '../../src/engine/admin/roles.ts'
import type { Store } from '../../src/engine/store/store.ts'
import { adminRecords } from './admin-records.ts'
import { type AdminServer, createTestBrowser, startAdminServer } from './admin-server.ts'
import type { TestConfig } from './server.ts'

export type ApiReply = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests compare what the server sends
  readonly body: any
}

export type ApiRequest = {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The version of `If-Match`. */
  readonly version?: number
}

export type ApiCaller = {
  readonly memberId: string
  call(method: string, path: string, request?: ApiRequest): Promise<ApiReply>
}

export type ApiServer = AdminServer & {
  /** A member with a session. The same role in the same organization is the same member. */
  callerOf(role: Role, organization?: string): Promise<ApiCaller>
}

/** @param hasRecords whether the registry has the records that the examples name */
export async function startApiServer({
  hasRecords = true,
  config = {},
}: {
  readonly hasRecords?: boolean
  readonly config?: Partial<TestConfig>
} = {}): Promise<ApiServer> {
  const admin = await startAdminServer(() => ({ maxRequestsPerMinute: 1_000_000 }), config)
  if (hasRecords) {
    await admin.write(
      ...adminRecords(admin.server.clock.now, admin.ports.store as unknown as Store),
    )
    await openGrant(admin)
  }
  const callers = new Map<string, Promise<ApiCaller>>()
  return {
    ...admin,
    callerOf(role, organization = 'platform') {
      const name = `${organization}-${role}`
      const caller = callers.get(name) ?? createCaller(admin, name, role, organization)
      callers.set(name, caller)
      return caller
    },
  }
}

/** The grant that the examples find and withdraw. */
async function openGrant({ ports, server }: AdminServer): Promise<void> {
  const store = ports.store as unknown as Store
  await store.openGrant({
    grantId: ports.random.integer48(),
    user: { walletId: 'demo-2', userId: 'ana' },
    appId: 'kopi-app',
    clientNumber: await store.internClient('kopi-house'),
    subject: ports.random.text(16),
    epoch: 1,
    granted: { auth_user: { grantedAt: server.clock.now, since: 1 } },
    denied: {},
  })
}

async function createCaller(
  admin: AdminServer,
  id: string,
  role: Role,
  organization: string,
): Promise<ApiCaller> {
  const member: Member = {
    organization,
    role,
    name: `The ${role}`,
    state: 'active',
    identity: { method: 'passkey' },
  }
  await admin.write(memberUpdate(id, member, 0))
  return callerWith(admin, id, await admin.sessionOf({ id, version: 1 }))
}

export async function callerWith(
  admin: AdminServer,
  memberId: string,
  session: string,
): Promise<ApiCaller> {
  const browser = createTestBrowser(admin.origin)
  browser.cookies.set('__Host-assent-admin', session)
  const { csrfToken } = (await (await browser.fetch('/admin/session')).json()) as {
    readonly csrfToken: string
  }
  return {
    memberId,
    async call(method, path, { body, headers = {}, version } = {}) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
      const reply = await browser.fetch(`/admin/v1${path}`, {
        method,
        headers: {
          'csrf-token': csrfToken,
          origin: admin.origin,
          ...(body !== undefined && { 'content-type': type }),
          ...(version !== undefined && { 'if-match': `"${version}"` }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await reply.text()
      return {
        status: reply.status,
        headers: reply.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    },
  }
}
