/**
 * @module `assent keys list`, `keys rotate` and `keys drop`: the life of the keys in the database. Running nodes follow within two seconds.
 */
import { formatTime } from '@assent/protocol'
import {
  type AnnouncedKey,
  announceKey,
  MIN_ANNOUNCEMENT_SECONDS,
} from '../../crypto/keys/key-announcement.ts'
import { KEY_KINDS, type KeyKind } from '../../crypto/keys/key-kinds.ts'
import type { KeyInState } from '../../crypto/keys/key-lifecycle.ts'
import { keysInStates } from '../../crypto/keys/keys-in-states.ts'
import {
  DEFAULT_TOKEN_ALGORITHM,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from '../../engine/oauth/token-algorithms.ts'
import type { RegistryStore } from '../../engine/store/registry.ts'
import { DEFAULT_REFRESH_TOKEN_SECONDS } from '../../registry/conversions/client.ts'
import { listAll } from '../../registry/current-records.ts'
import type { ClientDocument } from '../../registry/records/client.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, CAUSE_SYNTAX, causeOf, recordStep } from '../operator.ts'
import { withPlatformKeys } from '../platform-keys.ts'
import { UsageError } from '../usage-error.ts'

const KIND_LIST = KEY_KINDS.join('|')
/** For replies: longer than receivers cache the published keys, and enough for people to act. */
const DEFAULT_ANNOUNCEMENTS: Readonly<Record<KeyKind, string>> = {
  master: '1m',
  reply: '24h',
  assertion: '1m',
  token: '1m',
}
const SHORT_ANNOUNCEMENT_SECONDS = 3600
const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

export const listKeys = defineCommand({
  name: 'keys list',
  usages: [
    {
      syntax: 'keys list --config assent.yaml',
      help: 'Lists the keys of every kind with their states.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    await withPlatformKeys(config, async (_keys, { reader }) => {
      const { keys, storeTime } = await reader.read()
      for (const [id, key] of keysInStates(keys, storeTime)) print(describeKey(id, key))
    })
  },
})

export const rotateKeys = defineCommand({
  name: 'keys rotate',
  usages: [
    {
      syntax: `keys rotate --config assent.yaml [--key ${KIND_LIST}] [--after ${DEFAULT_ANNOUNCEMENTS.master}] ${CAUSE_SYNTAX}`,
      help: 'Announces the next key of a kind, by default the master key. Every node uses it after that time.',
    },
    {
      syntax: `keys rotate --config assent.yaml --key token --alg ${TOKEN_ALGORITHMS.join('|')}`,
      help: 'The same for the key that signs ID tokens and other JWTs of this algorithm.',
    },
    {
      syntax: `keys rotate --config assent.yaml --replies [--after ${DEFAULT_ANNOUNCEMENTS.reply}]`,
      help: 'Short for --key reply: the next key that signs replies and notifications.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    key: { type: 'string', help: `The kind of key to rotate: ${KIND_LIST}. Default: master.` },
    alg: { type: 'string', help: 'The algorithm of a token key.' },
    replies: { type: 'boolean', help: 'Rotates the key that signs replies and notifications.' },
    after: {
      type: 'string',
      help: `How long the next key is announced before it is used, at least ${MIN_ANNOUNCEMENT_SECONDS} seconds. Default: ${DEFAULT_ANNOUNCEMENTS.reply} for reply keys, otherwise ${DEFAULT_ANNOUNCEMENTS.master}.`,
    },
    ...CAUSE_OPTIONS,
  },
  async run({ config, key, alg, replies, after, ...values }) {
    const cause = causeOf(values, 'assent keys rotate')
    if (replies && key !== undefined)
      throw new UsageError('--replies and --key exclude each other.')
    const kind = readKind(replies ? 'reply' : (key ?? 'master'))
    const algorithm = readAlgorithm(kind, alg)
    const afterSeconds = readDuration(after ?? DEFAULT_ANNOUNCEMENTS[kind])
    await withPlatformKeys(config, async (_keys, writer, store) => {
      await recordStep(store, cause, `Announces the next ${kind} key of the platform.`)
      const announced = await announceKey(writer, kind, afterSeconds, algorithm)
      await printAnnouncement(store, kind, announced, afterSeconds)
    })
  },
})

export const dropKey = defineCommand({
  name: 'keys drop',
  usages: [
    {
      syntax: `keys drop --config assent.yaml --key ${KIND_LIST} --version N ${CAUSE_SYNTAX}`,
      help: 'Deletes a key that is not current. What it signed or sealed is not accepted any more.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    key: { type: 'string', help: `The kind of the key: ${KIND_LIST}.` },
    version: { type: 'string', help: 'Its version, as keys list prints it.' },
    ...CAUSE_OPTIONS,
  },
  async run({ config, key = '', version, ...values }) {
    const kind = readKind(key)
    const cause = causeOf(values, 'assent keys drop')
    await withPlatformKeys(config, async (_keys, { reader }, store) => {
      const { keys, storeTime } = await reader.read()
      const id = `${kind}-${version}`
      const [, found] = keysInStates(keys, storeTime).find(([one]) => one === id) ?? []
      if (!found) throw new UsageError(`There is no key ${id}. See assent keys list.`)
      if (found.state === 'current')
        throw new UsageError(
          `${id} is the current key. Rotate first, and drop it when it is retired.`,
        )
      await recordStep(store, cause, `Deletes key ${id} of the platform.`)
      await store.dropPlatformKey(kind, found.version)
      print(
        `${id} was deleted. Nodes forget it within two seconds. Remove its file from the key folders, too.`,
      )
    })
  },
})

function describeKey(id: string, { key, state, activeFrom, retiredAt }: KeyInState): string {
  const type = key.asymmetricKeyDetails?.modulusLength ?? key.asymmetricKeyDetails?.namedCurve
  return [
    id,
    state,
    ...(key.type === 'secret'
      ? []
      : [`${key.asymmetricKeyType}${type === undefined ? '' : ` ${type}`}`]),
    ...(activeFrom === undefined ? [] : [`activeFrom=${formatTime(activeFrom)}`]),
    ...(retiredAt === undefined ? [] : [`retiredAt=${formatTime(retiredAt)}`]),
  ].join('\t')
}

function readKind(text: string): KeyKind {
  const kind = KEY_KINDS.find((one) => one === text)
  if (!kind) throw new UsageError(`--key must be one of ${KEY_KINDS.join(', ')}.`)
  return kind
}

function readAlgorithm(kind: KeyKind, text: string | undefined): TokenAlgorithm {
  if (kind !== 'token' && text === undefined) return DEFAULT_TOKEN_ALGORITHM
  if (kind !== 'token') throw new UsageError('--alg needs --key token.')
  const algorithm = TOKEN_ALGORITHMS.find((one) => one === text)
  if (!algorithm) throw new UsageError(`--alg must be one of ${TOKEN_ALGORITHMS.join(', ')}.`)
  return algorithm
}

/** @throws {UsageError} */
function readDuration(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,6})([smhd])?$/.exec(text) ?? []
  if (count === '') throw new UsageError('--after must be a duration such as 30m, 24h, 7d or 0.')
  return Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS]
}

async function printAnnouncement(
  store: Pick<RegistryStore, 'listRecords'>,
  kind: KeyKind,
  { version, activeFrom }: AnnouncedKey,
  afterSeconds: number,
): Promise<void> {
  print(
    `${kind}-${version} is announced. Every node knows it within two seconds, and uses it from ${formatTime(activeFrom)}.`,
  )
  if (kind === 'master')
    print(
      `Keep the older master keys for ${Math.ceil((await longestLifetimeSeconds(store)) / 86_400)} days: the credentials that exist now depend on them.`,
    )
  if (kind !== 'reply') return
  print('Give the public key (assent keys show) to merchants and wallets that do not fetch keys.')
  if (afterSeconds < SHORT_ANNOUNCEMENT_SECONDS)
    print('Receivers that do not have the key by then reject what it signs.')
}

/** How long a credential that exists now can still be valid. */
async function longestLifetimeSeconds(store: Pick<RegistryStore, 'listRecords'>): Promise<number> {
  let longest = DEFAULT_REFRESH_TOKEN_SECONDS
  for await (const { document } of listAll(store, 'client')) {
    const { refreshTokenLifetimeSeconds = 0, accessTokenLifetimeSeconds = 0 } =
      document as ClientDocument
    longest = Math.max(longest, refreshTokenLifetimeSeconds, accessTokenLifetimeSeconds)
  }
  return longest
}
