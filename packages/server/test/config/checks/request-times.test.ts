/**
 * @module The check of the time tolerance of clients: a recorded request must not be accepted forever, unless the operator chose that by name.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { install, runCommand } from '../../support/command.ts'
import { type TestConfig, testConfig } from '../../support/server.ts'

const REFUSAL =
  /clients\/0\/requestTimeToleranceSeconds of 0 lets a caller that records a request send it again\. Leave it out, or also set insecureAllowReplay: true/

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function withClient(more: object): TestConfig {
  const config = testConfig()
  const [kopi, ...others] = config.clients
  return { ...config, clients: [{ ...kopi, ...more }, ...others] } as TestConfig
}

/** @returns the problems, or an empty text */
function check(more: object): string {
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify(withClient(more)))
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('a time tolerance', () => {
  it.each([
    {},
    { requestTimeToleranceSeconds: 1 },
    { requestTimeToleranceSeconds: 120, insecureAllowReplay: true },
    { requestTimeToleranceSeconds: 0, insecureAllowReplay: true },
  ])('of %j passes', (more) => expect(check(more)).toBe(''))

  it.each([
    { requestTimeToleranceSeconds: 0 },
    { requestTimeToleranceSeconds: 0, insecureAllowReplay: false },
  ])('of %j is refused, with what to do', (more) => expect(check(more)).toMatch(REFUSAL))

  it.each(['check', 'serve'])('of 0 makes `%s` fail with the same message', async (command) => {
    const installation = install(withClient({ requestTimeToleranceSeconds: 0 }))
    try {
      const run = await runCommand(command, '--config', installation.configPath)
      expect(run.code).not.toBe(0)
      expect(run.output).toMatch(REFUSAL)
    } finally {
      installation.remove()
    }
  })
})
