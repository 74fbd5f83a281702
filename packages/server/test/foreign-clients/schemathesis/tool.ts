/**
 * @module Runs Schemathesis, in an environment of Python that has its packages.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))

export type Report = {
  readonly calls: number
  readonly failures: readonly string[]
}

export type Run = {
  /** The address of the server. */
  readonly origin: string
  /** The address of the OpenAPI document, below the origin. */
  readonly document: string
  /** Of the API, below the origin. Default: what the document says. */
  readonly basePath?: string
  /** A file of the folder hooks. */
  readonly hooks: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** What hooks and schemathesis.toml read. */
  readonly environment?: Readonly<Record<string, string>>
  /** Parameters of `st run`. */
  readonly parameters: readonly string[]
}

export type Schemathesis = {
  run(run: Run): Promise<Report>
  /** The calls of all runs. */
  readonly calls: number
  close(): void
}

/** Environment variables that schemathesis.toml names must exist in every run. */
const VARIABLES = ['BASIC_CREDENTIALS', 'USER_TOKEN', 'CLIENT_TOKEN', 'REGISTRATION_TOKEN']

export function prepareSchemathesis(): Schemathesis {
  const folder = mkdtempSync(join(tmpdir(), 'assent-schemathesis-'))
  const python = process.env['SCHEMATHESIS_PYTHON'] ?? createEnvironment(folder)
  let runs = 0
  let calls = 0
  return {
    async run(run) {
      const report = await runTool(python, folder, join(folder, `${++runs}.json`), run)
      calls += report.calls
      return report
    },
    get calls() {
      return calls
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** @returns the Python with the packages of requirements.txt */
function createEnvironment(parent: string): string {
  const environment = join(parent, 'python')
  const own = join(environment, 'bin', 'python')
  execute('python3', '-m', 'venv', environment)
  execute(own, '-m', 'pip', 'install', '--quiet', '--requirement', join(HERE, 'requirements.txt'))
  return own
}

function execute(name: string, ...parameters: string[]): void {
  const { status, stdout, stderr } = spawnSync(name, parameters, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} failed: ${stdout} ${stderr}`)
}

async function runTool(
  python: string,
  folder: string,
  report: string,
  { origin, document, basePath = '', hooks, headers = {}, environment, parameters }: Run,
): Promise<Report> {
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const child = spawn(
    python,
    [
      '-c',
      'from schemathesis.cli import schemathesis; schemathesis()',
      '--config-file',
      join(HERE, 'schemathesis.toml'),
      'run',
      `${origin}${document}`,
      `--url=${origin}${basePath}`,
      '--workers=1',
      '--no-color',
      '--generation-database=none',
      '--report=json',
      `--report-json-path=${report}`,
      ...flags,
      ...parameters,
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...Object.fromEntries(VARIABLES.map((name) => [name, ''])),
        ...environment,
        SCHEMATHESIS_HOOKS: join(HERE, 'hooks', hooks),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.on('close', resolve))
  console.info(output.slice(output.search(/=+ (ERRORS|FAILURES|SUMMARY) =/)))
  const { test_cases, failures, errors } = JSON.parse(readFileSync(report, 'utf8'))
  return {
    calls: test_cases.generated,
    failures: [...failures, ...errors].map((one) => JSON.stringify(one).slice(0, 2000)),
  }
}
