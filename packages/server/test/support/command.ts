/**
 * @module Runs the built `assent` command as a child process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { createPlatformKeys } from './keys.ts'
import { type TestConfig, type TestPlatform, testConfig, USERS } from './server.ts'

const MAIN = fileURLToPath(new URL('../../dist/assent.js', import.meta.url))
const READY_TIMEOUT_MS = 50_000

/** How a command ended, and everything that it wrote to stdout and stderr. */
export type CommandResult = { readonly code: number | null; readonly output: string }

/** @param launcher starts Node.js. Default: Node.js itself */
export function startCommand(
  parameters: readonly string[],
  launcher: readonly [string, ...string[]] = [process.execPath],
): {
  readonly child: ChildProcess
  readonly ended: Promise<CommandResult>
  /** Everything that it wrote so far. */
  readonly output: () => string
} {
  const [program, ...first] = launcher
  const child = spawn(program, [...first, MAIN, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<CommandResult>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  )
  return { child, ended, output: () => output }
}

export function runCommand(...parameters: string[]): Promise<CommandResult> {
  return startCommand(parameters).ended
}

export type Installation = { readonly folder: string; readonly configPath: string; remove(): void }

/** Creates a temporary folder with assent.yaml, users.yaml and the keys that take long to generate. */
export function install(
  config: TestConfig = testConfig(),
  users: readonly object[] = USERS,
): Installation {
  const installation = installWithoutKeys(config, users)
  createPlatformKeys(join(installation.folder, config.keys ?? 'keys'))
  return installation
}

/** As `install`, for tests of how keys are created. */
export function installWithoutKeys(
  config: TestConfig = testConfig(),
  users: readonly object[] = USERS,
): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'assent-command-'))
  const configPath = join(folder, 'assent.yaml')
  writeFileSync(configPath, stringify(config))
  writeFileSync(join(folder, 'users.yaml'), stringify({ users }))
  return { folder, configPath, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A running `assent serve`. */
export type ServeProcess = TestPlatform & {
  readonly child: ChildProcess
  readonly ended: Promise<CommandResult>
  /** Everything that it wrote so far. */
  readonly output: () => string
}

/** Runs `assent serve` and waits until it is ready. */
export async function serve(
  { configPath }: Installation,
  port: number,
  ...flags: string[]
): Promise<ServeProcess> {
  const { child, ended, output } = startCommand([
    'serve',
    '--config',
    configPath,
    '--port',
    String(port),
    ...flags,
  ])
  const url = `http://127.0.0.1:${port}`
  await waitUntilReady(url, ended).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    urls: [url],
    child,
    ended,
    output,
    platformKey: await readPlatformKey(url),
    clock: {
      get now() {
        return Math.floor(Date.now() / 1000)
      },
    },
  }
}

export async function readPlatformKey(url: string): Promise<KeyObject> {
  const response = await fetch(`${url}/.well-known/assent/reply-keys`)
  const { keys } = (await response.json()) as { keys: { state: string; publicKey: string }[] }
  const current = keys.find(({ state }) => state === 'current')
  const key = Buffer.from(current?.publicKey ?? '', 'base64')
  return createPublicKey({ key, format: 'der', type: 'spki' })
}

async function waitUntilReady(url: string, exit: Promise<CommandResult>): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS
  let result: CommandResult | undefined
  void exit.then((ended) => {
    result = ended
  })
  while (Date.now() < until && !result) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(
    `assent serve did not become ready: ${result?.output ?? 'no response from /readyz'}`,
  )
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
