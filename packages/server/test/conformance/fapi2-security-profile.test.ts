/**
 * @module Does what the modules of `fapi2-security-profile-final-test-plan` do, for OpenID Connect and for plain OAuth, with
 * `private_key_jwt` and DPoP.
 * @see docs/conformance.md#modules
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { FAPI2_DPOP_MODULES, FURTHER_MODULES } from './fapi2-dpop-modules.ts'
import { FAPI2_MODULES } from './fapi2-modules.ts'
import { type Parties, startParties } from './fapi2-parties.ts'

describe.each([
  ['OpenID Connect', 'openid auth_user'],
  ['plain OAuth', 'auth_user USER_NAME'],
])('FAPI 2.0 Security Profile, %s', (_name, scope) => {
  let parties: Parties
  beforeAll(async () => {
    parties = await startParties('fapi2-security', scope)
  })
  afterAll(() => parties.server.close())

  it.each(Object.entries({ ...FAPI2_MODULES, ...FAPI2_DPOP_MODULES, ...FURTHER_MODULES }))(
    'fapi2-security-profile-final-%s',
    (_module, run) => run(parties),
  )
})
