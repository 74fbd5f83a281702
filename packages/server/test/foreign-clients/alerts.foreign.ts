/**
 * @module Every alert rule, with a real Prometheus beside real nodes: none fires while all is well, and each fires when its condition is
 * provoked. Durations of the rules are divided by 20, so that `for: 5m` lasts 15 seconds; thresholds are as they are. It needs prometheus,
 * and root on Linux.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { generateSymmetricKey } from '../../src/crypto/keys/key-generation.ts'
import {
  freePort,
  type Installation,
  install,
  runCommand,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import { waitForDatabase } from '../support/postgres.ts'
import {
  APP_ID,
  call,
  codeFor,
  consultFor,
  inquire,
  redeem,
  type TestConfig,
  type TestPlatform,
  testConfig,
  USERS,
  walletCall,
} from '../support/server.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const ROOT = new URL('../../../../', import.meta.url)
const RULES = readFileSync(new URL('deploy/prometheus/alerts.yaml', ROOT), 'utf8')
const TIMES_FASTER = 20
const FIRING_TIMEOUT_MS = 90_000
const LONG_FIRING_TIMEOUT_MS = 420_000
const FORMER_VERSION = '0.0.9'
const SLOW_PATH = '/v1/slow'

/** The rules with durations that are divided by {@link TIMES_FASTER}. */
function fasterRules(): string {
  const faster = (amount: string, unit: string): string => {
    const seconds = Number(amount) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 0)
    return `${Math.round((seconds * 1000) / TIMES_FASTER)}ms`
  }
  return RULES.replaceAll(
    /(\[|offset )(\d+)([smh])/g,
    (_, before, amount, unit) => before + faster(amount, unit),
  ).replaceAll(/^( +for: )(\d+)([smh])$/gm, (_, name, amount, unit) => name + faster(amount, unit))
}

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 })

const folder = mkdtempSync(join(tmpdir(), 'assent-alerts-'))
const installations: Installation[] = []
let database: Awaited<ReturnType<typeof startPostgres>>
let directory: Upstream
let webhook: Upstream
let slowApi: Upstream
let prometheus: { readonly url: string; readonly child: ChildProcess }
/** Two nodes of this version, and one of the version before, which reaches the database through a proxy. */
let first: Node
let second: Node
let former: Node
let proxy: Proxy

type Node = {
  process: ServeProcess
  readonly installation: Installation
  readonly flags: readonly string[]
  readonly port: number
  readonly metricsPort: number
}

async function startNode(installation: Installation): Promise<Node> {
  const [port, metricsPort] = [await freePort(), await freePort()]
  const flags = ['--metrics-port', String(metricsPort)]
  return {
    process: await serve(installation, port, ...flags),
    installation,
    flags,
    port,
    metricsPort,
  }
}

/** A node of another version, which reaches the database through the proxy. */
async function startFormerNode(installation: Installation): Promise<Node> {
  const packageFolder = join(folder, 'former/packages/server')
  for (const name of ['dist', 'assets', 'migrations', 'package.json'])
    cpSync(fileURLToPath(new URL(`packages/server/${name}`, ROOT)), join(packageFolder, name), {
      recursive: true,
    })
  symlinkSync(fileURLToPath(new URL('node_modules', ROOT)), join(folder, 'former/node_modules'))
  const manifest = join(packageFolder, 'package.json')
  writeFileSync(
    manifest,
    JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version: FORMER_VERSION }),
  )
  const [port, metricsPort] = [await freePort(), await freePort()]
  const store = database.url('postgres').replace(/:\d+\//, `:${proxy.port}/`)
  const flags = ['--port', String(port), '--metrics-port', String(metricsPort), '--store', store]
  const child = spawn(
    process.execPath,
    [join(packageFolder, 'dist/assent.js'), 'serve', '--config', installation.configPath, ...flags],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(async () => expect(await statusOf(`${url}/readyz`)).toBe(200), {
    timeout: 60_000,
  })
  return {
    process: { ...first.process, url, urls: [url], child },
    installation,
    flags,
    port,
    metricsPort,
  }
}

const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  )

async function restart(node: Node): Promise<void> {
  node.process.child.kill('SIGKILL')
  await node.process.ended
  node.process = await serve(node.installation, node.port, ...node.flags)
}

type Mode = 'open' | 'slow' | 'stalled'
type Proxy = { readonly port: number; mode: Mode; close(): void }

/** Between a node and the database: as it is, 250 ms late, or letting nothing through. */
async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const pipe = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      if (running.mode === 'stalled') return
      if (running.mode === 'open') to.write(chunk)
      else setTimeout(() => to.write(chunk), 250)
    })
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
    sockets.add(from)
  }
  const server: Server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target })
    pipe(client, upstream)
    pipe(upstream, client)
  })
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  const running: Proxy = {
    port,
    mode: 'open',
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return running
}

/** A user of the directory, whatever the id. */
const USER = (({ walletId: _wallet, userId: _user, ...user }) => user)(USERS[0])
const answerWell = json({ user: USER, result: { resultStatus: 'S' } })

function config(): TestConfig {
  const base = testConfig()
  const [client, ...others] = base.clients
  if (!client) throw new Error('The test configuration has no client.')
  return {
    ...base,
    issuer: 'http://localhost:7300',
    store: database.url('postgres'),
    logLevel: 'fatal',
    listen: {},
    administrators: {},
    directory: { kind: 'http', url: directory.url, timeoutSeconds: 5, cacheSeconds: 0 },
    notifications: { allowPrivateAddresses: true },
    revocationBackup: 'backup/revocations.log',
    receiptCheckpoints: 'checkpoints/checkpoints.log',
    apis: [
      {
        name: 'slow',
        paths: [SLOW_PATH],
        upstream: slowApi.url,
        scopes: ['CARD_LIST'],
        fields: { CARD_LIST: ['cards[].brand'] },
        maxConcurrency: 1024,
        timeoutSeconds: 10,
        limits: { perClient: 100_000, perUser: 100_000 },
      },
    ],
    clients: [{ ...client, notifyUrl: webhook.url }, ...others],
  } as TestConfig
}

/** The same installation in another folder. */
function copyInstallation({ folder: source }: Installation): Installation {
  const copy = mkdtempSync(join(tmpdir(), 'assent-alerts-node-'))
  cpSync(source, copy, { recursive: true })
  const installation = {
    folder: copy,
    configPath: join(copy, 'assent.yaml'),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  }
  installations.push(installation)
  return installation
}

async function startPrometheus(targets: readonly number[]): Promise<typeof prometheus> {
  writeFileSync(join(folder, 'alerts.yaml'), fasterRules())
  const settings = {
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '500ms' },
    rule_files: ['alerts.yaml'],
    scrape_configs: [
      {
        job_name: 'assent',
        static_configs: [{ targets: targets.map((port) => `127.0.0.1:${port}`) }],
      },
    ],
  }
  const file = join(folder, 'prometheus.yaml')
  writeFileSync(file, stringify(settings))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  )
  await vi.waitFor(async () => expect(await statusOf(`http://${address}/-/ready`)).toBe(200), {
    timeout: 60_000,
  })
  return { url: `http://${address}`, child }
}

type Alert = {
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly state: string
}

async function firingAlerts(): Promise<readonly Alert[]> {
  const response = await fetch(`${prometheus.url}/api/v1/alerts`)
  const { data } = (await response.json()) as { data: { alerts: Alert[] } }
  return data.alerts.filter(({ state }) => state === 'firing')
}

/** Waits for an alert, and checks what it says. @param node the node that it is about */
async function expectFiring(name: string, node?: Node, timeout = FIRING_TIMEOUT_MS): Promise<void> {
  const find = async () =>
    (await firingAlerts()).find(
      ({ labels }) =>
        labels['alertname'] === name &&
        (node === undefined || labels['instance'] === `127.0.0.1:${node.metricsPort}`),
    )
  await expect
    .poll(async () => (await find())?.labels['alertname'], { timeout, interval: 250 })
    .toBe(name)
  const { annotations } = (await find()) ?? { annotations: {} }
  for (const text of Object.values(annotations)) expect(text).not.toMatch(/no value|error|%!/i)
  provoked.add(name)
}
const provoked = new Set<string>()

/** Repeats work at the same time as it waits for alerts. */
async function during<T>(
  work: () => Promise<unknown>,
  wait: () => Promise<T>,
  parallel = 1,
): Promise<T> {
  let isOver = false
  const workers = Array.from({ length: parallel }, async () => {
    while (!isOver) await work().catch(() => sleep(50))
  })
  try {
    return await wait()
  } finally {
    isOver = true
    await Promise.all(workers)
  }
}

async function sql(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: database.url('postgres') })
  client.on('error', () => {})
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end().catch(() => {})
}

let users = 0
/** A login of a new user. @returns the access token */
async function login(
  platform: TestPlatform,
  scopes = ['auth_base'],
  userId = `user-${++users}`,
): Promise<string> {
  const code = await codeFor(platform, scopes, { userId })
  return (await redeem(platform, code))['accessToken']
}

function changeConfig(node: Node, change: (config: TestConfig) => void): void {
  const content = parse(readFileSync(node.installation.configPath, 'utf8'))
  change(content)
  writeFileSync(node.installation.configPath, stringify(content))
}

beforeAll(async () => {
  execFileSync('prometheus', ['--version'])
  process.env['ASSENT_KEY_ENCRYPTION_KEY'] = generateSymmetricKey()
  database = await startPostgres()
  await waitForDatabase(database.url('postgres'))
  ;[directory, webhook, slowApi] = await Promise.all([
    startUpstream(),
    startUpstream(),
    startUpstream(),
  ])
  directory.answer = answerWell
  webhook.answer = json({ result: { resultStatus: 'S' } })
  const installation = install(config())
  installations.push(installation)
  const replyKey = join(installation.folder, 'keys/reply-1.pem')
  writeFileSync(
    replyKey,
    `Active-From: 2024-01-01T00:00:00+00:00\n${readFileSync(replyKey, 'utf8')}`,
  )
  for (const name of ['backup', 'checkpoints']) mkdirSync(join(installation.folder, name))
  const ofSecond = copyInstallation(installation)
  // Never written to, so that a revocation backup on it fails and its checkpoints, too.
  rmSync(join(ofSecond.folder, 'checkpoints'), { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', join(ofSecond.folder, 'backup')])
  proxy = await startProxy(Number(new URL(database.url('postgres')).port))
  const ofFormer = copyInstallation(installation)
  first = await startNode(installation)
  second = await startNode(ofSecond)
  former = await startFormerNode(ofFormer)
  prometheus = await startPrometheus([first, second, former].map(({ metricsPort }) => metricsPort))
}, 300_000)

afterAll(async () => {
  prometheus?.child.kill('SIGKILL')
  for (const node of [first, second, former]) node?.process.child.kill('SIGKILL')
  proxy?.close()
  for (const server of [directory, webhook, slowApi]) server?.close()
  await database?.stop()
  const [, ofSecond] = installations
  if (ofSecond) execFileSync('umount', ['-l', join(ofSecond.folder, 'backup')])
  for (const one of installations) one.remove()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(() => {
  directory.answer = answerWell
  webhook.answer = json({ result: { resultStatus: 'S' } })
  slowApi.answer = json({ cards: [] })
  proxy.mode = 'open'
})

it('no alert fires while all is well', async () => {
  const healthy = async () => {
    await login(first.process)
    await sleep(200)
  }
  await during(healthy, () => sleep(30_000))
  expect((await firingAlerts()).map(({ labels }) => labels['alertname'])).toEqual([])
})

it('a changed assent.yaml', async () => {
  // What lasts for an hour is provoked first, and expected last.
  changeConfig(second, (content) => {
    content.accessLogRetentionDays = 400
    const [client] = content.clients.slice(-1)
    if (client?.miniPrograms?.[0])
      Object.assign(client.miniPrograms[0], { name: 'Turned \u202e around' })
  })
  await expectFiring('AssentConfigurationDiffers')
  await expectFiring('AssentConfigurationIncomplete', second)
  const text = readFileSync(former.installation.configPath, 'utf8')
  writeFileSync(former.installation.configPath, 'issuer: [')
  await expectFiring('AssentConfigurationRejected', former)
  writeFileSync(former.installation.configPath, text)
})

it('a damaged key file', async () => {
  const file = join(second.installation.folder, 'keys/master-9.key')
  writeFileSync(file, 'damaged', { mode: 0o600 })
  await expectFiring('AssentKeyUnusable', second)
  rmSync(file)
})

it('invalid credentials', async () => {
  const guess = async () => {
    const body = JSON.stringify({ grantType: 'AUTHORIZATION_CODE', authCode: 'x' })
    await call(first.process, '/v1/authorizations/applyToken', JSON.parse(body), {
      keyVersion: 1,
    }).catch(() => {})
    await sleep(100)
  }
  await during(guess, () => expectFiring('AssentFailedAuthentications', first))
  const signIn = async () => {
    await fetch(`${first.process.url}/admin/v1/clients`, { headers: { authorization: 'Bearer x' } })
    await sleep(100)
  }
  await during(signIn, () => expectFiring('AssentAdministratorSignInsFail'))
})

it('an edited row', async () => {
  await login(first.process, ['auth_base', 'USER_NICKNAME'], 'edited')
  await sql(`UPDATE grants SET granted_scopes = '{}' WHERE user_id = 'edited'`)
  await during(
    async () => {
      await consultFor(first.process, ['auth_base'], { userId: 'edited' })
      await sleep(300)
    },
    () => expectFiring('AssentRecordsForged', first),
  )
})

/** Waits until the directory is called again, after its pause. */
async function expectLogin(): Promise<void> {
  await expect
    .poll(() => login(first.process).then(String, String), { timeout: 60_000 })
    .not.toMatch(/undefined|rror/)
}

function late(answer: Upstream['answer'], milliseconds: number): Upstream['answer'] {
  return (response, arrived) => void setTimeout(() => answer(response, arrived), milliseconds)
}

it('the user directory', async () => {
  directory.answer = json({
    user: { ...USER, birthDate: 'yesterday' },
    result: { resultStatus: 'S' },
  })
  const read = async () => inquire(first.process, await login(first.process, ['USER_BIRTHDAY']))
  await during(read, () => expectFiring('AssentDirectoryFieldsUnreadable'))
  directory.answer = late(answerWell, 1500)
  await during(
    () => login(first.process),
    () => expectFiring('AssentSlow'),
    8,
  )
  directory.answer = (response) => response.destroy()
  await during(
    () => login(first.process),
    () => expectFiring('AssentDirectoryUnavailable', first),
    2,
  )
  directory.answer = answerWell
  await expectLogin()
  directory.answer = late(answerWell, 2000)
  await during(
    () => login(first.process),
    () => expectFiring('AssentDirectoryFull', first),
    300,
  )
})

it('slow APIs', async () => {
  await expectLogin()
  const accessToken = await login(first.process, ['CARD_LIST'])
  slowApi.answer = late(json({ cards: [] }), 4000)
  directory.answer = late(answerWell, 2000)
  const useApi = () => call(first.process, SLOW_PATH, { accessToken })
  await during(
    useApi,
    () =>
      during(
        () => login(first.process),
        () => expectFiring('AssentRequestsWaiting', first),
        190,
      ),
    505,
  )
})

it('webhooks, and the backup of revocations', async () => {
  await expectLogin()
  webhook.answer = json({}, 500)
  const backup = join(second.installation.folder, 'backup')
  execFileSync('bash', ['-c', `head -c 65536 /dev/zero > ${backup}/filler || true`], {
    stdio: 'ignore',
  })
  for (let n = 0; n < 8; n++) {
    const userId = `leaving-${n}`
    await login(first.process, ['auth_base'], userId)
    await walletCall(first.process, 'revoke', { userId, appId: APP_ID })
  }
  await expectFiring('AssentRevocationBackupFails', second)
  await expectFiring('AssentOutsideAddressPaused')
  await during(
    async () => {
      await sql(`UPDATE deliveries SET due_at = 0, attempts = 3 WHERE state = 'pending'`)
      await sleep(500)
    },
    () => expectFiring('AssentNotificationsFail'),
  )
  await sql(`UPDATE deliveries SET attempts = 17, due_at = 0 WHERE state = 'pending'`)
  await expectFiring('AssentNotificationsDeadLettered')
})

it('the access log', async () => {
  await sql(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`,
    'CREATE TRIGGER refuse BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION refuse()',
  )
  const tokens: string[] = []
  for (let n = 0; n < 60; n++)
    tokens.push(await login(first.process, ['auth_base', 'USER_NICKNAME']))
  let next = 0
  await during(
    () => inquire(first.process, tokens[next++ % tokens.length] ?? ''),
    () => expectFiring('AssentAccessLogLate', first),
    6,
  )
  await sql('DROP TRIGGER refuse ON access_log')
})

it('the clock of the database', async () => {
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`
  await sql(
    `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '10 seconds' $$`,
    'ALTER ROLE assent SET search_path = public, pg_catalog',
    end,
  )
  await expectFiring('AssentStoreClockWrong', first)
  await sql('ALTER ROLE assent RESET search_path', 'DROP FUNCTION public.clock_timestamp()', end)
})

it('a slow database, and one that does not answer', async () => {
  proxy.mode = 'slow'
  await expectFiring('AssentStoreSlow', former)
  proxy.mode = 'stalled'
  const rotated = await runCommand(
    'keys',
    'rotate',
    '--config',
    first.installation.configPath,
    '--after',
    '10s',
  )
  expect(rotated.code).toBe(0)
  await during(
    () => redeem(former.process, 'nothing'),
    async () => {
      await expectFiring('AssentStoreUnavailable', former)
      await expectFiring('AssentErrors')
      await expectFiring('AssentRequestsShed', former)
    },
    400,
  )
  await expectFiring('AssentRevocationsLate', former)
  await expectFiring('AssentRegistryLate', former)
  await expectFiring('AssentMasterKeysDiffer')
  await expectFiring('AssentReceiptChainLate', former, 180_000)
  await expectFiring('AssentBackgroundJobFails', former, 180_000)
})

it('what lasts long', async () => {
  await expectFiring('AssentVersionsDiffer', undefined, LONG_FIRING_TIMEOUT_MS)
  await expectFiring('AssentKeyRotationOverdue', undefined, LONG_FIRING_TIMEOUT_MS)
  await expectFiring('AssentConfigurationNeedsRestart', second, LONG_FIRING_TIMEOUT_MS)
  await expectFiring('AssentCheckpointsLate', second, LONG_FIRING_TIMEOUT_MS)
})

it('nodes that get no time, restart and stop', async () => {
  const { child } = second.process
  await during(
    async () => {
      child.kill('SIGSTOP')
      await sleep(400)
      child.kill('SIGCONT')
      await sleep(300)
    },
    () => expectFiring('AssentEventLoopBlocked', second),
  )
  await during(
    () => restart(second),
    () => expectFiring('AssentNodeRestarts', second),
  )
  second.process.child.kill('SIGKILL')
  await expectFiring('AssentNodeDown', second)
  for (const node of [first, former]) node.process.child.kill('SIGKILL')
  await expectFiring('AssentDown')
})

it('every alert was provoked', () => {
  const names = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name]) => name)
  expect(names.filter((name) => !provoked.has(name ?? ''))).toEqual([])
})
