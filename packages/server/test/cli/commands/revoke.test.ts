/**
 * @module `assent revoke` while a server runs.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, type Installation, install, runCommand, serve } from '../../support/command.ts'
import {
  CLIENT_ID,
  codeFor,
  expectRevokedEverywhere,
  inquire,
  redeem,
  refresh,
} from '../../support/server.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent revoke', () => {
  it.each([
    ['--client', CLIENT_ID],
    ['--mini-program', 'coffee-app'],
    ['--user', 'demo-wallet/user-maria-5521'],
  ])(
    'with %s %s revokes the tokens that a running server has issued, and none that it issues later',
    async (flag, id) => {
      const server = await serve(installation, await freePort())
      const tokens = await redeem(server, await codeFor(server, ['auth_user']))
      const { output, code } = await runCommand(
        'revoke',
        '--config',
        installation.configPath,
        flag,
        id,
        '--reason',
        'A rehearsal',
      )
      expect(output).toContain('All codes and tokens that were issued until now are revoked')
      expect(code).toBe(0)
      await expectRevokedEverywhere(server, tokens['accessToken'])
      expect((await refresh(server, tokens['refreshToken'])).result.resultCode).toBe(
        'INVALID_REFRESH_TOKEN',
      )
      // Revocation has the resolution of a second: tokens that are issued in the same second are revoked, too.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      const later = await redeem(server, await codeFor(server, ['auth_user']))
      expect((await inquire(server, later['accessToken'])).result.resultCode).toBe('SUCCESS')
      server.child.kill('SIGTERM')
      await server.ended
    },
  )
})
