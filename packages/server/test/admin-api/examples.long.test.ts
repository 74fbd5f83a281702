/**
 * @module Every example of the OpenAPI document runs, with replies that the document describes.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isChange, type Row } from '../../src/admin-api/row.ts'
import { ADMIN_API } from '../../src/admin-api/table.ts'
import { type ApiCaller, type ApiServer, startApiServer } from '../support/admin-api.ts'
import { createReplyCheck } from '../support/openapi.ts'

let api: ApiServer
let owner: ApiCaller
let check: ReturnType<typeof createReplyCheck>
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
  const document = await fetch(`${api.origin}/admin/v1/openapi.json`)
  check = createReplyCheck(await document.json())
})
afterAll(() => api.close())

function pathOf({ path, example }: Row): string {
  const url = Object.entries(example.path ?? {}).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    path,
  )
  return example.query ? `${url}?${new URLSearchParams(example.query)}` : url
}

/** The version of the record that an example changes. */
async function versionOf(row: Row): Promise<number | undefined> {
  if (!['PUT', 'PATCH', 'DELETE'].includes(row.method)) return undefined
  const reads = ADMIN_API.filter(({ row: one }) => one.method === 'GET').map(
    ({ row: one }) => one.path,
  )
  const paths = [row.path, row.path.replace(/\/\{walletId\}\/\{userId\}$/, '')]
  const path = paths.find((one) => reads.includes(one)) ?? ''
  const { headers } = await owner.call('GET', pathOf({ ...row, path }))
  return Number(/"(\d+)"/.exec(headers.get('etag') ?? '')?.[1])
}

const STATUS_OF_APPROVALS = 202

it.each(ADMIN_API.map(({ row }) => [`${row.method} ${row.path}`, row] as const))(
  '%s',
  async (_title, row) => {
    const version = await versionOf(row)
    const { body } = row.example
    const reply = await owner.call(row.method, pathOf(row), {
      ...(body && { body }),
      ...(version !== undefined && { version }),
    })
    const expected = isChange(row) ? row.status : 200
    const isExpected =
      reply.status === expected ||
      (isChange(row) && row.isBodyPrivate && reply.status === STATUS_OF_APPROVALS)
    expect(isExpected ? '' : `${reply.status} ${JSON.stringify(reply.body)}`).toBe('')
    expect(check(row.path, row.method, reply)).toEqual([])
  },
)
