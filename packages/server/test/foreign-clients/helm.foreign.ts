/**
 * @module The Helm chart: Helm's own lint, the schemas of Kubernetes, and its rendered pods as processes on PostgreSQL. It needs go and python3,
 * which fetch Helm, kubeconform and the schemas, promtool, and root on Linux.
 */
import { spawnSync } from 'node:child_process'
import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { generateSymmetricKey } from '../../src/crypto/keys/key-generation.ts'
import { type Outside, startOutside } from '../support/outside.ts'
import { type Pod, type PodSpec, requireRoot, startPod } from '../support/pods.ts'
import { waitForDatabase } from '../support/postgres.ts'
import { codeFor, redeem, type TestPlatform, testConfig } from '../support/server.ts'

const CHART = fileURLToPath(new URL('../../../../deploy/helm/assent', import.meta.url))
const RULES = fileURLToPath(new URL('../../../../deploy/prometheus/alerts.yaml', import.meta.url))
const TOOLS = [
  'helm.sh/helm/v3/cmd/helm@v3.22.0',
  'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
]
const SCHEMAS = 'kubernetes-validate==1.37.0'
const KUBERNETES = '1.37.0'
const VALUE_FILES = ['ci/minimal.yaml', 'ci/full.yaml']
const PREPARATION_TIMEOUT_MS = 900_000

vi.setConfig({ testTimeout: 300_000 })

const tools = mkdtempSync(join(tmpdir(), 'assent-chart-'))
const schemas = join(tools, 'schemas')

type Finished = { readonly status: number | null; readonly output: string; readonly stdout: string }

function run(name: string, parameters: readonly string[], input = ''): Finished {
  const { status, stdout, stderr, error } = spawnSync(name, parameters, {
    encoding: 'utf8',
    input,
    env: { ...process.env, GOBIN: tools, PATH: `${tools}:${process.env['PATH']}` },
    maxBuffer: 64 * 2 ** 20,
  })
  return { status, stdout, output: `${error ?? ''}${stdout}${stderr}` }
}

function mustRun(name: string, ...parameters: string[]): string {
  const { status, stdout, output } = run(name, parameters)
  if (status !== 0) throw new Error(`${name} ${parameters[0]} failed: ${output}`)
  return stdout
}

const helm = (command: 'lint' | 'template', ...parameters: string[]): Finished => {
  const name = command === 'template' ? ['assent'] : ['--strict']
  return run('helm', [command, ...name, CHART, '--kube-version', KUBERNETES, ...parameters])
}

/** The objects that Helm renders. */
function render(...parameters: string[]): readonly Rendered[] {
  const { status, stdout, output } = helm('template', ...parameters)
  if (status !== 0) throw new Error(output)
  // Kubernetes reads YAML 1.1, in which 0440 is octal.
  return parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS())
}

type Rendered = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data: Readonly<Record<string, string>>
  readonly spec: { readonly template: { readonly spec: PodSpec } } & Readonly<
    Record<string, unknown>
  >
}

beforeAll(() => {
  for (const tool of TOOLS) mustRun('go', 'install', tool)
  mustRun('python3', '-m', 'venv', join(tools, 'python'))
  mustRun(join(tools, 'python/bin/pip'), 'install', '--quiet', SCHEMAS)
  const [folder = ''] = mustRun(
    'find',
    join(tools, 'python/lib'),
    '-name',
    `v${KUBERNETES}-local-strict`,
  )
    .trim()
    .split('\n')
  mkdirSync(schemas)
  // The schemas refer to each other by the path of the server that they were taken from.
  for (const name of readdirSync(folder))
    writeFileSync(
      join(schemas, name),
      readFileSync(join(folder, name), 'utf8').replaceAll(
        '/api/_definitions.json',
        pathToFileURL(join(schemas, '_definitions.json')).href,
      ),
    )
}, PREPARATION_TIMEOUT_MS)
afterAll(() => rmSync(tools, { recursive: true, force: true }))

describe.each(VALUE_FILES)('with %s', (file) => {
  const values = ['--values', join(CHART, file)]

  it('passes helm lint', () => {
    expect(helm('lint', ...values)).toMatchObject({ status: 0 })
  })

  it('renders objects that Kubernetes knows', () => {
    const { stdout } = helm('template', ...values)
    const location = `${schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`
    const check = (text: string) =>
      run(
        'kubeconform',
        [
          '-strict',
          '-summary',
          '-skip',
          'ServiceMonitor,PrometheusRule',
          '-kubernetes-version',
          KUBERNETES,
          '-schema-location',
          location,
        ],
        text,
      )
    const { status, output } = check(stdout)
    expect([status, output]).toEqual([
      0,
      expect.stringMatching(/Valid: ([7-9]|\d\d), Invalid: 0, Errors: 0/),
    ])
    expect(check(stdout.replace('readOnlyRootFilesystem', 'readOnlyFilesystem')).status).toBe(1)
  })
})

it.each([
  ['config.issuer', '', /Set config: the content of assent.yaml, at least with issuer/],
  ['config.issuer', 'http://auth.example.com', /issuer.*does not match pattern/],
  ['config.store', 'sqlite:x', /Remove config.store: the chart sets it/],
  ['database.url', '', /Set database.url to postgres:/],
  ['database.url', 'postgres://assent:secret@db/assent', /database\/url.*does not match/],
  [
    'database.existingSecret',
    '',
    /Set database.existingSecret to a Secret with the password.*kubectl create secret/,
  ],
  [
    'keyEncryptionKey.existingSecret',
    '',
    /openssl rand -base64 32.*kubectl create secret generic assent-keys/,
  ],
  ['image.tag', 'latest', /image\/tag/],
  ['ingress.paths[0]', '/wallet/v1', /ingress\/paths\/0/],
  ['ingress.enabled', 'true', /ingress\/(host|tlsSecret)/],
  ['unknown', 'x', /additional properties 'unknown' not allowed/],
])('refuses %s=%s', (name, value, message) => {
  const values = ['--values', join(CHART, 'ci/minimal.yaml'), '--set', `${name}=${value}`]
  const { status, output } = helm('template', ...values)
  expect(status).toBe(1)
  expect(output.replaceAll('\n', ' ')).toMatch(message)
})

it('contains the alert rules, with runbooks on the server itself', () => {
  const objects = render('--values', join(CHART, 'ci/full.yaml'))
  const rule = objects.find(({ kind }) => kind === 'PrometheusRule')
  const text = stringify(rule?.spec)
  const file = join(tools, 'rules.yaml')
  writeFileSync(file, text)
  expect(run('promtool', ['check', 'rules', file]).output).toMatch(/SUCCESS: \d\d rules/)
  const urls = [...text.matchAll(/runbook_url: (\S+)/g)].map(([, url]) => url)
  const count = readFileSync(RULES, 'utf8').match(/- alert: /g)?.length
  expect(urls).toHaveLength(count ?? 0)
  for (const url of urls)
    expect(url).toMatch(/^https:\/\/auth.example.com\/docs\/runbooks#assent\w+$/)
  const boards = objects.find(({ metadata }) => metadata.name === 'assent-dashboards')
  for (const content of Object.values(boards?.data ?? {}))
    expect(JSON.parse(content)).toMatchObject({ tags: ['assent'] })
})

describe('the pods', () => {
  const PASSWORDS = ['first-password', 'second-password'] as const
  const folder = mkdtempSync(join(tmpdir(), 'assent-pods-'))
  const pods: Pod[] = []
  const files: Record<string, Record<string, string>> = {
    'assent-database': { password: PASSWORDS[0] },
    'assent-keys': { 'key-encryption-key': generateSymmetricKey() },
  }
  let database: Awaited<ReturnType<typeof startPostgres>>
  let outside: Outside
  let spec: PodSpec
  let platformKey: KeyObject
  let next = 0

  /** The database asks for a password. */
  async function startDatabase(): Promise<void> {
    const hba = join(folder, 'pg_hba.conf')
    const allow = (method: string) => writeFileSync(hba, `host all all 127.0.0.1/32 ${method}\n`)
    allow('trust')
    chmodSync(folder, 0o755)
    chmodSync(hba, 0o644)
    database = await startPostgres({ hba_file: hba })
    await waitForDatabase(database.url('postgres'))
    await administer(
      `ALTER USER assent PASSWORD '${PASSWORDS[0]}'`,
      'CREATE ROLE operator SUPERUSER LOGIN',
      'SELECT pg_reload_conf()',
    )
    writeFileSync(
      hba,
      'host all operator 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
    )
    await administer('SELECT pg_reload_conf()')
  }

  async function administer(...statements: string[]): Promise<void> {
    const url = database.url('postgres')
    const client = new pg.Client({
      connectionString: isOperatorKnown ? url.replace('assent@', 'operator@') : url,
    })
    client.on('error', () => {})
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
    isOperatorKnown = true
  }
  let isOperatorKnown = false

  async function start(): Promise<Pod> {
    const pod = await startPod(spec, files)
    pods.push(pod)
    await pod.waitUntilStarted()
    await vi.waitFor(() => expect(pod.isReady()).toBe(true), { timeout: 30_000 })
    return pod
  }

  /** What a load balancer is: each request goes to a pod that is ready. */
  const platform: TestPlatform = {
    get url() {
      const ready = pods.filter((pod) => pod.isReady())
      return ready[next++ % ready.length]?.url ?? ''
    },
    get urls() {
      return pods.filter((pod) => pod.isReady()).map(({ url }) => url)
    },
    clock: {
      get now() {
        return Math.floor(Date.now() / 1000)
      },
    },
    get platformKey() {
      return platformKey
    },
  }

  async function login(): Promise<string> {
    const { result } = await redeem(platform, await codeFor(platform, ['auth_base']))
    return result.resultCode
  }

  beforeAll(async () => {
    requireRoot()
    await startDatabase()
    outside = await startOutside()
    const { listen: _listen, store: _store, keys: _keys, ...config } = testConfig()
    const values = {
      config: {
        ...config,
        issuer: 'https://auth.example.com',
        directory: { kind: 'http', url: outside.url },
      },
      database: {
        url: `${database.url('postgres')}?sslmode=disable`,
        existingSecret: 'assent-database',
      },
      keyEncryptionKey: { existingSecret: 'assent-keys' },
    }
    writeFileSync(join(folder, 'values.yaml'), stringify(values))
    const objects = render('--values', join(folder, 'values.yaml'))
    const [deployment] = objects.filter(({ kind }) => kind === 'Deployment')
    if (!deployment) throw new Error('The chart renders no Deployment.')
    spec = deployment.spec.template.spec
    for (const { kind, metadata, data } of objects)
      if (kind === 'ConfigMap') files[metadata.name] = data
    await start()
    await start()
    const reply = await fetch(`${pods[0]?.url}/.well-known/assent/reply-keys`)
    const { keys } = (await reply.json()) as { keys: { publicKey: string }[] }
    platformKey = createPublicKey({
      key: Buffer.from(keys[0]?.publicKey ?? '', 'base64'),
      format: 'der',
      type: 'spki',
    })
  }, PREPARATION_TIMEOUT_MS)
  afterAll(async () => {
    for (const pod of pods) pod.remove()
    outside.close()
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('run as the user of the chart, without rights, and cannot write', async () => {
    const status = readFileSync(`/proc/${pods[0]?.child.pid}/status`, 'utf8')
    for (const line of [/^Uid:\t1000\t/m, /^CapBnd:\t0+$/m, /^CapEff:\t0+$/m, /^NoNewPrivs:\t1$/m])
      expect(status).toMatch(line)
    for (const path of ['/x', '/etc/assent/x', '/opt/assent/x', '/run/secrets/assent/keys/x']) {
      const written = await pods[0]?.exec(
        'node',
        '-e',
        `require('fs').writeFileSync('${path}', '')`,
      )
      expect(written?.output).toMatch(/EROFS|EACCES/)
    }
    expect(await login()).toBe('SUCCESS')
  })

  it.each([
    ['without the key', {}, {}, /key-encryption-key does not exist/],
    [
      'with a key that everybody can read',
      undefined,
      { secretMode: 0o444 },
      /can be read by every user. Mount it with mode 0440/,
    ],
    [
      'with a key that is cut off',
      { 'key-encryption-key': 'AAAA' },
      {},
      /does not contain 32 bytes/,
    ],
    [
      'with the key of another installation',
      { 'key-encryption-key': generateSymmetricKey() },
      {},
      /another key-encryption key/,
    ],
  ])('%s, a pod does not start and says why', async (_name, keys, change, message) => {
    const secrets = keys === undefined ? files : { ...files, 'assent-keys': keys }
    const pod = await startPod(spec, secrets as typeof files, change)
    const { code, output } = await pod.ended
    pod.remove()
    expect(output).toMatch(message)
    expect(code).toBe(1)
  })

  it('without the password of the database, a pod does not start and says why', async () => {
    const pod = await startPod(spec, { ...files, 'assent-database': {} })
    const { code, output } = await pod.ended
    pod.remove()
    expect(output).toMatch(/ASSENT_DATABASE_PASSWORD_FILE names .* cannot be read \(ENOENT\)/)
    expect(code).toBe(1)
  })

  it('take a new password of the database without a restart', async () => {
    files['assent-database'] = { password: PASSWORDS[1] }
    for (const pod of pods) pod.replaceSecret('assent-database', 'password', `${PASSWORDS[1]}\n`)
    await administer(
      `ALTER USER assent PASSWORD '${PASSWORDS[1]}'`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'assent'`,
    )
    await expect
      .poll(() => Promise.all(pods.map(({ url }) => statusOf(`${url}/readyz`))), {
        timeout: 20_000,
      })
      .toEqual([200, 200])
    await expect.poll(() => pods.every((pod) => pod.isReady()), { timeout: 20_000 }).toBe(true)
    expect(await login()).toBe('SUCCESS')
  })

  it('all change to a new master key, by one command in one of them', async () => {
    const rotated = await pods[0]?.exec(
      '/opt/assent/node_modules/.bin/assent',
      'keys',
      'rotate',
      '--config',
      '/etc/assent/assent.yaml',
      '--after',
      '10s',
    )
    expect(rotated).toMatchObject({ code: 0 })
    const versions = () =>
      Promise.all(pods.map(({ metricsUrl }) => readMetric(metricsUrl, 'assent_master_key_version')))
    expect(await versions()).toEqual([1, 1])
    await expect.poll(versions, { timeout: 40_000 }).toEqual([2, 2])
    expect(await login()).toBe('SUCCESS')
  })

  it('are replaced one after the other within their grace period, and lose no request', async () => {
    let isRunning = true
    const results: string[] = []
    const clients = Array.from({ length: 3 }, async () => {
      while (isRunning)
        results.push(
          await redeem(platform, 'nothing').then(({ result }) => result.resultCode, String),
        )
    })
    for (const former of pods.slice()) {
      await start()
      const { code, seconds } = await former.terminate()
      expect(code).toBe(0)
      expect(seconds).toBeGreaterThan(4)
      expect(seconds).toBeLessThan(spec.terminationGracePeriodSeconds)
      expect(former.livenessFailures()).toBe(0)
    }
    isRunning = false
    await Promise.all(clients)
    console.info(`${results.length} requests during the replacement of both pods`)
    expect(results.length).toBeGreaterThan(100)
    expect([...new Set(results)]).toEqual(['INVALID_CODE'])
    expect(await login()).toBe('SUCCESS')
  }, 240_000)
})

const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  )

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}
