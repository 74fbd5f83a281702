/**
 * @module The steps of a page, as a reader takes them: saves its files, runs its commands in order, and compares their output.
 *
 * Tags of code blocks: `file=NAME` is saved, `step` must end well, `background` runs until the test ends, and `output` has lines that the
 * command before it prints.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../support/compiler.ts'
import { type CodeBlock, readCodeBlocks } from './code-blocks.ts'

const RUN_TIMEOUT_MS = 120_000

export type Place = {
  /** Where files are saved. */
  readonly folder: string
  /** Where commands run. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Replaces what a test must not share with another one, such as ports. */
  readonly adapt: (text: string) => string
  /** After each command. */
  readonly afterStep?: () => void
  readonly background: ChildProcess[]
}

/** @param page below docs @throws {Error} when a command fails, or prints something else */
export function followPage(place: Place, page: string): void {
  const path = `docs/${page}`
  let output = ''
  for (const block of readCodeBlocks(path, readFileSync(join(ROOT, path), 'utf8'))) {
    const file = block.tags.find((tag) => tag.startsWith('file='))
    if (file) save(place, file.slice('file='.length), block)
    if (block.tags.includes('background')) place.background.push(start(place, block))
    if (block.tags.includes('step')) output = run(place, block)
    if (block.tags.includes('output')) compareOutput(place, block, output)
  }
}

function save({ folder, adapt }: Place, name: string, { code }: CodeBlock): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), adapt(code))
}

function shell({ directory, env, adapt }: Place, { code }: CodeBlock) {
  return {
    parameters: ['-e', '-c', adapt(code)],
    options: { cwd: directory, env: { ...process.env, ...env } },
  }
}

function start(place: Place, block: CodeBlock): ChildProcess {
  const { parameters, options } = shell(place, block)
  return spawn('bash', parameters, { ...options, stdio: 'ignore', detached: true })
}

function run(place: Place, block: CodeBlock): string {
  const { parameters, options } = shell(place, block)
  const { status, stdout, stderr } = spawnSync('bash', parameters, {
    ...options,
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  })
  if (status !== 0) throw new Error(`${block.file}:${block.line}: ${stdout}${stderr}`)
  place.afterStep?.()
  return stdout
}

function compareOutput({ adapt }: Place, block: CodeBlock, output: string): void {
  const missing = adapt(block.code)
    .split('\n')
    .filter((line) => !output.includes(line))
  if (missing.length > 0)
    throw new Error(
      `${block.file}:${block.line}: the output lacks ${missing.join('\n')}\nIt is ${output}`,
    )
}

/** Ends background commands with their children: each runs in a process group of its own. */
export function stopBackground({ background }: Pick<Place, 'background'>): void {
  for (const { pid } of background) {
    if (pid === undefined) continue
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
