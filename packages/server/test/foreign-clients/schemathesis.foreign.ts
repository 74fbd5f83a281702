/**
 * @module Schemathesis over the admin API: examples, the boundaries of every schema, random requests, and sequences along the links of the
 * OpenAPI document. `npm run test:foreign-clients` runs it. It needs python3 and its packages.
 * @see ./schemathesis/README.md
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '../../src/engine/admin/roles.ts'
import { type ApiServer, startApiServer } from '../support/admin-api.ts'
import { createDatabase } from '../support/postgres.ts'
import { serviceToken } from '../support/service-tokens.ts'

const HERE = fileURLToPath(new URL('./schemathesis/', import.meta.url))
const RUN_TIMEOUT_MS = 3_600_000
const OWNER_SECONDS = Number(process.env['SCHEMATHESIS_SECONDS'] ?? 300)
const ROLE_SECONDS = Math.ceil(OWNER_SECONDS / 5)
const MIN_CALLS = 10_000

let python: string
let folder: string
let api: ApiServer
let runs = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-schemathesis-'))
  python = process.env['SCHEMATHESIS_PYTHON'] ?? createEnvironment(folder)
  api = await startApiServer()
}, RUN_TIMEOUT_MS)
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

/** @returns the Python with the packages of requirements.txt */
function createEnvironment(parent: string): string {
  const environment = join(parent, 'python')
  const own = join(environment, 'bin', 'python')
  run('python3', '-m', 'venv', environment)
  run(own, '-m', 'pip', 'install', '--quiet', '--requirement', join(HERE, 'requirements.txt'))
  return own
}

function run(name: string, ...parameters: string[]): void {
  const { status, stdout, stderr } = spawnSync(name, parameters, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} failed: ${stdout} ${stderr}`)
}

type Report = {
  readonly calls: number
  readonly failures: readonly string[]
}

/** Runs the tool. @param parameters of `st run`, besides those of all runs */
async function test(
  { origin }: ApiServer,
  headers: Readonly<Record<string, string>>,
  ...parameters: string[]
): Promise<Report> {
  const report = join(folder, `${++runs}.json`)
  const flags = Object.entries(headers).flatMap(([header, value]) => ['-H', `${header}: ${value}`])
  const child = spawn(
    python,
    [
      '-c',
      'from schemathesis.cli import schemathesis; schemathesis()',
      '--config-file',
      join(HERE, 'schemathesis.toml'),
      'run',
      `${origin}/admin/v1/openapi.json`,
      '--checks=all',
      '--no-color',
      '--generation-database=none',
      '--report=json',
      `--report-json-path=${report}`,
      ...flags,
      ...parameters,
    ],
    {
      cwd: folder,
      env: { ...process.env, SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.on('close', resolve))
  console.info(output.slice(output.indexOf('== SUMMARY')))
  const { test_cases, failures, errors } = JSON.parse(readFileSync(report, 'utf8'))
  return {
    calls: test_cases.generated,
    failures: [...failures, ...errors].map((one) => JSON.stringify(one).slice(0, 2000)),
  }
}

/** The cookie and headers that a browser sends. */
async function ownerHeaders(api: ApiServer): Promise<Readonly<Record<string, string>>> {
  const { memberId } = await api.callerOf('owner')
  const cookie = `__Host-assent-admin=${await api.sessionOf({ id: memberId, version: 1 })}`
  const reply = await fetch(`${api.origin}/admin/session`, { headers: { cookie } })
  const { csrfToken } = (await reply.json()) as { readonly csrfToken: string }
  return { Cookie: cookie, 'csrf-token': csrfToken, Origin: api.origin }
}

it(
  'an owner finds no fault in more than 10,000 calls',
  async () => {
    const headers = await ownerHeaders(api)
    const known = await test(api, headers, '--phases=examples,coverage')
    const random = await test(
      api,
      headers,
      '--phases=fuzzing,stateful',
      `--max-time=${OWNER_SECONDS}`,
    )
    expect([...known.failures, ...random.failures]).toEqual([])
    expect(known.calls + random.calls).toBeGreaterThan(MIN_CALLS)
  },
  RUN_TIMEOUT_MS,
)

it(
  'an owner finds no fault on PostgreSQL',
  async () => {
    const database = await createDatabase()
    const onPostgres = await startApiServer({ config: { store: database.url } })
    const headers = await ownerHeaders(onPostgres)
    const { failures } = await test(
      onPostgres,
      headers,
      '--phases=coverage,stateful',
      `--max-time=${OWNER_SECONDS}`,
    )
    await onPostgres.close()
    await database.remove()
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

it.each<[Role, string]>([
  ['operator', 'platform'],
  ['security', 'platform'],
  ['auditor', 'platform'],
  ['developer', 'kopi'],
])(
  'a service account with the role %s of %s finds none',
  async (role, organization) => {
    const token = await serviceToken(api, { role, organization })
    const { failures } = await test(
      api,
      { Authorization: `Bearer ${token}` },
      '--max-examples=10',
      `--max-time=${ROLE_SECONDS}`,
    )
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)
