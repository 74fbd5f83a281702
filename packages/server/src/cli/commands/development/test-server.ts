/**
 * @module `assent test-server`: runs a server for tests, or runs a merchant's own test against every partial grant.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../config/load.ts'
import type { LoadedConfig } from '../../../config/loaded-config.ts'
import type { Sections } from '../../../config/sections.ts'
import { toTestServerConfig, USERS_FILE } from '../../../config/test-server-config.ts'
import { hashSecret, makeSecret } from '../../../crypto/client-secrets.ts'
import { openKeyStore } from '../../../crypto/keys/key-store.ts'
import { createTestServer } from '../../../http/test-server/test-server.ts'
import { type RunningServer, startServer } from '../../../main/start-server.ts'
import { CONFIG_OPTION, defineCommand, print } from '../../command.ts'
import { testPartialGrants } from '../../partial-grants.ts'
import { parsePort, stopOnSignal } from '../../server-options.ts'
import { UsageError } from '../../usage-error.ts'

type SubsetValues = {
  readonly app?: string | undefined
  readonly scopes?: string | undefined
  readonly run?: string | undefined
}

/** Another one than that of `assent serve`, which may run on the same machine. */
const DEFAULT_PORT = '7390'

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
    port: {
      type: 'string',
      help: 'The port on 127.0.0.1. The port of the configuration is not used.',
      default: DEFAULT_PORT,
    },
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
    const running = await startTestServer(values.config, portOf(values.port))
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

function portOf(port: string): number {
  const number = parsePort(port)
  if (number > 0) return number
  throw new UsageError('--port must be a number from 1 to 65535, because the issuer contains it.')
}

/** Its keys, its store and its users are in a temporary folder, which is removed afterwards. */
async function startTestServer(
  path: string,
  port: number,
): Promise<Pick<RunningServer, 'url' | 'close'>> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-test-server-'))
  try {
    const server = await startIn(folder, path, port)
    return {
      url: server.url,
      async close() {
        await server.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function startIn(folder: string, path: string, port: number): Promise<RunningServer> {
  const clientSecret = makeSecret()
  const { clientSecrets } = openKeyStore(join(folder, 'keys'))
  const secretHash = hashSecret(clientSecrets, clientSecret)
  const testServer = createTestServer(() => Math.floor(Date.now() / 1000), clientSecret)
  const userIds = testServer.users.map(({ userId }) => userId)
  const load = (file: string, former?: Sections): LoadedConfig =>
    toTestServerConfig(loadConfig(file, former), { folder, port, userIds, secretHash })
  writeFileSync(join(folder, USERS_FILE), JSON.stringify({ users: [] }))
  return startServer(load(path), {
    clock: () => testServer.clock(),
    testServer,
    loadConfig: load,
  })
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
