/**
 * @module A registry that takes a command long enough to be killed, overtaken or cut off from its store.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type CommandResult, type Installation, startCommand } from './command.ts'
import { type Database, installOnTestStore, openDatabaseOf, runInProcess } from './in-process.ts'
import { clientEntry, memberEntry, miniProgramEntry, PLATFORM } from './registry-sections.ts'

export type ApplyProcess = ReturnType<typeof startCommand> & {
  /** Waits until the process has written so many records, or has ended. */
  waitForStaged(records: number): Promise<void>
}

export type LargeRegistry = {
  readonly installation: Installation
  readonly database: Database
  /** Writes the file and returns its path. `label` is in every one of its records. */
  write(label: string, records?: number): string
  /** The parameters of `assent apply` with this file. */
  apply(path: string): readonly string[]
  run(...args: readonly string[]): Promise<CommandResult>
  exported(): Promise<string>
  /** Starts `assent apply` with the file as a process. */
  start(path: string): Promise<ApplyProcess>
  remove(): Promise<void>
}

const STAGED =
  'SELECT count(*) FROM registry_records WHERE change_id IN (SELECT change_id FROM registry_stagings WHERE is_discarded = 0)'
const POLL_INTERVAL_MS = 2

export async function openLargeRegistry(): Promise<LargeRegistry> {
  const installation = await installOnTestStore()
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runInProcess(installation, ...args)
  // Creates the tables.
  expect(await run('export')).toEqual({ code: 0, output: '{}\n' })
  const database = await openDatabaseOf(installation)
  const path = (name: string): string => join(installation.folder, name)
  const apply = (file: string): readonly string[] => [
    ...['apply', '-f', file, '--prune', '--reason', 'A test.'],
    ...['--config', installation.configPath],
  ]
  return {
    installation,
    database,
    run,
    write(label, records = 2000) {
      const file = path(`${label}.json`)
      writeFileSync(file, JSON.stringify(sectionsOf(label, records)))
      return file
    },
    apply,
    async exported() {
      const { code, output } = await run('export', '--owner', 'all', '--out', path('out.yaml'))
      expect(code, output).toBe(0)
      return readFileSync(path('out.yaml'), 'utf8')
    },
    async start(file) {
      // Processes that were killed have left records behind.
      const before = await database.count(STAGED)
      const command = startCommand(apply(file))
      return {
        ...command,
        async waitForStaged(records) {
          while (command.child.exitCode === null) {
            if ((await database.count(STAGED)) - before >= records) return
            await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
          }
        },
      }
    },
    async remove() {
      await database.close()
      await installation.remove()
    },
  }
}

/** Of two labels, all mini programs change, one client is removed, and another one is created. */
function sectionsOf(label: string, records: number): object {
  const miniPrograms = Array.from({ length: records }, (_, n) =>
    miniProgramEntry(`app-${n}`, { name: `Program ${n}`, retention: label }),
  )
  return {
    organizations: [PLATFORM],
    members: [memberEntry('ana', { name: label })],
    clients: [
      clientEntry('kopi', 1, { contact: label, miniPrograms }),
      clientEntry(`of-${label}`, 2),
    ],
  }
}
