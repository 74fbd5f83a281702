/**
 * @module `assent schema`: prints the JSON Schema of assent.yaml or registry.yaml.
 */
import { writeFileSync } from 'node:fs'
import { assentFileContract, registryFileContract } from '../../contracts/configuration-files.ts'
import { EXAMPLE_ISSUER, formatContract } from '../../contracts/contracts.ts'
import { defineCommand } from '../command.ts'

export const schema = defineCommand({
  name: 'schema',
  usages: [
    {
      syntax: 'schema [--registry] [--out FILE]',
      help: 'Prints the JSON Schema of assent.yaml, or of registry.yaml.',
    },
  ],
  options: {
    registry: { type: 'boolean', default: false, help: 'That of registry.yaml.' },
    out: { type: 'string', help: 'The file to write. Default: standard output.' },
  },
  async run({ registry, out }) {
    const contract = registry ? registryFileContract : assentFileContract
    const text = formatContract(contract(EXAMPLE_ISSUER))
    if (out === undefined) process.stdout.write(text)
    else writeFileSync(out, text)
  },
})
