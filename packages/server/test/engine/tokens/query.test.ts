/**
 * @module The status of an access token, and the current refresh token of its authorization.
 */
import { describe, expect, it } from 'vitest'
import { queryToken } from '../../../src/engine/tokens/query.ts'
import {
  accessTokenOf,
  authorizationOf,
  CLIENT,
  createEngine,
  type EngineSetup,
  grantOf,
  NOW,
  OTHER_CLIENT,
  refreshTokenOf,
} from '../../support/engine.ts'

const VALID: EngineSetup = { grants: [grantOf(['name'])], authorizations: [authorizationOf()] }

describe(queryToken, () => {
  it.each<{ title: string; setup?: EngineSetup; expiresAt?: number; status: string }>([
    { title: 'a valid token', status: 'ACTIVE' },
    { title: 'a token a second before its expiry', expiresAt: NOW + 1, status: 'ACTIVE' },
    { title: 'a token at its expiry', expiresAt: NOW, status: 'EXPIRED' },
    {
      title: 'a token of an ended authorization',
      setup: { authorizations: [authorizationOf({ endedAt: 1 })] },
      status: 'REVOKED',
    },
    {
      title: 'a token whose scopes were withdrawn',
      setup: { grants: [grantOf([], { epoch: 2 })] },
      status: 'REVOKED',
    },
    {
      title: 'an expired token whose scopes were withdrawn',
      setup: { grants: [grantOf([], { epoch: 2 })] },
      expiresAt: NOW,
      status: 'REVOKED',
    },
    {
      title: 'a token from up to a revocation by time',
      setup: { revokedThrough: NOW - 10 },
      status: 'REVOKED',
    },
  ])('$title is $status', async ({ setup, expiresAt = NOW + 100, status }) => {
    const engine = createEngine({ ...VALID, ...setup })
    const accessToken = await accessTokenOf(engine, ['name'], { expiresAt })
    expect(await queryToken(engine.ports, { client: CLIENT, accessToken }, NOW)).toEqual({
      status,
      accessTokenExpiresAt: expiresAt,
      refreshToken: await refreshTokenOf(engine, ['name']),
      refreshTokenExpiresAt: authorizationOf().expiresAt,
    })
  })

  it.each<{ title: string; setup: EngineSetup; client?: typeof CLIENT }>([
    { title: 'a token of another client', setup: VALID, client: OTHER_CLIENT },
    { title: 'a token whose authorization was deleted', setup: { ...VALID, authorizations: [] } },
    { title: 'a token of an erased user', setup: { ...VALID, grants: [] } },
  ])('rejects $title', async ({ setup, client = CLIENT }) => {
    const engine = createEngine(setup)
    const accessToken = await accessTokenOf(engine, ['name'])
    await expect(queryToken(engine.ports, { client, accessToken }, NOW)).rejects.toMatchObject({
      code: 'ACCESS_TOKEN_INVALID',
    })
  })
})
