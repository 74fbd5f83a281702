/**
 * @module What each command does.
 */
import { createPublicKey } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIcons } from '../config/icons.ts'
import { DEFAULT_REFRESH_TOKEN_SECONDS, type LoadedConfig, loadConfig } from '../config/load.ts'
import { DIAGNOSTIC_TOOLS, diagnosticClient, mergeScopes, toApi } from '../config/registry.ts'
import { ConfigSchema } from '../config/schema.ts'
import { readThemes } from '../config/themes.ts'
import {
  generateRsaKeyPair,
  makeNextMasterKey,
  makeNextTokenKey,
  openKeyStore,
  SIGNING_ALGORITHMS,
  writeSecretFile,
} from '../crypto/keys/key-store.ts'
import { apiMatrix } from '../engine/apis/scope-api-table.ts'
import type { UserRef } from '../engine/records.ts'
import { type RevocationTarget, revokeIssuedThrough } from '../engine/tokens/revoke.ts'
import { funnelTable } from '../http/management/consent-funnel.ts'
import { diagnoseSignature } from '../http/signature-diagnostics/diagnose.ts'
import { keyFolderOf, openStore, type RunningServer, startServer } from '../main/start-server.ts'
import { eraseFromStore, exportChains, verifyAudit } from './audit.ts'
import { isWorker, runWorkers } from './cluster.ts'
import { runSubsets, startLab } from './lab.ts'
import { newInvitation, newSecret } from './oauth.ts'
import { orUsageError, UsageError } from './usage-error.ts'

export type Flags = {
  readonly config: string
  readonly port?: string | undefined
  readonly store?: string | undefined
  readonly workers?: string | undefined
  readonly out?: string | undefined
  readonly bits?: string | undefined
  readonly client?: string | undefined
  readonly 'mini-program'?: string | undefined
  readonly user?: string | undefined
  readonly reason?: string | undefined
  readonly request?: string | undefined
  readonly file?: string | undefined
  readonly heads?: string | undefined
  readonly jwks?: string | undefined
  readonly app?: string | undefined
  readonly url?: readonly string[] | undefined
  readonly scopes?: string | undefined
  readonly run?: string | undefined
  readonly tokens?: string | undefined
  readonly 'all-subsets'?: boolean | undefined
}

const REVOKE_REASONS: Readonly<Record<string, 'CLIENT_SUSPENDED' | 'KEY_COMPROMISED'>> = {
  suspended: 'CLIENT_SUSPENDED',
  'key-compromised': 'KEY_COMPROMISED',
}

export const COMMANDS: Readonly<Record<string, (flags: Flags) => Promise<void>>> = {
  serve,
  check,
  migrate,
  'keys generate': generateKeys,
  'keys show': showKeys,
  'keys rotate': rotateKeys,
  'oauth secret': oauthSecret,
  'oauth invite': oauthInvite,
  revoke,
  explain,
  'apis list': listApis,
  'events list': listDeadEvents,
  'events replay': replayDeadEvents,
  'audit verify': auditVerify,
  'audit export': auditExport,
  erase,
  lab,
  funnel,
  schema,
  demo,
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function serve(flags: Flags): Promise<void> {
  const config = withFlags(loadConfig(flags.config), flags)
  const workers = workersOf(flags, config)
  if (workers > 1 && !isWorker()) {
    process.exitCode = await runWorkers(workers)
    return
  }
  stopOnSignal(await startServer(config))
}

function workersOf({ workers = '1' }: Flags, { store }: LoadedConfig): number {
  if (!/^[1-9]\d?$/.test(workers)) throw new UsageError('--workers is a number from 1 to 99')
  if (workers !== '1' && store.startsWith('sqlite:')) {
    throw new UsageError('--workers needs a store of several nodes: SQLite has one serving process')
  }
  return Number(workers)
}

function withFlags(config: LoadedConfig, { port, store }: Flags): LoadedConfig {
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new UsageError('--port is a number')
  if (store !== undefined && !/^(sqlite:|postgres(ql)?:\/\/)./.test(store)) {
    throw new UsageError('--store is sqlite:PATH or postgres://USER@HOST/DATABASE')
  }
  return {
    ...config,
    ...(port !== undefined && { listen: { ...config.listen, port: Number(port) } }),
    ...(store !== undefined && { store }),
  }
}

/** The first signal drains; a second one does not wait. */
function stopOnSignal(server: Pick<RunningServer, 'close'>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`)
          process.exit(1)
        },
      )
    })
  }
}

async function check({ config }: Flags): Promise<void> {
  const loaded = loadConfig(config)
  const { clients, wallets } = loaded
  await orUsageError(`${config} names a picture that cannot be shown`, () => {
    readIcons(loaded)
    readThemes(loaded)
  })
  const apps = clients.flatMap(({ miniPrograms }) => miniPrograms).length
  print(
    `${config} is fine: ${wallets.length} wallets, ${clients.length} clients, ${apps} mini programs`,
  )
}

async function migrate({ config }: Flags): Promise<void> {
  const loaded = loadConfig(config)
  await (await openStore(loaded)).close()
  print(`${loaded.store.replace(/:\/\/.*@/, '://')} is up to date`)
}

async function generateKeys({ out = '.', bits = '2048' }: Flags): Promise<void> {
  if (!['2048', '3072', '4096'].includes(bits)) throw new UsageError('--bits is 2048, 3072 or 4096')
  const { privateKey, publicKey } = generateRsaKeyPair(Number(bits))
  mkdirSync(out, { recursive: true })
  writeSecretFile(join(out, 'private-key.pem'), privateKey)
  writeFileSync(join(out, 'public-key.pem'), publicKey, { flag: 'wx' })
  print(`${join(out, 'private-key.pem')}  keep it on the server that signs`)
  print(`${join(out, 'public-key.pem')}   give it to the wallet operator`)
}

async function showKeys({ config }: Flags): Promise<void> {
  const { reply } = openKeyStore(keyFolderOf(loadConfig(config)))
  print(createPublicKey(reply.key).export({ type: 'spki', format: 'pem' }).toString().trim())
}

async function rotateKeys({ config, tokens }: Flags): Promise<void> {
  const loaded = loadConfig(config)
  const folder = keyFolderOf(loaded)
  openKeyStore(folder)
  if (tokens !== undefined) return rotateTokenKeys(folder, tokens)
  const version = makeNextMasterKey(folder)
  const lifetimes = loaded.clients.map(
    ({ refreshTokenLifetimeSeconds, accessTokenLifetimeSeconds }) =>
      Math.max(
        refreshTokenLifetimeSeconds ?? DEFAULT_REFRESH_TOKEN_SECONDS,
        accessTokenLifetimeSeconds ?? 0,
      ),
  )
  const days = Math.ceil(Math.max(DEFAULT_REFRESH_TOKEN_SECONDS, ...lifetimes) / 86_400)
  print(`${join(folder, `master-${version}.key`)}  nodes use it for new credentials in a minute`)
  print(
    `Copy it to nodes with a folder of their own now. Keep the older ones for ${days} days: till`,
  )
  print('then there are credentials that only they can open.')
}

async function oauthSecret({ config }: Flags): Promise<void> {
  const { secret, hash } = newSecret(config)
  print(`${secret}  give it to the client: it is shown here once`)
  print(`${hash}      put it into secretHashes of the client in ${config}`)
}

async function oauthInvite({ config, app }: Flags): Promise<void> {
  print(newInvitation(config, app))
}

/** The key that signs ID tokens and the like. */
function rotateTokenKeys(folder: string, named: string): void {
  const algorithm = SIGNING_ALGORITHMS.find((one) => one === named)
  if (!algorithm) throw new UsageError(`--tokens is one of ${SIGNING_ALGORITHMS.join(', ')}`)
  const version = makeNextTokenKey(folder, algorithm)
  print(`${join(folder, `token-${version}.pem`)}  is published at once, and signs in a minute`)
  print('Copy it to nodes with a folder of their own now. Keep the older ones for a day.')
}

async function listApis({ config }: Flags): Promise<void> {
  const loaded = loadConfig(config)
  print(apiMatrix(mergeScopes(loaded), (loaded.apis ?? []).map(toApi)))
}

/** Ends with 1 when the signature does not verify. */
async function explain({ config, request }: Flags): Promise<void> {
  if (request === undefined)
    throw new UsageError('--request is a file with the request as it was sent')
  const loaded = loadConfig(config)
  const { cause, message, difference } = diagnoseSignature(
    readFileSync(request),
    (clientId) => diagnosticClient(loaded, clientId),
    DIAGNOSTIC_TOOLS,
    Math.floor(Date.now() / 1000),
  )
  print(`${cause}: ${message}`)
  if (difference) {
    print(`The first difference is at byte ${difference.at} of the signed content.`)
    print(`  to be signed  ${difference.expected}`)
    print(`  was signed    ${difference.signed}`)
  }
  if (cause !== 'FINE') process.exitCode = 1
}

const MOST_LISTED = 1000

async function listDeadEvents({ config }: Flags): Promise<void> {
  await withStore(config, async (store) => {
    const numbers = new Map<number, string>()
    for (const { clientId } of loadConfig(config).clients)
      numbers.set(await store.internClient(clientId), clientId)
    for (const event of await store.listDeadLetters(MOST_LISTED)) {
      const client = numbers.get(event.clientNumber) ?? `client ${event.clientNumber}`
      const at = new Date(event.createdAt).toISOString()
      print([at, event.eventId, client, event.type, event.scopes.join(' ')].join('\t'))
    }
  })
}

async function replayDeadEvents({ config, client }: Flags): Promise<void> {
  await withStore(config, async (store) => {
    const number = client === undefined ? undefined : await store.internClient(client)
    print(`${await store.replayDeadLetters(number)} events are sent again`)
  })
}

async function withStore(
  config: string,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<void>,
): Promise<void> {
  const store = await openStore(loadConfig(config))
  try {
    await use(store)
  } finally {
    await store.close()
  }
}

async function revoke(flags: Flags): Promise<void> {
  const config = loadConfig(flags.config)
  const target = revokeTarget(config, flags)
  await withStore(flags.config, async (store) => {
    const sequence = await revokeIssuedThrough({ store }, target, Math.floor(Date.now() / 1000))
    print(`done: nothing that was issued up to now is valid (revocation ${sequence})`)
  })
}

function revokeTarget(
  { clients }: LoadedConfig,
  { client, 'mini-program': miniProgram, user, reason = 'suspended' }: Flags,
): RevocationTarget {
  if (client !== undefined) {
    const cause = REVOKE_REASONS[reason]
    if (!cause) throw new UsageError('--reason is suspended or key-compromised')
    return { kind: 'client', id: client, cause }
  }
  if (miniProgram !== undefined) {
    const owner = clients.find(({ miniPrograms }) =>
      miniPrograms.some(({ appId }) => appId === miniProgram),
    )
    if (!owner) throw new UsageError(`${miniProgram} is no mini program of this file`)
    return { kind: 'miniProgram', id: miniProgram, clientId: owner.clientId }
  }
  if (user === undefined)
    throw new UsageError('name one of --client, --mini-program, --user WALLET/USER')
  return { kind: 'user', user: userOf(user) }
}

function userOf(text: string | undefined): UserRef {
  const [walletId, ...rest] = text?.split('/') ?? []
  const userId = rest.join('/')
  if (!walletId || !userId) throw new UsageError('--user is WALLET/USER')
  return { walletId, userId }
}

/** Ends with 1 when anything was altered. */
async function auditVerify({ config, file, heads, jwks }: Flags): Promise<void> {
  const startedAt = performance.now()
  const verified = await verifyAudit({ config, file, heads, jwks })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const { links, signedHeads, problems } = verified
  print(`${links} receipts, ${signedHeads} signed heads, checked in ${seconds} s`)
  for (const [tenant, { sequence, hash }] of verified.heads)
    print(`${tenant}\t${sequence}\t${hash}`)
  if (signedHeads === 0)
    print('No signed head was there to compare with: who has rewritten all of it is not found.')
  for (const problem of problems) print(problem)
  print(problems.length === 0 ? 'Nothing was altered.' : 'It was altered.')
  if (problems.length > 0) process.exitCode = 1
}

async function auditExport({ config, out }: Flags): Promise<void> {
  if (out === undefined) throw new UsageError('--out is the file to write')
  print(`${await exportChains(config, out)} receipts are in ${out}`)
}

async function erase({ config, user }: Flags): Promise<void> {
  const grants = await eraseFromStore(config, userOf(user))
  print(
    grants === 0
      ? `done, but nothing was there of ${user}: is this the wallet’s own id of the user?`
      : `done: ${grants} grants were ended, and nothing says any more who the user was`,
  )
}

/** Until it is stopped; or with --all-subsets until the merchant's test was driven through all of them, ending with 1 when any is wrong. */
async function lab(flags: Flags): Promise<void> {
  const running = await startLab(withFlags(loadConfig(flags.config), flags))
  if (!flags['all-subsets']) {
    print(
      `the lab is at ${running.url}/lab: it says which users there are, and what can be asked of it`,
    )
    return stopOnSignal(running)
  }
  try {
    await allSubsets(running.url, flags)
  } finally {
    await running.close()
  }
}

async function allSubsets(url: string, { app, scopes, run }: Flags): Promise<void> {
  if (app === undefined || scopes === undefined || run === undefined)
    throw new UsageError('--all-subsets needs --app APPID, --scopes a!,b,c and --run COMMAND')
  const verdicts = runSubsets({ url, appId: app, scopes: scopes.split(','), command: run })
  let wrong = 0
  for await (const { granted, problems } of verdicts) {
    const name = granted.join(', ') || '(refused)'
    print(problems.length === 0 ? `ok   ${name}` : `RED  ${name}: ${problems.join('; ')}`)
    if (problems.length > 0) wrong++
  }
  print(wrong === 0 ? 'All of them are right.' : `${wrong} of them are wrong.`)
  if (wrong > 0) process.exitCode = 1
}

/** What became of sheets, summed up over the nodes that are named. */
async function funnel({ url = [] }: Flags): Promise<void> {
  if (url.length === 0) throw new UsageError('--url is the address of a node; one for each')
  const texts = await Promise.all(
    url.map((node) => orUsageError(`${node} does not say its metrics`, () => metricsOf(node))),
  )
  print(funnelTable(texts))
}

async function metricsOf(node: string): Promise<string> {
  const response = await fetch(new URL('/metrics', node))
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`)
  return response.text()
}

async function schema({ out }: Flags): Promise<void> {
  const text = JSON.stringify(ConfigSchema, null, 2)
  if (out === undefined) print(text)
  else writeFileSync(out, `${text}\n`)
}

/** The demo is a package of its own: a server in production does not carry a wallet and a coffee shop. */
async function demo(): Promise<void> {
  const name = '@assent/demo'
  const { startDemo } = await importDemo(name)
  stopOnSignal(await startDemo(print))
}

async function importDemo(name: string): Promise<{
  readonly startDemo: (print: (line: string) => void) => Promise<Pick<RunningServer, 'close'>>
}> {
  try {
    return await import(name)
  } catch (cause) {
    const isMissing =
      cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    throw isMissing
      ? new UsageError(`assent demo needs the package ${name}: npm install ${name}`)
      : cause
  }
}
