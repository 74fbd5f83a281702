/**
 * @module The bindings, scopes and resources of an OAuth client's tokens.
 */
import { describe, expect, it } from 'vitest'
import { chooseScopes, resolveConstraints } from '../../../src/engine/oauth/token-constraints.ts'
import { createEngine, OAUTH_CLIENT, PUBLIC_CLIENT } from '../../support/engine.ts'

const API = 'https://api.example'
const FILES = 'https://files.example'

describe(resolveConstraints, () => {
  const { store } = createEngine().ports
  const { clientId } = PUBLIC_CLIENT

  it('binds the access token of a client with a secret to a DPoP key, and its refresh token to any key (RFC 9449 §5)', async () => {
    const context = { client: OAUTH_CLIENT, jkt: 'key' }
    const constraints = await resolveConstraints({ store }, context, { scopeSet: 3 }, ['name'])
    expect(constraints).toEqual({
      scopes: ['name'],
      scopeSet: 3,
      access: { clientId: 'web-shop', jkt: 'key' },
      refresh: { clientId: 'web-shop', dpopBound: true },
    })
  })

  it('binds both tokens of a public client to its DPoP key (RFC 9449 §5)', async () => {
    const context = { client: PUBLIC_CLIENT, jkt: 'key' }
    const constraints = await resolveConstraints({ store }, context, { scopeSet: 3 }, ['name'])
    expect([constraints.access, constraints.refresh]).toEqual([
      { clientId, jkt: 'key' },
      { clientId, jkt: 'key' },
    ])
  })

  it('keeps the resources and the time of login of the source, and narrows the access token', async () => {
    const binding = { clientId, resources: [API, FILES], authTime: 5 }
    const context = { client: PUBLIC_CLIENT, resources: [API] }
    const constraints = await resolveConstraints({ store }, context, { binding, scopeSet: 3 }, [])
    expect([constraints.access, constraints.refresh]).toEqual([
      { clientId, authTime: 5, resources: [API] },
      binding,
    ])
  })

  it('rejects resources when the source was issued for none', async () => {
    const context = { client: PUBLIC_CLIENT, resources: [API] }
    const source = { binding: { clientId }, scopeSet: 3 }
    await expect(resolveConstraints({ store }, context, source, [])).rejects.toMatchObject({
      code: 'INVALID_TARGET',
    })
  })
})

describe(chooseScopes, () => {
  it('chooses the requested scopes, or all', () => {
    expect(chooseScopes({ scopes: ['name'] }, ['name', 'avatar'])).toEqual(['name'])
    expect(chooseScopes({}, ['name', 'avatar'])).toEqual(['name', 'avatar'])
  })

  it('rejects a scope that is not granted', () => {
    expect(() => chooseScopes({ scopes: ['name', 'kyc'] }, ['name'])).toThrow(
      expect.objectContaining({ code: 'SCOPE_EXCEEDED' }),
    )
  })
})
