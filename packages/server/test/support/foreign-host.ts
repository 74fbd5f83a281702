/**
 * @module A server for OAuth clients in other languages, and the browser of their user: they send the authorization URL to an address and
 * receive where the browser ended.
 */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from './command.ts'
import { authorize, REDIRECT_URI, SECRET, startOAuthServer } from './oauth.ts'
import type { TestConfig } from './server.ts'

export type ForeignHost = {
  readonly issuer: string
  /** Follows an authorization URL as the user's browser does. @returns where it ended */
  follow(url: URL): Promise<URL>
  /** The environment of a client: `ISSUER`, `BROWSER`, `CLIENT_ID`, `CLIENT_SECRET`, `REDIRECT_URI`. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

const CLOCK_INTERVAL_MS = 100

/** @param change replaces parts of the configuration */
export async function startForeignHost(
  change: (config: TestConfig) => TestConfig = (config) => config,
): Promise<ForeignHost> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const server = await startOAuthServer((config) =>
    change({ ...config, issuer, listen: { ...config.listen, port } }),
  )
  // The clients have clocks of their own.
  const clock = setInterval(() => {
    server.clock.now = Math.floor(Date.now() / 1000)
  }, CLOCK_INTERVAL_MS)
  const follow = (url: URL): Promise<URL> =>
    authorize(server, url.search.slice(1), {
      context: { authenticatedAt: new Date().toISOString() },
    })
  const browser = createServer((request, response) => {
    const asked = new URL(request.url ?? '', issuer).searchParams.get('url') ?? issuer
    follow(new URL(asked)).then(
      ({ href }) =>
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ location: href })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => browser.listen(0, '127.0.0.1', resolve))
  return {
    issuer,
    follow,
    environment: {
      ISSUER: issuer,
      BROWSER: `http://127.0.0.1:${(browser.address() as AddressInfo).port}/`,
      CLIENT_ID: 'web',
      CLIENT_SECRET: SECRET,
      REDIRECT_URI,
    },
    async close() {
      clearInterval(clock)
      await new Promise((resolve) => browser.close(resolve))
      await server.close()
    },
  }
}

export type ClientRun = {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

/** Runs a client. */
export function runClient(
  command: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<ClientRun> {
  const [name = '', ...parameters] = command
  const child = spawn(name, parameters, { cwd: folder, env: { ...process.env, ...environment } })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, lines: output.split('\n').filter((line) => line !== ''), errors }),
    )
  })
}
