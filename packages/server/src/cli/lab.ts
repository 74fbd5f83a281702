/**
 * @module `assent lab`: runs the lab, or drives a merchant's own test through every partial grant.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadedConfig } from '../config/load.ts'
import type { TestServerCodeResult } from '../http/test-server/routes.ts'
import { createTestServer } from '../http/test-server/test-server.ts'
import { type RunningServer, startServer } from '../main/start-server.ts'

export type RunningLab = Pick<RunningServer, 'url' | 'close'>

/** On an embedded store of its own, which is gone afterwards. */
export async function startLab(config: LoadedConfig): Promise<RunningLab> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-lab-'))
  const testServer = createTestServer(() => Math.floor(Date.now() / 1000))
  const server = await startServer(
    { ...config, store: `sqlite:${join(folder, 'lab.db')}`, logLevel: 'error' },
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

export type SubsetsOptions = {
  readonly url: string
  readonly appId: string
  /** `auth_user!` is required, `USER_NAME` is not. */
  readonly scopes: readonly string[]
  /** The merchant's own test: it gets ASSENT_LAB and says what it has stored. */
  readonly command: string
  readonly userId?: string
}

export type Verdict = {
  readonly granted: readonly string[]
  /** Nothing: it is right. */
  readonly problems: readonly string[]
}

/** Every answer that a user can give: all subsets of the options with what is required, and a no. */
export function answersTo(scopes: readonly string[]): readonly (readonly string[])[] {
  const required = scopes.filter((one) => one.endsWith('!')).map((one) => one.slice(0, -1))
  const options = scopes.filter((one) => !one.endsWith('!'))
  const subsets = options.reduce<readonly (readonly string[])[]>(
    (all, option) => all.flatMap((subset) => [subset, [...subset, option]]),
    [required],
  )
  return required.length > 0 ? [[], ...subsets] : subsets
}

/** One after the other, each with a user who was never asked before. */
export async function* runSubsets(options: SubsetsOptions): AsyncGenerator<Verdict> {
  const { url, appId, command, userId = 'lab-en-adult' } = options
  const requested = options.scopes.map((one) => one.replace(/!$/, ''))
  const scopes = options.scopes.map((one) => ({
    scope: one.replace(/!$/, ''),
    required: one.endsWith('!'),
  }))
  for (const granted of answersTo(options.scopes)) {
    await post(url, '/lab/forget', { userId, appId })
    const result = await post<TestServerCodeResult>(url, '/lab/code', {
      userId,
      appId,
      scopes,
      granted,
    })
    const ran = await run(command, JSON.stringify({ url, appId, requested, result }))
    yield { granted, problems: judge(requested, granted, result, ran) }
  }
}

type Ran = { readonly code: number | null; readonly output: string }

function judge(
  requested: readonly string[],
  granted: readonly string[],
  result: TestServerCodeResult,
  { code, output }: Ran,
): readonly string[] {
  const expected = 'authCode' in result ? result.authSuccessScopes : []
  const unlike = granted.filter((scope) => !expected.includes(scope))
  if (unlike.length > 0)
    return [`the lab could not grant ${unlike.join(', ')}: ${JSON.stringify(result)}`]
  if (code !== 0) return [`the test ended with ${code}: ${output.trim().split('\n').at(-1) ?? ''}`]
  const stored = storedIn(output)
  if (!stored)
    return ['the test does not say what was stored: its last line has to be {"scopes": […]}']
  const extra = stored.filter((scope) => !expected.includes(scope))
  const lost = expected.filter((scope) => !stored.includes(scope))
  const isRequested = extra.length > 0 && extra.every((scope) => requested.includes(scope))
  return [
    ...(extra.length > 0
      ? [
          `it has stored ${extra.join(', ')}, which the user did not grant${isRequested ? ': it keeps what it asked for. Keep the scope of the reply of applyToken' : ''}`,
        ]
      : []),
    ...(lost.length > 0 ? [`it has not stored ${lost.join(', ')}, which the user granted`] : []),
  ]
}

function storedIn(output: string): readonly string[] | undefined {
  const [last = ''] = output.trim().split('\n').reverse()
  try {
    const { scopes } = JSON.parse(last) as { scopes?: unknown }
    return Array.isArray(scopes) ? scopes.map(String) : undefined
  } catch {
    return undefined
  }
}

function run(command: string, lab: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ASSENT_LAB: lab },
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output = `${chunk}${output}`
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as T
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`)
  return answer
}
