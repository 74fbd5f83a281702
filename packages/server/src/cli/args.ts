/**
 * @module Finds the verb that the `assent` command was called with, runs it, and reports errors.
 */
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/yaml.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './command-table.ts'
import { UsageError } from './usage-error.ts'

/** Runs the command that the process was started with. Errors go to stderr and set the exit code: 2 for usage errors, otherwise 1. */
export async function runCommandLine(): Promise<void> {
  try {
    await runCommand(process.argv.slice(2))
  } catch (error) {
    const isUsageError =
      error instanceof ConfigError || error instanceof UsageError || isParseError(error)
    const text = error instanceof Error ? (isUsageError ? error.message : error.stack) : error
    process.stderr.write(`${String(text)}\n`)
    process.exitCode = isUsageError ? 2 : 1
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
  const command = COMMANDS.find(({ name }) => name === positionals.join(' '))
  if (values['help'] === true || !command) {
    process.stdout.write(usageText(COMMANDS))
    process.exitCode = values['help'] === true ? 0 : 2
    return
  }
  await command.run(args)
}

/** Options may precede the verb, so values can be told from verbs only with the options of all verbs. */
function allOptions(): Command['options'] {
  const help = { help: { type: 'boolean', short: 'h' } } as const
  return Object.assign({}, help, ...COMMANDS.map(({ options }) => options))
}

function usageText(commands: readonly Command[]): string {
  const lines = commands.flatMap(({ usages }) =>
    usages.flatMap(({ syntax, help }) => [`  assent ${syntax}`, `      ${help}`]),
  )
  return ['assent: user authorization for mini programs', '', ...lines, ''].join('\n')
}

function isParseError(error: unknown): boolean {
  return (
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  )
}
