/**
 * @module `assent test-server`: runs a server for tests, or runs a merchant's own test against every partial grant.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { createTestServer } from '../../http/test-server/test-server.ts'
import { type RunningServer, startServer } from '../../main/start-server.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { testPartialGrants } from '../partial-grants.ts'
import { SERVER_OPTIONS, stopOnSignal, withOverrides } from '../server-options.ts'
import { UsageError } from '../usage-error.ts'

type SubsetValues = {
  readonly app?: string | undefined
  readonly scopes?: string | undefined
  readonly run?: string | undefined
}

export const testServer = defineCommand({
  name: 'test-server',
  usages: [
    {
      syntax: 'test-server --config assent.yaml [--port N]',
      help: 'Runs a server for tests, with test users, an adjustable clock and simulated errors.',
    },
    {
      syntax:
        'test-server --config assent.yaml --all-subsets --app ID --scopes a!,b,c --run COMMAND',
      help: 'Runs your own test against every partial grant. The exit code is 1 when one fails.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    ...SERVER_OPTIONS,
    'all-subsets': { type: 'boolean', help: 'Runs your test once per partial grant, then stops.' },
    app: { type: 'string', help: 'The appId of the mini program, with --all-subsets.' },
    scopes: {
      type: 'string',
      help: 'The scopes that the mini program requests, separated by commas. A trailing ! marks a required scope.',
    },
    run: {
      type: 'string',
      help: 'The command of your test. It reads ASSENT_TEST_SERVER and prints {"scopes": […]} as the last line.',
    },
  },
  async run(values) {
    const running = await startTestServer(withOverrides(loadConfig(values.config), values))
    if (!values['all-subsets']) {
      print(`The test server is at ${running.url}/test-server, which lists its users and requests.`)
      return stopOnSignal(running)
    }
    try {
      await runAllSubsets(running.url, values)
    } finally {
      await running.close()
    }
  },
})

/** Uses an embedded store in a temporary folder, which is removed afterwards. */
async function startTestServer(
  config: LoadedConfig,
): Promise<Pick<RunningServer, 'url' | 'close'>> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-test-server-'))
  const testServer = createTestServer(() => Math.floor(Date.now() / 1000))
  const server = await startServer(
    { ...config, store: `sqlite:${join(folder, 'test-server.db')}`, logLevel: 'error' },
    { clock: () => testServer.clock(), testServer },
  )
  return {
    url: server.url,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function runAllSubsets(url: string, { app, scopes, run }: SubsetValues): Promise<void> {
  if (app === undefined || scopes === undefined || run === undefined)
    throw new UsageError('--all-subsets needs --app APPID, --scopes a!,b,c and --run COMMAND.')
  const verdicts = testPartialGrants({ url, appId: app, scopes: scopes.split(','), command: run })
  let failed = 0
  for await (const { granted, problems, output } of verdicts) {
    const name = granted.join(', ') || '(denied)'
    print(problems.length === 0 ? `ok   ${name}` : `FAIL ${name}: ${problems.join(' ')}`)
    if (problems.length === 0) continue
    failed++
    for (const line of output.trim().split('\n')) print(`     | ${line}`)
  }
  print(failed === 0 ? 'The test passed for each grant.' : `The test failed for ${failed} grants.`)
  if (failed > 0) process.exitCode = 1
}
