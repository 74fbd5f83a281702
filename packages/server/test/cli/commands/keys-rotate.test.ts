/**
 * @module `assent keys rotate` while a server runs: old credentials stay valid, new ones use the new key, and no node uses a key
 * before the others know it.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import {
  codeFor,
  inquire,
  type JsonReply,
  redeem,
  refresh,
  startTestServer,
  type TestServer,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** The first byte of a credential is the version of the master key. */
function versionOf(credential: string): number {
  return Buffer.from(credential.slice('ac_'.length), 'base64url').readUInt8(0)
}

async function expectValid(tokens: JsonReply): Promise<JsonReply> {
  expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
  const refreshed = await refresh(server, tokens['refreshToken'])
  expect(refreshed.result.resultCode).toBe('SUCCESS')
  return refreshed
}

it('keeps old credentials valid, and uses the new key for new ones after a minute', async () => {
  const old = await redeem(server, await codeFor(server, ['auth_base']))
  const result = await runCommand('keys', 'rotate', '--config', join(server.folder, 'assent.yaml'))
  expect(result).toMatchObject({ code: 0, output: expect.stringContaining('master-2') })
  expect(result.output).toContain('180 days')
  // The node has read the key: it opens credentials with it and does not seal with it yet.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(versionOf(await codeFor(server, ['auth_base']))).toBe(1)
  server.clock.now += 120
  const newest = async (): Promise<number> => versionOf(await codeFor(server, ['auth_base']))
  await expect.poll(newest, { timeout: 10_000 }).toBe(2)
  const refreshed = await expectValid(old)
  expect(versionOf(refreshed['accessToken'])).toBe(2)
  // The refresh tokens of one chain are derived from the first, so they keep its key.
  expect(versionOf(refreshed['refreshToken'])).toBe(1)
  const fresh = await redeem(server, await codeFor(server, ['auth_base']))
  expect(versionOf(fresh['refreshToken'])).toBe(2)
  await expectValid(fresh)
  await expectValid(refreshed)
  const metrics = await server.readMetrics()
  expect(metrics).toMatch(/assent_master_key_version 2/)
})
