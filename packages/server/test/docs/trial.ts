/**
 * @module Follows a page of docs/set-up as a reader does: saves its files in the folder of the trial, runs its commands in order, and
 * compares their output. Ports are replaced by free ones, so that trials can run beside each other.
 *
 * Tags of code blocks: `file=NAME` is saved, `step` must end well, `background` runs until the end of the trial, and `output` has lines that
 * the command before it prints.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from '../support/command.ts'
import { ROOT } from '../support/compiler.ts'
import { type CodeBlock, readCodeBlocks } from './code-blocks.ts'

const PORTS = ['7300', '7301', '7302', '7303', '7304']
const RUN_TIMEOUT_MS = 120_000

export type Trial = {
  /** Follows a page. @throws {Error} when a command fails, or prints something else */
  follow(page: string): void
  /** What the pages call this address. */
  url(documented: string): string
  close(): void
}

export async function startTrial(): Promise<Trial> {
  requirePython()
  const folder = mkdtempSync(join(tmpdir(), 'assent-trial-'))
  const trialFolder = join(folder, 'trial')
  const ports = new Map<string, string>()
  for (const port of PORTS) ports.set(port, String(await freePort()))
  const movePorts = (text: string): string =>
    text.replaceAll(/\b730\d\b/g, (port) => ports.get(port) ?? port)
  const context: Context = { trialFolder, movePorts, background: [] }
  return {
    follow: (page) => followPage(context, page),
    url: movePorts,
    close() {
      for (const child of context.background) stop(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Context = {
  readonly trialFolder: string
  readonly movePorts: (text: string) => string
  readonly background: ChildProcess[]
}

function requirePython(): void {
  const { status } = spawnSync('python3', ['-c', 'import cryptography'])
  if (status !== 0)
    throw new Error(
      'This test needs python3 with the package cryptography. Install both, for example: apt-get install python3 python3-cryptography',
    )
}

function followPage(context: Context, page: string): void {
  const path = `docs/set-up/${page}`
  let output = ''
  for (const block of readCodeBlocks(path, readFileSync(join(ROOT, path), 'utf8'))) {
    const file = block.tags.find((tag) => tag.startsWith('file='))
    if (file) save(context, file.slice('file='.length), block)
    if (block.tags.includes('background')) context.background.push(start(context, block))
    if (block.tags.includes('step')) output = run(context, block)
    if (block.tags.includes('output')) compareOutput(context, block, output)
  }
}

function save({ trialFolder, movePorts }: Context, name: string, { code }: CodeBlock): void {
  mkdirSync(dirname(join(trialFolder, name)), { recursive: true })
  writeFileSync(join(trialFolder, name), movePorts(code))
}

function shell({ trialFolder, movePorts }: Context, { code }: CodeBlock) {
  const options = { cwd: ROOT, env: { ...process.env, TRIAL: trialFolder } }
  return { parameters: ['-e', '-c', movePorts(code)], options }
}

function start(context: Context, block: CodeBlock): ChildProcess {
  const { parameters, options } = shell(context, block)
  return spawn('bash', parameters, { ...options, stdio: 'ignore', detached: true })
}

function run(context: Context, block: CodeBlock): string {
  const { parameters, options } = shell(context, block)
  const { status, stdout, stderr } = spawnSync('bash', parameters, {
    ...options,
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  })
  if (status !== 0) throw new Error(`${block.file}:${block.line}: ${stdout}${stderr}`)
  moveConfiguration(context)
  return stdout
}

/** `assent init` writes the ports of the pages. */
function moveConfiguration({ trialFolder, movePorts }: Context): void {
  const config = join(trialFolder, 'assent.yaml')
  if (existsSync(config)) writeFileSync(config, movePorts(readFileSync(config, 'utf8')))
}

function compareOutput({ movePorts }: Context, block: CodeBlock, output: string): void {
  const missing = movePorts(block.code)
    .split('\n')
    .filter((line) => !output.includes(line))
  if (missing.length > 0)
    throw new Error(
      `${block.file}:${block.line}: the output lacks ${missing.join('\n')}\nIt is ${output}`,
    )
}

/** With its children: a command runs in a process group of its own. */
function stop({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
