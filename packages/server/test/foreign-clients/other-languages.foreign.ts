/**
 * @module OAuth clients in other languages at their defaults: Authlib (Python), x/oauth2 and go-oidc (Go), Nimbus, google-oauth-client and
 * Spring Security (Java). `npm run test:foreign-clients` runs them. They need python3, go, a JDK of version 17 or later, mvn, and the packages of
 * those languages.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ForeignHost, runClient, startForeignHost } from '../support/foreign-host.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const STEPS = ['signs in', 'reads user info', 'refreshes', 'understands errors', 'revokes']
/** Maven, pip and Go fetch packages the first time. */
const PREPARATION_TIMEOUT_MS = 600_000

let host: ForeignHost
let built: string
beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'assent-foreign-'))
  host = await startForeignHost()
})
afterAll(async () => {
  await host.close()
  rmSync(built, { recursive: true, force: true })
})

/** Runs a tool that prepares a client. @throws {Error} with what the tool wrote */
function prepare(folder: string, name: string, ...parameters: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(name, parameters, {
    cwd: join(HERE, folder),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${name} failed: ${error ?? ''} ${stdout} ${stderr}`)
}

async function expectAllSteps(folder: string, ...command: string[]): Promise<void> {
  const run = await runClient(command, join(HERE, folder), host.environment)
  expect(run).toEqual({ code: 0, lines: STEPS, errors: expect.any(String) })
}

it(
  'Authlib',
  async () => {
    const environment = join(built, 'python')
    prepare('python', 'python3', '-m', 'venv', environment)
    const python = join(environment, 'bin', 'python')
    prepare(
      'python',
      python,
      '-m',
      'pip',
      'install',
      '--quiet',
      '--requirement',
      'requirements.txt',
    )
    await expectAllSteps('python', python, 'authlib_client.py')
  },
  PREPARATION_TIMEOUT_MS,
)

it(
  'x/oauth2 and go-oidc',
  async () => {
    const program = join(built, 'client')
    prepare('go', 'go', 'build', '-o', program, '.')
    await expectAllSteps('go', program)
  },
  PREPARATION_TIMEOUT_MS,
)

it(
  'Nimbus, google-oauth-client and Spring Security',
  async () => {
    const [libraries, classes] = [join(built, 'lib'), join(built, 'classes')]
    prepare(
      'java',
      'mvn',
      '-q',
      '-B',
      'dependency:copy-dependencies',
      `-DoutputDirectory=${libraries}`,
    )
    const path = `${classes}${delimiter}${libraries}/*`
    const clients = ['NimbusClient', 'GoogleOAuthClient', 'SpringSecurityClient']
    const sources = ['Browser', ...clients].map((name) => `${name}.java`)
    prepare('java', 'javac', '-cp', path, '-d', classes, ...sources)
    for (const client of clients) await expectAllSteps('java', 'java', '-cp', path, client)
  },
  PREPARATION_TIMEOUT_MS,
)
