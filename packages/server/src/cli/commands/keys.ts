/**
 * @module `assent keys`: generates, shows and rotates keys.
 */
import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTime } from '@assent/protocol'
import { DEFAULT_REFRESH_TOKEN_SECONDS, loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { writeSecretFile } from '../../crypto/keys/key-files.ts'
import { generateRsaKeyPair } from '../../crypto/keys/key-generation.ts'
import { makeNextMasterKey, openKeyStore } from '../../crypto/keys/key-store.ts'
import { announceReplyKey, type ReplyKey } from '../../crypto/keys/reply-keys.ts'
import { makeNextTokenKey } from '../../crypto/keys/token-keys.ts'
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import { keyFolderOf } from '../../main/resources.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { UsageError } from '../usage-error.ts'

const RSA_BITS: readonly string[] = ['2048', '3072', '4096']
/** Longer than receivers cache the published keys, and enough for people to act. */
const DEFAULT_ANNOUNCEMENT = '24h'
const SHORT_ANNOUNCEMENT_SECONDS = 3600
const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

export const generateKeys = defineCommand({
  name: 'keys generate',
  usages: [
    {
      syntax: 'keys generate [--out FOLDER] [--bits 2048|3072|4096]',
      help: 'Generates a key pair for a merchant or a wallet.',
    },
  ],
  options: {
    out: { type: 'string', default: '.', help: 'The folder to write both files to.' },
    bits: { type: 'string', default: '2048', help: 'The size of the key.' },
  },
  async run({ out, bits }) {
    if (!RSA_BITS.includes(bits)) throw new UsageError('--bits must be 2048, 3072 or 4096.')
    const { privateKey, publicKey } = generateRsaKeyPair(Number(bits))
    mkdirSync(out, { recursive: true })
    writeSecretFile(join(out, 'private-key.pem'), privateKey)
    writeFileSync(join(out, 'public-key.pem'), publicKey, { flag: 'wx' })
    print(`${join(out, 'private-key.pem')}  Keep it on the server that signs.`)
    print(`${join(out, 'public-key.pem')}   Send it to the wallet operator.`)
  },
})

export const showKeys = defineCommand({
  name: 'keys show',
  usages: [
    {
      syntax: 'keys show --config assent.yaml',
      help: 'Prints the public keys that verify replies and notifications, each with its state. The current key comes first.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const { reply } = openKeyStore(keyFolderOf(loadConfig(config)))
    const keys = reply.all(nowSeconds())
    const isCurrent = ({ state }: ReplyKey): boolean => state === 'current'
    for (const key of [...keys.filter(isCurrent), ...keys.filter((one) => !isCurrent(one))])
      printReplyKey(key)
  },
})

/** Parsers of PEM ignore the line before the key. */
function printReplyKey({ version, key, state, activeFrom, retiredAt }: ReplyKey): void {
  const times = [
    ...(activeFrom === undefined ? [] : [`activeFrom=${formatTime(activeFrom)}`]),
    ...(retiredAt === undefined ? [] : [`retiredAt=${formatTime(retiredAt)}`]),
  ]
  print([`keyVersion=${version}`, `state=${state}`, ...times].join(' '))
  print(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString().trim())
  if (state === 'announced' && activeFrom === undefined)
    print(
      `reply-${version}.pem never signs: add a line such as Active-From: 2026-11-29T22:00:00Z before its key.`,
    )
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

export const rotateKeys = defineCommand({
  name: 'keys rotate',
  usages: [
    {
      syntax: 'keys rotate --config assent.yaml',
      help: 'Creates the next master key. Running nodes pick it up.',
    },
    {
      syntax: `keys rotate --config assent.yaml --key token --alg ${TOKEN_ALGORITHMS.join('|')}`,
      help: 'Creates the next key that signs ID tokens and other JWTs of this algorithm.',
    },
    {
      syntax: `keys rotate --config assent.yaml --replies [--after ${DEFAULT_ANNOUNCEMENT}]`,
      help: 'Announces the next key that signs replies and notifications. It signs after that time.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    key: { type: 'string', help: 'The key to rotate: master (the default) or token.' },
    alg: { type: 'string', help: 'The algorithm of a token key.' },
    replies: { type: 'boolean', help: 'Rotates the key that signs replies and notifications.' },
    after: {
      type: 'string',
      help: `With --replies: how long the next key is announced before it signs. Default: ${DEFAULT_ANNOUNCEMENT}.`,
    },
  },
  async run({ config, key, alg, replies, after }) {
    if (replies && key !== undefined)
      throw new UsageError('--replies and --key exclude each other.')
    if (after !== undefined && !replies) throw new UsageError('--after needs --replies.')
    const afterSeconds = readDuration(after ?? DEFAULT_ANNOUNCEMENT)
    const loaded = loadConfig(config)
    const folder = keyFolderOf(loaded)
    openKeyStore(folder)
    if (replies) rotateReplyKey(folder, afterSeconds)
    else if (key === undefined || key === 'master') rotateMasterKey(folder, loaded)
    else if (key === 'token') rotateTokenKey(folder, alg)
    else throw new UsageError('--key must be master or token.')
  },
})

/** @throws {UsageError} */
function readDuration(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,6})([smhd])?$/.exec(text) ?? []
  if (count === '') throw new UsageError('--after must be a duration such as 30m, 24h, 7d or 0.')
  return Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS]
}

function rotateReplyKey(folder: string, afterSeconds: number): void {
  const activeFrom = nowSeconds() + afterSeconds
  const version = announceReplyKey(folder, activeFrom)
  print(
    `${join(folder, `reply-${version}.pem`)}  Nodes publish it now and sign with it from ${formatTime(activeFrom)}.`,
  )
  print('Copy it before that time to nodes that have their own key folder.')
  print('Give the public key (assent keys show) to merchants and wallets that do not fetch keys.')
  if (afterSeconds < SHORT_ANNOUNCEMENT_SECONDS)
    print('Receivers that do not have the key by then reject what it signs.')
}

function rotateMasterKey(folder: string, config: LoadedConfig): void {
  const version = makeNextMasterKey(folder)
  const days = Math.ceil(longestLifetimeSeconds(config) / 86_400)
  print(
    `${join(folder, `master-${version}.key`)}  Nodes use it for new credentials after one minute.`,
  )
  print('Copy it now to nodes that have their own key folder.')
  print(
    `Keep the older master keys for ${days} days: the credentials that exist now depend on them.`,
  )
}

/** How long a credential that exists now can still be valid. */
function longestLifetimeSeconds({ clients }: LoadedConfig): number {
  const lifetimes = clients.map(({ refreshTokenLifetimeSeconds, accessTokenLifetimeSeconds }) =>
    Math.max(
      refreshTokenLifetimeSeconds ?? DEFAULT_REFRESH_TOKEN_SECONDS,
      accessTokenLifetimeSeconds ?? 0,
    ),
  )
  return Math.max(DEFAULT_REFRESH_TOKEN_SECONDS, ...lifetimes)
}

function rotateTokenKey(folder: string, name: string | undefined): void {
  const algorithm = TOKEN_ALGORITHMS.find((one) => one === name)
  if (!algorithm) throw new UsageError(`--alg must be one of ${TOKEN_ALGORITHMS.join(', ')}.`)
  const version = makeNextTokenKey(folder, algorithm)
  print(
    `${join(folder, `token-${version}.pem`)}  Nodes publish it at once and sign with it after one minute.`,
  )
  print('Copy it now to nodes that have their own key folder. Keep the older keys for one day.')
}
