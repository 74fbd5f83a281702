/**
 * @module The platform keeps an active owner, also when two owners act on each other at the same time.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memberUpdate } from '../../src/engine/admin/records.ts'
import { type ApiCaller, type ApiServer, callerWith, startApiServer } from '../support/admin-api.ts'
import { platformMember } from '../support/admin-server.ts'

let api: ApiServer
beforeAll(async () => {
  api = await startApiServer({ hasRecords: false })
})
afterAll(() => api.close())

async function newOwner(id: string): Promise<ApiCaller> {
  await api.write(memberUpdate(id, platformMember('owner'), 0))
  return callerWith(api, id, await api.sessionOf({ id, version: 1 }))
}

it.each([
  ['remove', (caller: ApiCaller, path: string) => caller.call('DELETE', path, { version: 1 })],
  [
    'suspend',
    (caller: ApiCaller, path: string) =>
      caller.call('PATCH', path, { body: { state: 'suspended' }, version: 1 }),
  ],
  [
    'demote',
    (caller: ApiCaller, path: string) =>
      caller.call('PATCH', path, { body: { role: 'auditor' }, version: 1 }),
  ],
])('two owners who %s each other leave one', async (verb, change) => {
  const [first, second] = await Promise.all([`${verb}-1`, `${verb}-2`].map(newOwner))
  if (!first || !second) throw new Error('There are two owners.')
  const replies = await Promise.all([
    change(first, `/members/${second.memberId}`),
    change(second, `/members/${first.memberId}`),
  ])
  const lost = replies.find(({ status }) => status >= 400)
  expect(replies.filter(({ status }) => status < 300)).toHaveLength(1)
  // The second one comes before the change, or has no session after it.
  expect(['conflict', 'sign-in-required']).toContain(lost?.body.type.split('/').at(-1))
  const members = await Promise.all(
    [first, second].map(({ memberId }) => api.ports.store.readRecord('member', memberId)),
  )
  const owners = members.filter(
    (one) => one?.document['role'] === 'owner' && one.document['state'] === 'active',
  )
  expect(owners).toHaveLength(1)
  for (const one of owners)
    if (one) await api.write(memberUpdate(one.id, platformMember('auditor'), one.version))
})
