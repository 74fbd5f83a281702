/**
 * @module Runs a merchant's own test against every decision that a user can make on a consent prompt.
 */
import { spawn } from 'node:child_process'
import type { TestServerCodeResult } from '../http/test-server/routes.ts'

type Options = {
  readonly url: string
  readonly appId: string
  /** A trailing `!` marks a required scope: `auth_user!`. */
  readonly scopes: readonly string[]
  /** The test of the merchant. It reads ASSENT_TEST_SERVER and prints the scopes that the merchant stored. */
  readonly command: string
  readonly userId?: string
}

type Verdict = {
  readonly granted: readonly string[]
  /** Empty when the test passed. */
  readonly problems: readonly string[]
  /** Everything that the test wrote to stdout and stderr. */
  readonly output: string
}

/** Every possible decision: each subset of the optional scopes with all required scopes, and a denial. */
function possibleDecisions(scopes: readonly string[]): readonly (readonly string[])[] {
  const required = scopes.filter((one) => one.endsWith('!')).map((one) => one.slice(0, -1))
  const options = scopes.filter((one) => !one.endsWith('!'))
  const subsets = options.reduce<readonly (readonly string[])[]>(
    (all, option) => all.flatMap((subset) => [subset, [...subset, option]]),
    [required],
  )
  return required.length > 0 ? [[], ...subsets] : subsets
}

/** Runs the test once per decision. Earlier decisions of the user are deleted before each run. */
export async function* testPartialGrants(options: Options): AsyncGenerator<Verdict> {
  const { url, appId, command, userId = 'test-en-adult' } = options
  const requested = options.scopes.map((one) => one.replace(/!$/, ''))
  const scopes = options.scopes.map((one) => ({
    scope: one.replace(/!$/, ''),
    required: one.endsWith('!'),
  }))
  for (const granted of possibleDecisions(options.scopes)) {
    await post(url, '/test-server/forget', { userId, appId })
    const result = await post<TestServerCodeResult>(url, '/test-server/code', {
      userId,
      appId,
      scopes,
      granted,
    })
    const platformKeysUrl = `${url}/.well-known/assent/reply-keys`
    const input = { url, platformKeysUrl, appId, requested, result }
    const outcome = await runTest(command, JSON.stringify(input))
    const { output } = outcome
    yield { granted, problems: problemsOf(requested, granted, result, outcome), output }
  }
}

/** How a run of the test ended. `code` is null when a signal ended it. */
type TestOutcome = {
  readonly code: number | null
  readonly stdout: string
  /** Everything that the test wrote, in order. */
  readonly output: string
}

function problemsOf(
  requested: readonly string[],
  granted: readonly string[],
  result: TestServerCodeResult,
  { code, stdout }: TestOutcome,
): readonly string[] {
  const expected = 'authCode' in result ? result.authSuccessScopes : []
  const notGranted = granted.filter((scope) => !expected.includes(scope))
  if (notGranted.length > 0)
    return [`The test server could not grant ${notGranted.join(', ')}: ${JSON.stringify(result)}`]
  if (code !== 0) return [`The test ended with exit code ${code ?? 'none: a signal ended it'}.`]
  const stored = parseStored(stdout)
  if (!stored)
    return [
      'The test did not report the stored scopes. Print {"scopes": […]} as the last line of stdout.',
    ]
  const extra = stored.filter((scope) => !expected.includes(scope))
  const lost = expected.filter((scope) => !stored.includes(scope))
  const isRequested = extra.length > 0 && extra.every((scope) => requested.includes(scope))
  return [
    ...(extra.length > 0
      ? [
          `The merchant stored ${extra.join(', ')}, which the user did not grant.${isRequested ? ' It stored the requested scopes: store the scope of the applyToken reply instead.' : ''}`,
        ]
      : []),
    ...(lost.length > 0
      ? [`The merchant did not store ${lost.join(', ')}, which the user granted.`]
      : []),
  ]
}

/** The scopes in the last line of stdout. What the test writes to stderr, such as warnings of Node, does not count. */
function parseStored(stdout: string): readonly string[] | undefined {
  const [last = ''] = stdout.trim().split('\n').reverse()
  try {
    const { scopes } = JSON.parse(last) as { scopes?: unknown }
    return Array.isArray(scopes) ? scopes.map(String) : undefined
  } catch {
    return undefined
  }
}

function runTest(command: string, input: string): Promise<TestOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ASSENT_TEST_SERVER: input },
    })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, output }))
  })
}

async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const reply = (await response.json()) as T
  if (!response.ok)
    throw new Error(`${path} responded with status ${response.status}: ${JSON.stringify(reply)}`)
  return reply
}
