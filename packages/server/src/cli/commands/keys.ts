/**
 * @module `assent keys`: generates, shows and rotates keys.
 */
import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_REFRESH_TOKEN_SECONDS, loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { writeSecretFile } from '../../crypto/keys/key-files.ts'
import { generateRsaKeyPair, SIGNING_ALGORITHMS } from '../../crypto/keys/key-generation.ts'
import { makeNextMasterKey, openKeyStore } from '../../crypto/keys/key-store.ts'
import { makeNextTokenKey } from '../../crypto/keys/token-keys.ts'
import { keyFolderOf } from '../../main/resources.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { UsageError } from '../usage-error.ts'

const RSA_BITS: readonly string[] = ['2048', '3072', '4096']

export const generateKeys = defineCommand({
  name: 'keys generate',
  usages: [
    {
      syntax: 'keys generate [--out FOLDER] [--bits 2048|3072|4096]',
      help: 'Generates a key pair for a merchant or a wallet.',
    },
  ],
  options: { out: { type: 'string', default: '.' }, bits: { type: 'string', default: '2048' } },
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
      help: 'Prints the public key that verifies reply signatures.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const { reply } = openKeyStore(keyFolderOf(loadConfig(config)))
    print(createPublicKey(reply.key).export({ type: 'spki', format: 'pem' }).toString().trim())
  },
})

export const rotateKeys = defineCommand({
  name: 'keys rotate',
  usages: [
    {
      syntax: 'keys rotate --config assent.yaml',
      help: 'Creates the next master key. Running nodes pick it up.',
    },
    {
      syntax: `keys rotate --config assent.yaml --key token --alg ${SIGNING_ALGORITHMS.join('|')}`,
      help: 'Creates the next key that signs ID tokens and other JWTs.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    key: { type: 'string', default: 'master' },
    alg: { type: 'string' },
  },
  async run({ config, key, alg }) {
    const loaded = loadConfig(config)
    const folder = keyFolderOf(loaded)
    openKeyStore(folder)
    if (key === 'master') rotateMasterKey(folder, loaded)
    else if (key === 'token') rotateTokenKey(folder, alg)
    else throw new UsageError('--key must be master or token.')
  },
})

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
  const algorithm = SIGNING_ALGORITHMS.find((one) => one === name)
  if (!algorithm) throw new UsageError(`--alg must be one of ${SIGNING_ALGORITHMS.join(', ')}.`)
  const version = makeNextTokenKey(folder, algorithm)
  print(
    `${join(folder, `token-${version}.pem`)}  Nodes publish it at once and sign with it after one minute.`,
  )
  print('Copy it now to nodes that have their own key folder. Keep the older keys for one day.')
}
