/**
 * @module The built `assent` command as a process of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { openKeyStore } from '../../src/crypto/keys/key-store.ts'
import { type TestConfig, type TestPlatform, testConfig, USERS } from './server.ts'

const MAIN = fileURLToPath(new URL('../../dist/assent.js', import.meta.url))
const READY_MILLISECONDS = 20_000

export type Ran = { readonly code: number | null; readonly output: string }

export function startCommand(parameters: readonly string[]): {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
} {
  const child = spawn(process.execPath, [MAIN, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<Ran>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  )
  return { child, ended }
}

export function runCommand(...parameters: string[]): Promise<Ran> {
  return startCommand(parameters).ended
}

export type Installation = { readonly folder: string; readonly configPath: string; remove(): void }

/** A folder with assent.yaml and users. */
export function install(
  config: TestConfig = testConfig(),
  users: readonly object[] = USERS,
): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'assent-command-'))
  const configPath = join(folder, 'assent.yaml')
  writeFileSync(configPath, stringify(config))
  writeFileSync(join(folder, 'users.yaml'), stringify({ users }))
  return { folder, configPath, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export type Served = TestPlatform & {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
}

/** Runs `assent serve` and waits until it is ready. */
export async function serve(
  { folder, configPath }: Installation,
  port: number,
  ...flags: string[]
): Promise<Served> {
  const { child, ended } = startCommand([
    'serve',
    '--config',
    configPath,
    '--port',
    String(port),
    ...flags,
  ])
  const url = `http://127.0.0.1:${port}`
  await waitUntilReady(url, ended)
  const { reply } = openKeyStore(join(folder, 'keys'))
  return {
    url,
    urls: [url],
    child,
    ended,
    platformKey: createPublicKey(reply.key),
    clock: {
      get now() {
        return Math.floor(Date.now() / 1000)
      },
    },
  }
}

async function waitUntilReady(url: string, ended: Promise<Ran>): Promise<void> {
  const until = Date.now() + READY_MILLISECONDS
  let died: Ran | undefined
  void ended.then((ran) => {
    died = ran
  })
  while (Date.now() < until && !died) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`assent serve was not ready: ${died?.output ?? 'no answer'}`)
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
