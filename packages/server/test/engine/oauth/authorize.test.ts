/**
 * @module The length of a sealed authorization request. The limits of the parameters keep requests below it; what exceeds it all the same
 * is rejected before the client has a `request_uri`.
 */
import { describe, expect, it } from 'vitest'
import {
  type AuthorizationRequest,
  MAX_AUTH_REQUEST_LENGTH,
  sealAuthorization,
} from '../../../src/engine/oauth/authorize.ts'
import type { ResolvedClient } from '../../../src/engine/oauth-clients/clients.ts'
import { createEngine, NOW } from '../../support/engine.ts'

const RESOLVED = {
  client: { clientId: 'web', appId: 'coffee-app' },
  miniProgram: { scopes: new Set(['openid']) },
} as unknown as ResolvedClient
const REQUEST = {
  redirectUri: 'https://kopi.example/callback',
  scopes: [{ scope: 'openid' }],
} as unknown as AuthorizationRequest

/** Seals a request whose sealed form has this length. */
function seal(length: number): string {
  const { ports } = createEngine()
  const credentials = { ...ports.credentials, sealAuthRequest: () => 'x'.repeat(length) }
  return sealAuthorization({ ...ports, credentials }, RESOLVED, REQUEST, NOW)
}

describe(sealAuthorization, () => {
  it('returns a request of the maximum length', () => {
    expect(seal(MAX_AUTH_REQUEST_LENGTH)).toHaveLength(MAX_AUTH_REQUEST_LENGTH)
  })

  it('rejects a longer one, and says what to shorten', () => {
    expect(() => seal(MAX_AUTH_REQUEST_LENGTH + 1)).toThrow(
      expect.objectContaining({
        code: 'PARAM_ILLEGAL',
        detail: expect.stringMatching(/too long together: shorten state/),
      }),
    )
  })
})
