/**
 * @module The help texts of the `assent` command.
 */
import type { Command, Options } from './command.ts'

/** Lists all verbs. */
export function overview(commands: readonly Command[]): string {
  const verbs = commands.map(({ name, usages }) => [name, usages[0]?.help ?? ''] as const)
  return [
    'assent: user authorization for mini programs',
    '',
    'Usage: assent COMMAND [OPTIONS]',
    '',
    ...toColumns(verbs),
    '',
    'assent COMMAND --help    describes a command and its options.',
    'assent --version         prints the version.',
    '',
  ].join('\n')
}

/** Describes one verb. */
export function helpOf({ usages, options }: Command): string {
  const syntaxes = usages.flatMap(({ syntax, help }) => [`  assent ${syntax}`, `      ${help}`])
  const rows = Object.entries(options).map(
    ([name, option]) => [`--${name}${placeholderOf(option)}`, descriptionOf(option)] as const,
  )
  return [
    'Usage:',
    ...syntaxes,
    ...(rows.length > 0 ? ['', 'Options:'] : []),
    ...toColumns(rows),
    '',
  ].join('\n')
}

function placeholderOf({ type, multiple }: Options[string]): string {
  if (type === 'boolean') return ''
  return multiple ? ' VALUE …' : ' VALUE'
}

function descriptionOf({ help, default: value }: Options[string]): string {
  return value === undefined ? help : `${help} Default: ${String(value)}.`
}

function toColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
