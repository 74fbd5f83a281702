/**
 * @module Checks blocks of configuration with `assent check`. A block shows a part: what it leaves out is added, and values that it
 * abbreviates as `…` are replaced.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { freePort, install, runCommand, serve } from '../support/command.ts'
import { SECOND_WALLET_KEY, WALLET_KEY } from '../support/keys.ts'
import { type TestConfig, testConfig } from '../support/server.ts'
import type { CodeBlock } from './code-blocks.ts'

type Part = Readonly<Record<string, unknown>>
type Entries = readonly Part[]

const LANGUAGES = ['en', 'zh', 'fil', 'id', 'ms', 'ar', 'es']
/** The public key of RFC 7517, appendix A.1. */
const EC_KEY = {
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
const ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'

/** A hash of a client secret, as `assent oauth create-secret` prints it. */
const SECRET_HASH = 'A'.repeat(43)
/** The owner of the mini program that docs/registry.md adds. */
const MERCHANT = {
  clientId: 'kopi-house',
  name: 'Bean Trading',
  keys: [{ version: 1, publicKey: SECOND_WALLET_KEY.publicKey }],
  miniPrograms: [],
}

const map = (entries: unknown, complete: (entry: Part) => Part): Entries | undefined =>
  (entries as Entries | undefined)?.map(complete)

function completeWallet(wallet: Part): Part {
  return { keys: [{ version: 1, publicKey: WALLET_KEY.publicKey }], ...wallet }
}

/** Mini programs that OAuth clients of the block belong to exist. */
function completeClient(client: Part): Part {
  const oauth = (client['oauth'] ?? []) as readonly { readonly appId?: string }[]
  const appIds = [...new Set(oauth.flatMap(({ appId }) => appId ?? []))]
  const named = appIds.map((appId) => ({ appId, scopes: ['openid', 'auth_user'] }))
  const miniPrograms = map(client['miniPrograms'] ?? named, (one) => ({
    name: one['appId'],
    domains: [],
    ...one,
  }))
  return { ...MERCHANT, ...client, miniPrograms }
}

function completeScope(scope: Part): Part {
  const texts = (scope['texts'] ?? {}) as Readonly<Record<string, unknown>>
  const missing = LANGUAGES.map((language) => [language, texts[language] ?? texts['en']])
  return { ...scope, texts: Object.fromEntries(missing) }
}

/** The test's mini program uses scopes of these APIs. */
function otherApis(apis: Entries): Entries {
  return (testConfig().apis ?? []).filter(({ name }) => !apis.some((api) => api['name'] === name))
}

function complete(part: Part): Part {
  const { wallets, clients, scopes, apis } = part
  return {
    ...part,
    ...(wallets !== undefined && { wallets: map(wallets, completeWallet) }),
    ...(clients !== undefined && { clients: map(clients, completeClient) }),
    ...(scopes !== undefined && { scopes: map(scopes, completeScope) }),
    ...(apis !== undefined && { apis: [...otherApis(apis as Entries), ...(apis as Entries)] }),
  }
}

function readPart(code: string): Part {
  const document = code
    .replace('x: "…"', `x: ${EC_KEY.x}`)
    .replace('y: "…"', `y: ${EC_KEY.y}`)
    .replace('secretHashes: ["…"]', `secretHashes: [${SECRET_HASH}]`)
  return parseDocument(document).toJS() as Part
}

/** The complete file that a part of assent.yaml belongs to. */
export function completeConfig(code: string): TestConfig {
  return { ...testConfig(), ...complete(readPart(code)) }
}

/** @returns the problems of a part of assent.yaml */
export async function checkConfig({ file, line, code }: CodeBlock): Promise<string[]> {
  const installation = install(completeConfig(code))
  for (const [name] of code.matchAll(/[\w.-]+\.(?:pem|svg)\b|secrets\/[\w-]+/g)) {
    mkdirSync(dirname(join(installation.folder, name)), { recursive: true })
    const text = name.endsWith('.svg') ? ICON : SECOND_WALLET_KEY.publicKey
    writeFileSync(join(installation.folder, name), text, { mode: 0o600 })
  }
  const { code: exitCode, output } = await runCommand('check', '--config', installation.configPath)
  installation.remove()
  return exitCode === 0 ? [] : [`${file}:${line}: ${output}`]
}

/** @returns the problems of a users file */
export async function checkUsers({ file, line, code }: CodeBlock): Promise<string[]> {
  const users = (parse(code) as { users: readonly object[] }).users
  const wallets = map(testConfig().wallets, (wallet) => ({ ...wallet, walletId: 'our-wallet' }))
  const installation = install(
    { ...testConfig(), ...(wallets && { wallets }) } as TestConfig,
    users,
  )
  const { code: exitCode, output } = await runCommand('check', '--config', installation.configPath)
  installation.remove()
  const isClean = exitCode === 0 && !output.includes('warning')
  return isClean ? [] : [`${file}:${line}: ${output}`]
}

/** @returns the problems of a registry file, which may name records of assent.yaml */
export async function checkRegistry({ file, line, code }: CodeBlock): Promise<string[]> {
  const clients = [...(testConfig().clients ?? []), MERCHANT]
  const installation = install({ ...testConfig(), clients } as TestConfig)
  const server = await serve(installation, await freePort())
  const path = join(installation.folder, 'registry.yaml')
  writeFileSync(path, code)
  const { code: exitCode, output } = await runCommand(
    ...['apply', '-f', path, '--config', installation.configPath, '--dry-run'],
  )
  server.child.kill('SIGKILL')
  await server.ended
  installation.remove()
  return exitCode === 0 ? [] : [`${file}:${line}: ${output}`]
}
