/**
 * @module `assent keys`: generates key pairs for merchants and wallets, and shows the keys that verify replies.
 */
import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTime } from '@assent/protocol'
import { writeSecretFile } from '../../crypto/keys/key-files.ts'
import { generateRsaKeyPair } from '../../crypto/keys/key-generation.ts'
import type { KeyInState } from '../../crypto/keys/key-lifecycle.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { withPlatformKeys } from '../platform-keys.ts'
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
    const keys = await withPlatformKeys(config, async ({ reply }) => reply.all(nowSeconds()))
    const isCurrent = ({ state }: KeyInState): boolean => state === 'current'
    for (const key of [...keys.filter(isCurrent), ...keys.filter((one) => !isCurrent(one))])
      printReplyKey(key)
  },
})

/** Parsers of PEM ignore the line before the key. */
function printReplyKey({ version, key, state, activeFrom, retiredAt }: KeyInState): void {
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
