/**
 * @module Epochs around the sizes of numbers: codes carry three bytes of the epoch, PostgreSQL integers have four. Logins and withdrawals
 * work on both sides, and a withdrawn credential stays invalid.
 */
import { describe, expect, it } from 'vitest'
import { clearDenials } from '../../../src/engine/grant.ts'
import { CODE_EPOCHS, epochOfCode, type Grant } from '../../../src/engine/records.ts'
import { checkAccessToken } from '../../../src/engine/tokens/check.ts'
import { issueCode } from '../../../src/engine/tokens/issue-code.ts'
import { type RedeemedCode, redeemCode } from '../../../src/engine/tokens/redeem.ts'
import { refreshTokens } from '../../../src/engine/tokens/refresh.ts'
import { revokeGrant } from '../../../src/engine/tokens/revoke.ts'
import { resetDenials } from '../../../src/engine/users/grant-overview.ts'
import {
  APP_ID,
  CLIENT,
  createEngine,
  grantedOf,
  grantOf,
  NOW,
  type TestEngine,
} from '../../support/engine.ts'

const SCOPES = ['base', 'name']
const DENIED = { phone: { deniedAt: NOW - 99, times: 2 } }
const EPOCHS = [1, CODE_EPOCHS - 2, CODE_EPOCHS - 1, CODE_EPOCHS, CODE_EPOCHS + 1, 2 ** 31, 2 ** 40]

function grantAt(epoch: number): Grant {
  const granted = Object.fromEntries(
    SCOPES.map((scope) => [scope, grantedOf(scope, { since: epoch })]),
  )
  return grantOf([], { epoch, granted })
}

async function login({ ports, state }: TestEngine): Promise<RedeemedCode> {
  const [grant] = state.grants as [Grant]
  const requested = { requested: SCOPES, unapproved: [] }
  const { authCode } = await issueCode(ports, grant, requested, NOW)
  return redeemCode(ports, { client: CLIENT, reference: {}, code: authCode }, NOW)
}

describe.each(EPOCHS)('a grant in epoch %i', (epoch) => {
  it('gives codes and tokens, until a scope is withdrawn', async () => {
    const engine = createEngine({ grants: [grantAt(epoch)] })
    const { ports } = engine
    const tokens = await login(engine)
    expect(tokens.scopes).toEqual(SCOPES)
    expect(tokens.claims.epoch).toBe(epoch)
    const { refreshToken } = tokens
    const refreshed = await refreshTokens(
      ports,
      { client: CLIENT, reference: {}, refreshToken },
      NOW,
    )
    const { user } = grantAt(epoch)
    await revokeGrant(ports, { user, appId: APP_ID, scopes: ['name'] }, NOW)
    expect(engine.state.grants[0]?.epoch).toBe(epoch + 1)
    const { accessToken } = refreshed
    const checked = await checkAccessToken(ports, { client: CLIENT, accessToken }, NOW)
    expect(checked.scopes).toEqual(['base'])
    expect((await login(engine)).claims.epoch).toBe(epoch + 1)
  })

  it('rejects a code from before a withdrawal of all scopes', async () => {
    const engine = createEngine({ grants: [grantAt(epoch)] })
    const { ports } = engine
    const requested = { requested: SCOPES, unapproved: [] }
    const { authCode } = await issueCode(ports, grantAt(epoch), requested, NOW)
    await revokeGrant(ports, { user: grantAt(epoch).user, appId: APP_ID }, NOW)
    const redeemed = redeemCode(ports, { client: CLIENT, reference: {}, code: authCode }, NOW)
    await expect(redeemed).rejects.toMatchObject({ code: 'CODE_UNKNOWN' })
  })
})

describe(epochOfCode, () => {
  it.each([
    { low: 5, epoch: 5, restored: 5 },
    { low: 5, epoch: 9, restored: 5 },
    { low: CODE_EPOCHS - 1, epoch: CODE_EPOCHS, restored: CODE_EPOCHS - 1 },
    { low: 0, epoch: CODE_EPOCHS, restored: CODE_EPOCHS },
    { low: 1, epoch: 3 * CODE_EPOCHS + 2, restored: 3 * CODE_EPOCHS + 1 },
  ])('restores $restored from $low for a grant in epoch $epoch', ({ low, epoch, restored }) => {
    expect(epochOfCode(low, { epoch })).toBe(restored)
  })

  it('gives no epoch of the grant for a code from before a restore of an older backup', () => {
    expect(epochOfCode(9, { epoch: 5 })).toBeLessThan(0)
  })
})

describe('a change that changes nothing', () => {
  it.each([
    ['a scope that is not granted', ['phone']],
    ['no scope', []],
  ])('writes nothing: withdrawing %s', async (_, scopes) => {
    const engine = createEngine({ grants: [grantAt(3)] })
    const { user } = grantAt(3)
    expect(await revokeGrant(engine.ports, { user, appId: APP_ID, scopes }, NOW)).toBe(0)
    expect(engine.state.writes).toEqual([])
    expect(engine.state.grants).toEqual([grantAt(3)])
  })

  const cleared = (): Grant => clearDenials({ ...grantAt(2), denied: DENIED }, NOW - 9)
  const once = { idHash: 'a signed request', expiresAt: NOW + 240 }

  it.each([
    ['no denials', () => [grantAt(3)]],
    ['denials that were cleared before', () => [cleared()]],
    ['no grant', () => []],
  ])('writes nothing but the record of a signed request: clearing %s', async (_, grants) => {
    const engine = createEngine({ grants: grants() })
    const { user } = grantAt(3)
    for (let times = 0; times < 2; times++)
      await resetDenials(engine.ports, { user, appId: APP_ID }, NOW)
    expect(engine.state.writes).toEqual([])
    await resetDenials(engine.ports, { user, appId: APP_ID, once }, NOW)
    expect(engine.state.writes).toEqual(['consumeOnce'])
    expect(engine.state.grants).toEqual(grants())
    expect(engine.state.changes).toEqual([])
  })

  it('is none while there is a denial: clearing it writes the next epoch once', async () => {
    const engine = createEngine({ grants: [{ ...grantAt(3), denied: DENIED }] })
    const { user } = grantAt(3)
    for (let times = 0; times < 3; times++)
      await resetDenials(engine.ports, { user, appId: APP_ID }, NOW)
    expect(engine.state.writes).toEqual(['replaceGrant'])
    expect(engine.state.grants[0]?.epoch).toBe(4)
  })
})
