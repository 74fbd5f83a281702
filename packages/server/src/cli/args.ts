/**
 * @module Finds the verb that the `assent` command was called with, runs it, and reports errors.
 */
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/yaml.ts'
import { StoreUnavailableError } from '../engine/store/store.ts'
import { readVersion } from '../package-root.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './command-table.ts'
import { helpOf, overview } from './help.ts'
import { describeSystemError } from './system-errors.ts'
import { UsageError } from './usage-error.ts'

/** Runs the command that the process was started with. Errors go to stderr and set the exit code: 2 for usage errors, otherwise 1. */
export async function runCommandLine(): Promise<void> {
  process.setSourceMapsEnabled(true)
  // `assent events list | head` closes the pipe before everything is written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  try {
    await runCommand(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = isUsageError(error) ? 2 : 1
  }
}

async function runCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: allOptions(),
    allowPositionals: true,
    // The options of the verb are checked when it runs.
    strict: false,
  })
  const words = positionals[0] === 'help' ? positionals.slice(1) : positionals
  const isHelp = values['help'] === true || words.length < positionals.length
  if (values['version'] === true) return printVersion()
  if (words.length === 0) {
    process.stdout.write(overview(COMMANDS))
    process.exitCode = isHelp ? 0 : 2
    return
  }
  const command = findCommand(words)
  if (isHelp) process.stdout.write(helpOf(command))
  else await command.run(args)
}

/** Options may precede the verb, so values can be told from verbs only with the options of all verbs. */
function allOptions(): NonNullable<Parameters<typeof parseArgs>[0]>['options'] {
  return Object.assign(
    { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'V' } },
    ...COMMANDS.map(({ options }) => options),
  )
}

/** @throws {UsageError} when the words name no verb, or more than a verb */
function findCommand(words: readonly string[]): Command {
  const command = COMMANDS.find(({ name }) =>
    [words[0], words.slice(0, 2).join(' ')].includes(name),
  )
  const rest = words.slice(command?.name.split(' ').length)
  if (command && rest.length === 0) return command
  if (command)
    throw new UsageError(
      `assent ${command.name} takes no argument "${rest[0]}". Run assent ${command.name} --help.`,
    )
  const siblings = COMMANDS.filter(({ name }) => name.startsWith(`${words[0]} `))
  const names = siblings.map(({ name }) => `assent ${name}`).join(', ')
  throw new UsageError(
    names === ''
      ? `assent has no command "${words.join(' ')}". Run assent --help for the list of commands.`
      : `assent has no command "${words.join(' ')}". Use one of: ${names}.`,
  )
}

function printVersion(): void {
  process.stdout.write(`${readVersion()}\n`)
}

/** A stack helps only with errors that nobody expected. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isUsageError(error) || error instanceof StoreUnavailableError) return error.message
  return describeSystemError(error) ?? error.stack ?? error.message
}

function isUsageError(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof UsageError || isParseError(error)
}

function isParseError(error: unknown): boolean {
  return (
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  )
}
