/**
 * @module Starts the servers under load as separate processes: `assent serve` and the baselines.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateRsaKeyPair } from '@assent/server'
import { parse, stringify } from 'yaml'

export const WALLET_ID = 'bench-wallet'
export const CLIENT_ID = 'bench-merchant'
export const APP_ID = 'bench-app'
export const USERS = 64

export const MAIN = join(
  dirname(createRequire(import.meta.url).resolve('@assent/server/package.json')),
  'dist/assent.js',
)

export type Server = {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** The keys that sign the requests. */
export type Parties = { readonly walletKey: KeyObject; readonly merchantKey: KeyObject }

export type AssentServer = Server & Parties

export type Installation = Parties & { readonly folder: string; remove(): void }

/**
 * Creates a folder with assent.yaml.
 *
 * @param store the value of `store`
 * @param more further settings
 * @param client further settings of the client
 */
export function installAssent(store: string, more: object = {}, client: object = {}): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-'))
  const [wallet, merchant] = [generateRsaKeyPair(), generateRsaKeyPair()]
  const users = Array.from({ length: USERS }, (_, n) => ({
    walletId: WALLET_ID,
    userId: `user-${n}`,
    status: 'ACTIVE',
    nickName: `User ${n}`,
    avatar: 'https://pictures.example/u.png',
  }))
  writeFileSync(join(folder, 'users.yaml'), stringify({ users }))
  writeFileSync(
    join(folder, 'assent.yaml'),
    stringify({
      issuer: 'http://127.0.0.1:7300',
      store,
      logLevel: 'error',
      directory: { kind: 'file', path: 'users.yaml' },
      ...more,
      wallets: [{ walletId: WALLET_ID, keys: [{ version: 1, publicKey: wallet.publicKey }] }],
      clients: [
        {
          clientId: CLIENT_ID,
          name: 'Bench',
          ...client,
          keys: [{ version: 1, publicKey: merchant.publicKey }],
          miniPrograms: [
            {
              appId: APP_ID,
              name: 'Bench',
              domains: [],
              verified: true,
              scopes: ['auth_base', 'auth_user', 'USER_GENDER'],
            },
          ],
        },
      ],
    }),
  )
  return {
    folder,
    walletKey: createPrivateKey(wallet.privateKey),
    merchantKey: createPrivateKey(merchant.privateKey),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const OAUTH_CLIENT_ID = 'bench-oauth'
export const REDIRECT_URI = 'https://merchant.example/back'

/** Creates an installation with an OAuth client. The command line creates its secret, as operators do. */
export function installOAuth(store: string): Installation & { readonly secret: string } {
  const installation = installAssent(store)
  const path = join(installation.folder, 'assent.yaml')
  const parameters = [MAIN, 'oauth', 'create-secret', '--config', path]
  const output = execFileSync(process.execPath, parameters, { encoding: 'utf8' })
  const [secret = '', hash = ''] = output.split('\n').map((line) => line.split(' ')[0] ?? '')
  const config = parse(readFileSync(path, 'utf8')) as {
    wallets: [object]
    clients: [object]
  }
  const [wallet] = config.wallets
  const [client] = config.clients
  const oauth = {
    clientId: OAUTH_CLIENT_ID,
    appId: APP_ID,
    tokenEndpointAuthMethod: 'client_secret_post',
    secretHashes: [hash],
    redirectUris: [REDIRECT_URI],
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    platformScopes: ['events'],
  }
  const wallets = [{ ...wallet, authorizeUrl: 'https://wallet.example/authorize' }]
  writeFileSync(path, stringify({ ...config, wallets, clients: [{ ...client, oauth: [oauth] }] }))
  return { ...installation, secret }
}

/** Starts a node of an installation. */
export async function startNode(
  { folder }: Pick<Installation, 'folder'>,
  workers = 1,
): Promise<Server> {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [
      MAIN,
      'serve',
      '--config',
      join(folder, 'assent.yaml'),
      '--port',
      String(port),
      '--workers',
      String(workers),
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  return waitUntilReady(child, port)
}

/** Creates an installation and starts one node. @param store the value of `store` */
export async function startAssent(store: string, workers = 1): Promise<AssentServer> {
  const { walletKey, merchantKey, ...installation } = installAssent(store)
  const server = await startNode(installation, workers)
  return {
    ...server,
    walletKey,
    merchantKey,
    async stop() {
      await server.stop()
      installation.remove()
    },
  }
}

export async function startEmptyServer(): Promise<Server> {
  const port = await freePort()
  const main = fileURLToPath(new URL('./baseline-empty.js', import.meta.url))
  return waitUntilReady(spawn(process.execPath, [main, String(port)], { stdio: 'inherit' }), port)
}

/** Starts a script of this folder as a server. @param script receives a port and the parameters as arguments */
export async function startScript(
  script: string,
  ...parameters: readonly string[]
): Promise<Server> {
  const port = await freePort()
  const main = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [main, String(port), ...parameters], { stdio: 'inherit' })
  return waitUntilReady(child, port)
}

/** Starts the baseline of redeem and refresh on the same PostgreSQL. */
export async function startRedeemBaseline(
  store: string,
  { merchantKey }: Parties,
): Promise<Server> {
  const port = await freePort()
  const main = fileURLToPath(new URL('./baseline-redeem.js', import.meta.url))
  const publicKey = createPublicKey(merchantKey).export({ type: 'spki', format: 'pem' }).toString()
  const child = spawn(process.execPath, [main, String(port), store, publicKey], {
    stdio: 'inherit',
  })
  return waitUntilReady(child, port)
}

/** A node with thousands of merchants in assent.yaml needs a while for its first start. */
const MAX_START_MS = 300_000

/** @throws {Error} when the server does not become ready */
export async function waitUntilReady(child: ChildProcess, port: number): Promise<Server> {
  const url = `http://127.0.0.1:${port}`
  const until = Date.now() + MAX_START_MS
  while (
    !(await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (Date.now() > until || child.exitCode !== null)
      throw new Error(`The server on port ${port} did not start.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    url,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.on('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
