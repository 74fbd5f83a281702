/**
 * @module Role × operation × whose record over HTTP, with nothing but a session. What is expected is written by role in
 * `support/expected-roles.ts`.
 */

import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { isChange, type Row } from '../../src/admin-api/row.ts'
import { ADMIN_API } from '../../src/admin-api/table.ts'
import type { AdminOperation } from '../../src/engine/admin/operations.ts'
import {
  MERCHANT_ROLES,
  PLATFORM_ROLES,
  type Reach,
  type Role,
  reachOf,
} from '../../src/engine/admin/roles.ts'
import { type ApiReply, type ApiServer, startApiServer } from '../support/admin-api.ts'
import { SCOPE_TEXTS } from '../support/admin-records.ts'
import { expectedOf } from '../support/expected-roles.ts'
import { keyPairOf } from '../support/keys.ts'
import { sampleSize } from '../support/sample-size.ts'

/** A cell of the table of roles that is changed while a test runs. */
type Mutant = {
  readonly role: Role
  readonly organization: string
  readonly operation: AdminOperation
  readonly reach: Reach
}
const table = vi.hoisted(() => ({ mutant: undefined as Mutant | undefined }))
vi.mock('../../src/engine/admin/roles.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/engine/admin/roles.ts')>()
  const mutatedReachOf: typeof original.reachOf = (organization, role, operation) => {
    const { mutant } = table
    const isMutated =
      mutant?.role === role &&
      mutant.operation === operation &&
      mutant.organization === organization
    return isMutated ? mutant.reach : original.reachOf(organization, role, operation)
  }
  return { ...original, reachOf: mutatedReachOf }
})

let api: ApiServer
beforeAll(async () => {
  api = await startApiServer()
})
afterAll(() => api.close())

const OWN = 'kopi'
const ORGANIZATIONS = ['platform', OWN, 'teh'] as const
const ROLES: readonly (readonly [Role, string])[] = [
  ...PLATFORM_ROLES.map((role) => [role, 'platform'] as const),
  ...MERCHANT_ROLES.map((role) => [role, OWN] as const),
]

/** Operations on records that belong to the platform alone. */
const OF_PLATFORM =
  /^(?:scopes|apis|wallets|images|grants|receipts|users|nodes|platformKeys)\.|^emergency\.stopScope$/

/** The members of a path that name a record of an organization. */
function paramsOf(organization: string, { example }: Row): Readonly<Record<string, string>> {
  return {
    ...example.path,
    organization,
    memberId: `member-${organization}`,
    invitationId: `invitation-${organization}`,
    serviceAccountId: `sa_${organization}`,
    clientId: `${organization}-house`,
    appId: `${organization}-app`,
    oauthClientId: `${organization}-web`,
    approvalId: `approval-${organization}`,
  }
}

/** Bodies that name an organization, by the id of the row. */
function bodyOf(organization: string, row: Row): unknown {
  if (!isChange(row)) return undefined
  const { publicKey } = keyPairOf('matrix')
  const role = organization === 'platform' ? 'auditor' : 'viewer'
  const bodies: Readonly<Record<string, unknown>> = {
    createOrganization: {
      id: organization === 'platform' ? 'platform' : 'newcomer',
      name: 'New',
      state: 'active',
    },
    replaceOrganization: { id: organization, name: `Company ${organization}`, state: 'active' },
    replaceMember: {
      id: `member-${organization}`,
      organization,
      role,
      name: 'S',
      state: 'active',
      identity: { method: 'passkey' },
    },
    createInvitation: { organization, role, name: 'Guest' },
    createServiceAccount: {
      ...Object(row.example.body),
      id: 'sa_new',
      organization,
      roles: [role],
    },
    replaceServiceAccount: {
      ...Object(row.example.body),
      id: `sa_${organization}`,
      organization,
      roles: [role],
    },
    createClient: {
      clientId: 'new-house',
      name: 'Newcomers',
      organization,
      keys: [{ version: 1, publicKey }],
    },
    replaceClient: {
      clientId: `${organization}-house`,
      name: `Renamed ${organization}`,
      organization,
      keys: [{ version: 1, publicKey }],
    },
    createMiniProgram: {
      appId: 'new-app',
      clientId: `${organization}-house`,
      name: 'Newcomer',
      domains: [],
      scopes: ['auth_base'],
    },
    replaceMiniProgram: {
      appId: `${organization}-app`,
      clientId: `${organization}-house`,
      name: `New ${organization}`,
      domains: [],
      scopes: ['auth_base'],
    },
    createOAuthClient: {
      ...Object(row.example.body),
      clientId: 'new-web',
      merchantId: `${organization}-house`,
      appId: `${organization}-app`,
    },
    replaceOAuthClient: {
      ...Object(row.example.body),
      clientId: `${organization}-web`,
      merchantId: `${organization}-house`,
      appId: `${organization}-app`,
    },
    createScope: { scope: 'NEW', fields: ['nickName'], texts: SCOPE_TEXTS },
    suspend: { kind: 'client', id: `${organization}-house`, reason: 'x' },
    reinstate: { kind: 'client', id: `${organization}-house`, reason: 'x' },
    reportStolenKey: { clientId: `${organization}-house`, keyVersion: 1, reason: 'x' },
    setClientKeyState: { state: 'ANNOUNCED' },
  }
  return bodies[row.id] ?? row.example.body
}

function urlOf(organization: string, row: Row): string {
  const params = paramsOf(organization, row)
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const query = new URLSearchParams({
    ...row.example.query,
    ...(row.id === 'listChanges' && { kind: 'client', id: `${organization}-house` }),
    ...(isChange(row) && { dryRun: 'true' }),
  })
  return `${path}?${query}`
}

type Cell = {
  readonly role: Role
  readonly organization: string
  readonly operation: AdminOperation
  readonly row: Row
  readonly recordOf: string
}

/** Of one record: lists show what is in reach, and are compared by their contents. */
function isOfRecord({ row }: Pick<Cell, 'row'>): boolean {
  return (
    !(row.method === 'GET' && 'isList' in row && row.isList && !row.path.includes('{')) ||
    row.id === 'listChanges'
  )
}

const CELLS: readonly Cell[] = ROLES.flatMap(([role, organization]) =>
  ADMIN_API.flatMap(({ operation, row }) =>
    ORGANIZATIONS.filter((one) => one === 'platform' || !OF_PLATFORM.test(operation)).map(
      (recordOf) => ({ role, organization, operation, row, recordOf }),
    ),
  ),
)

function expectation({ role, organization, operation, recordOf, row }: Cell): string {
  const decision = expectedOf({ kind: 'member', role, organization, operation, recordOf })
  if (isOfRecord({ row })) return decision
  return decision === 'forbidden' ? 'forbidden' : 'permitted'
}

/** A refusal by the rules of the record is no refusal of the role. */
const RULES = new Set([400, 409, 410, 412])

function decisionOf({ status, body }: ApiReply): string {
  if (status < 300) return body?.needsApproval ? 'approval-required' : 'permitted'
  if (RULES.has(status)) return 'permitted'
  const type = String(body?.type).split('/').at(-1)
  if (status === 403 || status === 404) return type ?? ''
  return `${status} ${JSON.stringify(body)}`
}

/** A change of a single record is of the sequence that it was written with: the first one has all of them. */
const SKIPPED = new Set(['getChange'])

async function wrongDecisions(cells: readonly Cell[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const cell of cells) {
    const { role, organization, row, recordOf } = cell
    const caller = await api.callerOf(role, organization)
    const body = bodyOf(recordOf, row)
    const reply = await caller.call(row.method, urlOf(recordOf, row), {
      ...(body !== undefined && { body }),
      ...(['PUT', 'PATCH', 'DELETE'].includes(row.method) && { version: 1 }),
    })
    const [decision, expected] = [decisionOf(reply), expectation(cell)]
    if (decision !== expected)
      wrong.push(
        `${organization} ${role} ${row.id} of ${recordOf}: ${decision}, not ${expected} (${reply.body?.detail})`,
      )
  }
  return wrong
}

const TRIED_CELLS = CELLS.filter(({ row }) => !SKIPPED.has(row.id))

it('decides every cell as expected', async () => {
  expect(TRIED_CELLS.length).toBeGreaterThan(1500)
  expect(await wrongDecisions(TRIED_CELLS)).toEqual([])
})

/** Would be refused with a wrong cell as well: only the platform sets the organization of a client. */
function isGuardedTwice({ organization, operation }: Mutant): boolean {
  return organization === OWN && operation === 'clients.create'
}

/** Tables in which one cell differs: what is permitted is not, what is not is, and what reaches some organizations reaches all. */
const MUTANTS: readonly Mutant[] = ROLES.flatMap(([role, organization]) =>
  [...new Set(TRIED_CELLS.map(({ operation }) => operation))].flatMap((operation) => {
    const reach = reachOf(organization, role, operation)
    const hasRecords = TRIED_CELLS.some((cell) => cell.operation === operation && isOfRecord(cell))
    const isPartial = reach === 'own' || reach === 'merchants'
    const reaches: readonly Reach[] = [
      reach === 'none' ? 'any' : 'none',
      ...(isPartial && hasRecords ? (['any'] as const) : []),
    ]
    return reaches
      .map((one) => ({ role, organization, operation, reach: one }))
      .filter((mutant) => !isGuardedTwice(mutant))
  }),
)

it('detects a table with one wrong cell', async () => {
  const every = Math.floor(MUTANTS.length / sampleSize(MUTANTS.length, 0.05))
  const offset = randomInt(every)
  const mutants = MUTANTS.filter((_, index) => index % every === offset)
  expect(mutants.length).toBeGreaterThan(30)
  const undetected: string[] = []
  for (const mutant of mutants) {
    const { role, organization, operation, reach } = mutant
    const cells = TRIED_CELLS.filter(
      (cell) =>
        cell.role === role && cell.organization === organization && cell.operation === operation,
    )
    table.mutant = mutant
    const wrong = await wrongDecisions(cells).finally(() => {
      table.mutant = undefined
    })
    if (wrong.length === 0) undetected.push(`${organization} ${role} ${operation}: ${reach}`)
  }
  expect(undetected).toEqual([])
})

it('lists only records in reach', async () => {
  const lists = ADMIN_API.filter(({ row }) => !isOfRecord({ row }))
  expect(lists.length).toBeGreaterThan(8)
  const wrong: string[] = []
  for (const [role, organization] of ROLES)
    for (const { operation, row } of lists) {
      const caller = await api.callerOf(role, organization)
      const { status, body } = await caller.call('GET', `${row.path}?limit=200`)
      if (status !== 200) continue
      const text = JSON.stringify(body.items)
      for (const recordOf of ORGANIZATIONS) {
        if (OF_PLATFORM.test(operation)) continue
        const decision = expectedOf({ kind: 'member', role, organization, operation, recordOf })
        const marks: Readonly<Record<string, string>> = {
          organizations: `"id":"${recordOf}"`,
          members: `"member-${recordOf}"`,
          invitations: `"invitation-${recordOf}"`,
          serviceAccounts: `"sa_${recordOf}"`,
          clients: `"${recordOf}-house"`,
          miniPrograms: `"${recordOf}-app"`,
          oauthClients: `"${recordOf}-web"`,
          approvals: `"approval-${recordOf}"`,
        }
        const mark = marks[operation.split('.')[0] ?? '']
        if (mark === undefined) continue
        if (text.includes(mark) !== (decision === 'permitted'))
          wrong.push(`${organization} ${role} ${row.id}: ${recordOf}`)
      }
    }
  expect(wrong).toEqual([])
})
