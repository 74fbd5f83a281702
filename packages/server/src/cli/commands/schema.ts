/**
 * @module `assent schema`: prints the JSON Schema of assent.yaml.
 */
import { writeFileSync } from 'node:fs'
import { ConfigSchema } from '../../config/schema.ts'
import { defineCommand, print } from '../command.ts'

export const schema = defineCommand({
  name: 'schema',
  usages: [{ syntax: 'schema [--out FILE]', help: 'Prints the JSON Schema of assent.yaml.' }],
  options: { out: { type: 'string', help: 'The file to write. Default: standard output.' } },
  async run({ out }) {
    const text = JSON.stringify(ConfigSchema, null, 2)
    if (out === undefined) print(text)
    else writeFileSync(out, `${text}\n`)
  },
})
