/**
 * @module Revocation by user, by client and by operator: what is written, and what clients are notified of.
 */
import { describe, expect, it } from 'vitest'
import { cancelToken, revokeGrant, revokeIssuedThrough } from '../../../src/engine/tokens/revoke.ts'
import {
  APP_ID,
  accessTokenOf,
  authorizationIdAt,
  authorizationOf,
  CLIENT,
  createEngine,
  grantOf,
  NOW,
  OTHER_CLIENT,
} from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

describe(revokeGrant, () => {
  const input = { user: USER, appId: APP_ID }

  it('withdraws the given scopes with an event and a receipt', async () => {
    const engine = createEngine({ grants: [grantOf(['base', 'name', 'avatar'])] })
    expect(await revokeGrant(engine.ports, { ...input, scopes: ['name', 'kyc'] }, NOW)).toBe(1)
    const [change] = engine.state.changes
    expect(Object.keys(change?.next.granted ?? {})).toEqual(['base', 'avatar'])
    expect(change).toMatchObject({
      revokes: true,
      next: { epoch: 2, denied: { name: { deniedAt: NOW, times: 0, withdrawnAt: NOW } } },
      outbox: {
        event: { type: 'AUTHORIZATION_WITHDRAWN', scopes: ['name'], reason: 'USER' },
        receipt: { event: 'withdrawn', createdAt: NOW },
      },
    })
    expect(JSON.parse(change?.outbox?.receipt?.document ?? '')).toMatchObject({
      event: { actor: 'user' },
      processing: [{ scope: 'name', state: 'withdrawn' }],
    })
  })

  it('withdraws all scopes by default', async () => {
    const engine = createEngine({ grants: [grantOf(['base', 'name'])] })
    expect(await revokeGrant(engine.ports, input, NOW)).toBe(1)
    expect(engine.state.grants[0]?.granted).toEqual({})
  })

  it('names the reason and the actor when it is not the user', async () => {
    const engine = createEngine({ grants: [grantOf(['name'])] })
    await revokeGrant(engine.ports, { ...input, reason: 'MERCHANT', actor: 'merchant' }, NOW)
    const [change] = engine.state.changes
    expect(change?.outbox?.event?.reason).toBe('MERCHANT')
    expect(JSON.parse(change?.outbox?.receipt?.document ?? '').event.actor).toBe('merchant')
  })

  it.each([
    { title: 'there is no grant', grants: [], scopes: ['name'] },
    { title: 'there is no grant and no scope is named', grants: [], scopes: undefined },
    { title: 'nothing is granted', grants: [grantOf([])], scopes: undefined },
    { title: 'no scope is named', grants: [grantOf(['name'])], scopes: [] },
  ])('returns 0 and writes nothing when $title', async ({ grants, scopes }) => {
    const engine = createEngine({ grants })
    expect(await revokeGrant(engine.ports, { ...input, scopes }, NOW)).toBe(0)
    expect(engine.state.writes).toEqual([])
  })
})

describe(cancelToken, () => {
  it('ends the authorization of an expired token once, and notifies its client', async () => {
    const engine = createEngine({
      grants: [grantOf(['name'])],
      authorizations: [authorizationOf()],
    })
    const accessToken = await accessTokenOf(engine, ['name'], { expiresAt: NOW - 1 })
    expect(await cancelToken(engine.ports, { client: CLIENT, accessToken }, NOW)).toBe(1)
    expect([...engine.state.authorizations.values()]).toEqual([authorizationOf({ endedAt: NOW })])
    expect(engine.state.events).toEqual([
      {
        eventId: authorizationIdAt(NOW - 10),
        clientNumber: CLIENT.number,
        subject: 'subject-1',
        appId: APP_ID,
        type: 'TOKEN_CANCELLED',
        scopes: [],
        reason: 'MERCHANT',
      },
    ])
    expect(await cancelToken(engine.ports, { client: CLIENT, accessToken }, NOW + 1)).toBe(0)
  })

  it('rejects a token of another client, and ends nothing', async () => {
    const engine = createEngine({ authorizations: [authorizationOf()] })
    const accessToken = await accessTokenOf(engine, ['name'])
    await expect(
      cancelToken(engine.ports, { client: OTHER_CLIENT, accessToken }, NOW),
    ).rejects.toMatchObject({ code: 'ACCESS_TOKEN_INVALID' })
    expect(engine.state.writes).toEqual([])
  })
})

describe(revokeIssuedThrough, () => {
  const event = { subject: '', appId: '', scopes: [], type: 'TOKEN_CANCELLED', reason: 'OPERATOR' }

  it.each(['CLIENT_SUSPENDED', 'KEY_COMPROMISED'] as const)(
    'revokes everything of a client: %s',
    async (cause) => {
      const engine = createEngine()
      await revokeIssuedThrough(engine.ports, { kind: 'client', id: 'shop', cause }, NOW)
      expect(engine.state.revocations).toEqual([{ kind: 'client', id: 'shop', through: NOW }])
      expect(engine.state.events).toEqual([
        { ...event, eventId: `void-shop-${NOW}`, clientNumber: 1, type: cause },
      ])
    },
  )

  it('revokes everything of a mini program', async () => {
    const engine = createEngine()
    const target = { kind: 'miniProgram', id: APP_ID, clientId: 'shop' } as const
    expect(await revokeIssuedThrough(engine.ports, target, NOW)).toBe(1)
    expect(engine.state.revocations).toEqual([{ kind: 'miniProgram', id: APP_ID, through: NOW }])
    expect(engine.state.events).toEqual([
      { ...event, eventId: `void-app-${NOW}`, clientNumber: 1, appId: APP_ID },
    ])
  })

  it('revokes everything of a user, and notifies every client that knows the user', async () => {
    const other = grantOf(['name'], {
      grantId: 36,
      appId: 'other',
      clientNumber: 2,
      subject: 's-2',
    })
    const engine = createEngine({ grants: [grantOf(['name']), other] })
    await revokeIssuedThrough(engine.ports, { kind: 'user', user: USER }, NOW)
    expect(engine.state.revocations).toEqual(
      [grantOf().grantId, 36].map((id) => ({
        kind: 'grantCredentials',
        id: String(id),
        through: NOW,
      })),
    )
    const key = grantOf().grantId.toString(36)
    expect(engine.state.events).toEqual([
      {
        ...event,
        eventId: `void-${key}-${NOW}`,
        clientNumber: 1,
        subject: 'subject-1',
        appId: APP_ID,
      },
      { ...event, eventId: `void-10-${NOW}`, clientNumber: 2, subject: 's-2', appId: 'other' },
    ])
  })
})
