/**
 * @module The type of a verb of the `assent` command, and how a verb is defined.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** An option of a verb. `help` is one sentence for the help text of the verb. */
type Option = NonNullable<ParseArgsConfig['options']>[string] & { readonly help: string }
export type Options = Readonly<Record<string, Option>>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values']

/** One way to call a verb: its syntax without `assent`, and a sentence about what it does. */
type Usage = { readonly syntax: string; readonly help: string }

export type Command = {
  /** One or two words, such as `keys generate`. */
  readonly name: string
  readonly usages: readonly Usage[]
  readonly options: Options
  /** @throws {TypeError} with a code that starts with ERR_PARSE_ARGS when an argument is not an option of this command */
  run(args: readonly string[]): Promise<void>
}

export const CONFIG_OPTION = {
  config: { type: 'string', default: 'assent.yaml', help: 'The configuration file.' },
} as const satisfies Options

/** Defines a verb whose function receives the values of its own options. */
export function defineCommand<const O extends Options>(definition: {
  readonly name: string
  readonly usages: readonly Usage[]
  readonly options: O
  run(values: Values<O>): Promise<void>
}): Command {
  const { name, usages, options } = definition
  return {
    name,
    usages,
    options,
    async run(args) {
      const { values } = parseArgs({ args: [...args], options, allowPositionals: true })
      await definition.run(values as Values<O>)
    },
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
