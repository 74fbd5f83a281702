/**
 * @module What waits for a second person: a role that decides, a restricted scope, the erasure of a user.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memberUpdate } from '../../src/engine/admin/records.ts'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import { type ApiCaller, type ApiServer, callerWith, startApiServer } from '../support/admin-api.ts'
import { SCOPE_TEXTS } from '../support/admin-records.ts'
import { platformMember } from '../support/admin-server.ts'

let api: ApiServer
let owner: ApiCaller
let security: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
  security = await api.callerOf('security')
})
afterAll(() => api.close())

const INVITE = { organization: 'platform', role: 'security', name: 'Fitri' }

describe('the invitation of somebody who decides', () => {
  it('happens when a second person approves it, once', async () => {
    const asked = await owner.call('POST', '/invitations', { body: INVITE })
    expect(asked).toMatchObject({ status: 202, body: { state: 'pending' } })
    const path = `/approvals/${asked.body.id}`
    expect(asked.headers.get('location')).toBe(`/admin/v1${path}`)
    const own = await owner.call('POST', `${path}/approve`, { body: {} })
    expect([own.status, own.body.type]).toEqual([403, '/docs/problems/own-record'])
    const approved = await security.call('POST', `${path}/approve`, { body: {} })
    expect(approved).toMatchObject({
      status: 200,
      body: { approval: { state: 'approved' }, result: { role: 'security' } },
    })
    expect(approved.body.result.link).toContain('/admin/invitation#')
    const again = await security.call('POST', `${path}/approve`, { body: {} })
    expect([again.status, again.body.type]).toEqual([409, '/docs/problems/used'])
    const { body } = await owner.call('GET', path)
    expect(body).toMatchObject({ state: 'approved', decidedBy: 'member platform-security' })
  })

  it('does not happen when it is declined', async () => {
    const asked = await owner.call('POST', '/invitations', { body: INVITE })
    const path = `/approvals/${asked.body.id}`
    expect((await security.call('POST', `${path}/decline`)).body.approval.state).toBe('declined')
    expect((await security.call('POST', `${path}/approve`, { body: {} })).status).toBe(409)
  })

  it('does not happen when who asked has lost the role', async () => {
    await api.write(memberUpdate('leaver', platformMember('owner'), 0))
    const leaver = await callerWith(
      api,
      'leaver',
      await api.sessionOf({ id: 'leaver', version: 1 }),
    )
    const asked = await leaver.call('POST', '/invitations', { body: INVITE })
    await api.write(memberUpdate('leaver', platformMember('auditor'), 1))
    const reply = await security.call('POST', `/approvals/${asked.body.id}/approve`, { body: {} })
    expect([reply.status, reply.body.type]).toEqual([403, '/docs/problems/forbidden'])
    expect((await owner.call('GET', `/approvals/${asked.body.id}`)).body.state).toBe('pending')
  })
})

describe('a restricted scope', () => {
  it('waits, and other changes of the mini program do not', async () => {
    const scope = {
      scope: 'SECRET',
      sensitivity: 'restricted',
      fields: ['nickName'],
      texts: SCOPE_TEXTS,
    }
    expect((await owner.call('POST', '/scopes', { body: scope })).status).toBe(201)
    const developer = await api.callerOf('developer', 'kopi')
    const { body: app } = await developer.call('GET', '/mini-programs/kopi-app')
    const asked = await developer.call('PATCH', '/mini-programs/kopi-app', {
      body: { scopes: [...app.scopes, 'SECRET'] },
      version: app.version,
    })
    expect([asked.status, asked.body.operation]).toEqual([202, 'miniPrograms.update'])
    const approved = await security.call('POST', `/approvals/${asked.body.id}/approve`, {
      body: {},
    })
    expect(approved.body.result.scopes).toContain('SECRET')
    const other = await developer.call('PATCH', '/mini-programs/kopi-app', {
      body: { policyUrl: 'https://kopi.example/privacy' },
      version: app.version + 1,
    })
    expect(other.status).toBe(200)
  })
})

describe('the erasure of a user', () => {
  const body = { walletId: 'demo', userId: 'erika-7788', reason: 'Request 1204.' }

  it('is approved with the same body and the confirmation, and is not named before', async () => {
    const asked = await owner.call('POST', '/users/erasures', { body })
    expect(asked.status).toBe(202)
    const { id, confirmation } = asked.body
    const stored = await owner.call('GET', `/approvals/${id}`)
    expect(JSON.stringify(stored.body)).not.toContain('erika')
    for (const wrong of [{}, { body }, { body: { ...body, userId: 'other' }, confirmation }])
      expect(
        (await security.call('POST', `/approvals/${id}/approve`, { body: wrong })).status,
      ).toBe(400)
    const approved = await security.call('POST', `/approvals/${id}/approve`, {
      body: { body, confirmation },
    })
    expect(approved).toMatchObject({ status: 200, body: { result: { grants: 0 } } })
    const log = await owner.call('GET', '/changes?limit=5')
    expect(log.body.items.map(({ reason }: { reason: string }) => reason)).toContain(
      'Erases a user of demo. Request 1204.',
    )
  })

  it('leaves no copy in the database file', async () => {
    const user = { ...body, userId: 'erika-with-a-copy' }
    const file = join(api.server.folder, 'data/assent.db')
    leaveCopy(file, user.userId)
    expect(hasText(file, user.userId)).toBe(true)
    const { id, confirmation } = (await owner.call('POST', '/users/erasures', { body: user })).body
    const request = { body: { body: user, confirmation } }
    const approved = await security.call('POST', `/approvals/${id}/approve`, request)
    expect(approved.status).toBe(200)
    expect(hasText(file, user.userId)).toBe(false)
  })
})

/** In a free page, as a page that SQLite has split leaves it. */
function leaveCopy(file: string, text: string): void {
  const connection = openConnection(file)
  connection.exec(
    `PRAGMA secure_delete = OFF; CREATE TABLE copies (value); INSERT INTO copies VALUES ('${text}'); DROP TABLE copies; PRAGMA wal_checkpoint(TRUNCATE)`,
  )
  connection.close()
}

/** In another process: who closes a file drops the locks of its own process. */
function hasText(file: string, text: string): boolean {
  const script = "require('node:fs').readFileSync(process.argv[1]).includes(process.argv[2])"
  return execFileSync(process.execPath, ['--print', script, file, text]).toString() === 'true\n'
}
