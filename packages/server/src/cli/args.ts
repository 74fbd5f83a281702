/**
 * @module What the `assent` command is told, and what it says when that is wrong.
 */
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/yaml.ts'
import { COMMANDS } from './commands.ts'
import { UsageError } from './usage-error.ts'

const USAGE = `assent: user authorization for mini programs

  assent serve --config assent.yaml [--port N] [--store URL] [--workers N]
                                                                      run the server
  assent check --config assent.yaml                                   say what is wrong with the file, and where
  assent migrate --config assent.yaml                                 bring the store's schema up to date
  assent keys generate [--out FOLDER] [--bits 2048|3072|4096]         make a key pair for a merchant or a wallet
  assent keys show --config assent.yaml                               print the public key that verifies replies
  assent keys rotate --config assent.yaml                             make the next master key, for running nodes too
  assent keys rotate --config assent.yaml --tokens ES256|EdDSA|RS256  make the next key of ID tokens and the like
  assent oauth secret --config assent.yaml                            make a secret for an OAuth client
  assent oauth invite --config assent.yaml --app ID                   let somebody register a client of a mini program, for a day
  assent revoke --config assent.yaml (--client ID [--reason suspended|key-compromised] | --mini-program ID | --user WALLET/USER)
                                                                      end all that was issued up to now
  assent explain --config assent.yaml --request FILE                  say why the signature of a request does not verify
  assent apis list --config assent.yaml                               print which scope opens which API and field
  assent events list --config assent.yaml                             print the notifications that could not be delivered
  assent events replay --config assent.yaml [--client ID]             send them again
  assent audit verify --config assent.yaml [--file FILE] [--heads FILE] [--jwks FILE]
                                                                      say whether any receipt was altered
  assent audit export --config assent.yaml --out FILE                 write all receipts, to be checked elsewhere
  assent erase --config assent.yaml --user WALLET/USER                withdraw all that a user granted and forget who it was
  assent lab --config assent.yaml [--port N]                          run a server for tests, with users, a clock and faults
  assent lab --config assent.yaml --all-subsets --app ID --scopes a!,b,c --run COMMAND
                                                                      drive your own test through every partial grant
  assent funnel --url NODE [--url NODE…]                              print how many sheets were asked, seen, allowed, refused
  assent schema [--out FILE]                                          print the JSON Schema of assent.yaml
  assent demo                                                         run the whole loop on this machine
`

const OPTIONS = {
  config: { type: 'string', default: 'assent.yaml' },
  port: { type: 'string' },
  store: { type: 'string' },
  workers: { type: 'string' },
  out: { type: 'string' },
  bits: { type: 'string' },
  client: { type: 'string' },
  'mini-program': { type: 'string' },
  user: { type: 'string' },
  reason: { type: 'string' },
  request: { type: 'string' },
  file: { type: 'string' },
  heads: { type: 'string' },
  jwks: { type: 'string' },
  app: { type: 'string' },
  url: { type: 'string', multiple: true },
  scopes: { type: 'string' },
  run: { type: 'string' },
  tokens: { type: 'string' },
  'all-subsets': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  const command = COMMANDS[positionals.join(' ')]
  if (values.help || !command) {
    process.stdout.write(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  await command(values)
}

main().catch((error: unknown) => {
  const isUsers = error instanceof ConfigError || error instanceof UsageError || isParseError(error)
  const text = error instanceof Error ? (isUsers ? error.message : error.stack) : String(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = isUsers ? 2 : 1
})

function isParseError(error: unknown): boolean {
  return (
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  )
}
