/**
 * @module Every link of the OpenAPI document leads from a new record to an operation that finds it.
 * @see [OpenAPI: Link Object](https://spec.openapis.org/oas/v3.1.1.html#link-object)
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Row } from '../../src/admin-api/row.ts'
import { ADMIN_API, findRow } from '../../src/admin-api/table.ts'
import {
  type ApiCaller,
  type ApiReply,
  type ApiServer,
  startApiServer,
} from '../support/admin-api.ts'

type Link = {
  readonly operationId: string
  readonly parameters: Readonly<Record<string, string>>
}

let api: ApiServer
let owner: ApiCaller
/** Of the reply of each creation, by its `operationId`. */
let links: ReadonlyMap<string, readonly Link[]>
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
  const document = await (await fetch(`${api.origin}/admin/v1/openapi.json`)).json()
  const operations = Object.values(document.paths).flatMap((one) =>
    Object.values(one as Record<string, { operationId: string; responses: object }>),
  )
  links = new Map(
    operations.map(({ operationId, responses }) => [
      operationId,
      Object.values(responses).flatMap(({ links: own = {} }) => Object.values(own) as Link[]),
    ]),
  )
})
afterAll(() => api.close())

/** @param expression a runtime expression, such as `$response.body#/clientId` */
function evaluate(expression: string, { body, headers }: ApiReply): string {
  const [, pointer] = /^\$response\.body#\/(\w+)$/.exec(expression) ?? []
  if (pointer !== undefined) return String(body[pointer])
  const [, header] = /^\$response\.header\.([\w-]+)$/.exec(expression) ?? []
  return headers.get(header ?? '') ?? `no ${expression}`
}

/** What an operation is called with: a patch and a replacement have the members of the record. */
function bodyFor({ method }: Row, { body }: ApiReply): object | undefined {
  return method === 'PUT' || method === 'PATCH' ? body : undefined
}

async function follow({ operationId, parameters }: Link, created: ApiReply): Promise<ApiReply> {
  const row = findRow(operationId)?.row
  if (!row) throw new Error(`The document has no operation ${operationId}.`)
  const values = Object.entries(parameters).map(
    ([name, expression]) => [name, evaluate(expression, created)] as const,
  )
  const path = values.reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    row.path,
  )
  const etag = values.find(([name]) => name === 'If-Match')?.[1]
  const body = bodyFor(row, created)
  return owner.call(row.method, `${path}${row.method === 'GET' ? '' : '?dryRun=true'}`, {
    ...(body && { body }),
    ...(etag !== undefined && { headers: { 'if-match': etag } }),
  })
}

const CREATIONS = ADMIN_API.filter(({ row }) => 'idMember' in row).map(({ row }) => row)

it('each resource with single records has a creation with links', () => {
  const linked = CREATIONS.map(({ id }) => [id, links.get(id)?.length ?? 0])
  expect(linked.filter(([, count]) => count === 0)).toEqual([])
  expect(linked.length).toBeGreaterThanOrEqual(9)
})

it.each(CREATIONS.map((row) => [row.id, row] as const))('%s', async (id, row) => {
  const created = await owner.call('POST', row.path, { body: row.example.body })
  expect(created.status).toBe(201)
  const outcomes: string[] = []
  for (const link of links.get(id) ?? [])
    outcomes.push(`${link.operationId} ${(await follow(link, created)).status}`)
  expect(outcomes).toEqual((links.get(id) ?? []).map(({ operationId }) => `${operationId} 200`))
})
