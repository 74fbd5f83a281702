/**
 * @module The store calls of a login: one write, and no read of a grant that is in the node's cache.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { consult } from '../../../src/engine/consent/consult.ts'
import { redeemCode } from '../../../src/engine/tokens/redeem.ts'
import { refreshTokens } from '../../../src/engine/tokens/refresh.ts'
import { revokeIssuedThrough } from '../../../src/engine/tokens/revoke.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'
import { type MemoryEngine, startMemoryEngine } from '../../support/memory.ts'
import { USER } from '../../support/registry.ts'

const NOW = Math.floor(Date.now() / 1000)
const COUNTED = ['readGrantState', 'readAuthorization', 'redeemCode', 'rotateRefresh'] as const

let engine: MemoryEngine
let calls: string[] = []

beforeAll(async () => {
  const store = openSqliteStore(':memory:', { integrity: TEST_INTEGRITY })
  for (const name of COUNTED) {
    const method = store[name] as (...parameters: unknown[]) => Promise<never>
    Object.assign(store, {
      [name]: (...parameters: unknown[]) => {
        calls.push(name)
        return method(...parameters)
      },
    })
  }
  engine = await startMemoryEngine(['auth_base'], store)
})
afterAll(() => engine.close())
beforeEach(() => {
  calls = []
})

async function codeOf(now: number): Promise<string> {
  const query = { appId: 'app-a', scopes: [{ scope: 'auth_base' }] }
  const consulted = await consult(engine.ports, { user: USER, query, presence: 'prepared' }, now)
  if (consulted.kind !== 'granted') throw new Error('The implicit scope was not granted.')
  return consulted.authCode
}

const inputOf = () => ({ client: engine.clients[0], reference: {} })

describe('store calls of a login', () => {
  it('one write redeems a code, and one write rotates its refresh token', async () => {
    const code = await codeOf(NOW)
    const { refreshToken } = await redeemCode(engine.ports, { ...inputOf(), code }, NOW)
    await refreshTokens(engine.ports, { ...inputOf(), refreshToken }, NOW)
    expect(calls).toEqual(['redeemCode', 'rotateRefresh'])
  })

  it('credentials from before a revocation of their client are rejected, also after it', async () => {
    const [before, early] = [await codeOf(NOW), await codeOf(NOW)]
    const issued = await redeemCode(engine.ports, { ...inputOf(), code: before }, NOW)
    await revokeIssuedThrough(
      engine.ports,
      { kind: 'client', id: 'a', cause: 'CLIENT_SUSPENDED' },
      NOW,
    )
    await expect(
      redeemCode(engine.ports, { ...inputOf(), code: early }, NOW + 5),
    ).rejects.toMatchObject({ code: 'CODE_UNKNOWN' })
    await expect(
      refreshTokens(engine.ports, { ...inputOf(), refreshToken: issued.refreshToken }, NOW + 5),
    ).rejects.toMatchObject({ code: 'REFRESH_TOKEN_UNKNOWN' })
    const code = await codeOf(NOW + 1)
    await expect(redeemCode(engine.ports, { ...inputOf(), code }, NOW + 1)).resolves.toHaveProperty(
      'accessToken',
    )
  })
})
