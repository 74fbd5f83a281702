/**
 * @module The keys that a node works with, of every kind. They are replaced as a whole when the database has other ones; who signs asks for
 * the current key each time.
 */
import { createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../../engine/oauth/token-algorithms.ts'
import type { VersionedKey } from '../message-signature.ts'
import type { KeyKind } from './key-kinds.ts'
import { tokenAlgorithmOf } from './key-kinds.ts'
import { currentKey, type KeyInState, type LifecycleKey, withStates } from './key-lifecycle.ts'
import { createMasterKeys, type MasterKeys } from './master-keys.ts'

/** Public keys, current and earlier ones, by key id (`kid`). */
export type PublicKeys = ReadonlyMap<string, KeyObject>

/** A key that signs JSON Web Tokens. */
export type SigningKey = { readonly id: string; readonly key: KeyObject }

export interface ReplyKeys {
  /** The key that signs at an instant. @param now epoch seconds */
  current(now: number): VersionedKey
  /** Every key, by ascending version. */
  all(now: number): readonly KeyInState[]
}

export interface AssertionKeys {
  current(): SigningKey
  /** The announced, the current and all earlier keys: receipts are verified with them permanently. */
  publicKeys(): PublicKeys
}

export interface TokenKeys {
  current(algorithm: TokenAlgorithm): SigningKey
  /** The public keys that verify tokens, by key id: the announced and current ones, and retired ones for as long as tokens live. */
  published(): ReadonlyMap<string, { readonly key: KeyObject; readonly algorithm: TokenAlgorithm }>
}

export type PlatformKeys = {
  readonly master: MasterKeys
  /** Sign replies, notifications and calls to the user directory. */
  readonly reply: ReplyKeys
  readonly assertion: AssertionKeys
  readonly tokens: TokenKeys
  /** From when the current key of each kind has been used, in epoch seconds. */
  activeFrom(): Readonly<Record<string, number>>
  /** The key of the hashes of client secrets. Without it, secrets cannot be guessed from a copy of assent.yaml. */
  readonly clientSecrets: Buffer
  /** Encrypts the keys of users, which encrypt the user in receipts. */
  readonly userKeyEncryptionKey: Buffer
}

export type KeysByKind = Readonly<Record<KeyKind, readonly LifecycleKey[]>>

export interface KeyRing {
  readonly keys: PlatformKeys
  /** Replaces the keys. Each kind must have a current key. */
  load(keys: KeysByKind): void
}

export type KeyRingOptions = {
  readonly keyEncryptionKey: Buffer
  /** Epoch seconds. */
  readonly clock: () => number
  /** For how long a token key is published after the next one has taken its place. */
  readonly tokenRetentionSeconds: number
  /** Called for a credential of an unknown master key. Throws when this node may not know the latest keys. */
  readonly requireKnowledge?: () => void
}

export function createKeyRing(first: KeysByKind, options: KeyRingOptions): KeyRing {
  const { keyEncryptionKey, clock, requireKnowledge } = options
  let loaded = prepare(first)
  const master = createMasterKeys(bytesOf(first.master), requireKnowledge)

  function load(keys: KeysByKind): void {
    for (const [version, bytes] of bytesOf(keys.master)) master.add(version, bytes)
    master.retain(new Set(keys.master.map(({ version }) => version)))
    master.sealWith(requireKey(keys.master, clock(), 'master').version)
    loaded = prepare(keys)
  }

  load(first)
  return {
    load,
    keys: {
      master,
      reply: {
        current: (now) => requireKey(loaded.byKind.reply, now, 'reply'),
        all: (now) => withStates(loaded.byKind.reply, now),
      },
      assertion: {
        current: () =>
          signingKey('assertion', requireKey(loaded.byKind.assertion, clock(), 'assertion')),
        publicKeys: () => loaded.assertionKeys,
      },
      tokens: {
        current: (algorithm) =>
          signingKey(
            'token',
            requireKey(loaded.tokens[algorithm], clock(), `token (${algorithm})`),
          ),
        published: () =>
          publishedTokenKeys(loaded, clock() - options.tokenRetentionSeconds, clock()),
      },
      activeFrom: () =>
        Object.fromEntries(
          keySlots(loaded.byKind).map(([name, keys]) => [
            name,
            requireKey(keys, clock(), name).activeFrom ?? 0,
          ]),
        ),
      clientSecrets: Buffer.from(
        hkdfSync('sha256', keyEncryptionKey, '', 'assent client-secret', 32),
      ),
      userKeyEncryptionKey: keyEncryptionKey,
    },
  }
}

/** What the keys of a kind or algorithm are named by, and its keys. A node needs a current key in each. */
export function keySlots(
  keys: KeysByKind,
): readonly (readonly [string, readonly LifecycleKey[]])[] {
  const tokens = byAlgorithm(keys.token)
  return [
    ['master', keys.master],
    ['reply', keys.reply],
    ['assertion', keys.assertion],
    ...TOKEN_ALGORITHMS.map((algorithm) => [`token ${algorithm}`, tokens[algorithm]] as const),
  ]
}

export function byAlgorithm(
  keys: readonly LifecycleKey[],
): Readonly<Record<TokenAlgorithm, readonly LifecycleKey[]>> {
  const of = (algorithm: TokenAlgorithm): readonly LifecycleKey[] =>
    keys.filter(({ key }) => tokenAlgorithmOf(key) === algorithm)
  return { RS256: of('RS256'), ES256: of('ES256'), EdDSA: of('EdDSA') }
}

type Prepared = {
  readonly byKind: KeysByKind
  readonly tokens: ReturnType<typeof byAlgorithm>
  readonly assertionKeys: PublicKeys
  readonly tokenKeys: ReturnType<TokenKeys['published']>
}

/** Public keys are derived once, because requests need them. */
function prepare(keys: KeysByKind): Prepared {
  return {
    byKind: keys,
    tokens: byAlgorithm(keys.token),
    assertionKeys: new Map(
      keys.assertion.map(({ version, key }) => [`assertion-${version}`, createPublicKey(key)]),
    ),
    tokenKeys: new Map(
      keys.token.flatMap(({ version, key }) => {
        const algorithm = tokenAlgorithmOf(key)
        return algorithm ? [[`token-${version}`, { key: createPublicKey(key), algorithm }]] : []
      }),
    ),
  }
}

function publishedTokenKeys(
  { tokens, tokenKeys }: Prepared,
  retiredAfter: number,
  now: number,
): ReturnType<TokenKeys['published']> {
  const isGone = new Set(
    TOKEN_ALGORITHMS.flatMap((algorithm) => withStates(tokens[algorithm], now))
      .filter(({ retiredAt }) => retiredAt !== undefined && retiredAt <= retiredAfter)
      .map(({ version }) => `token-${version}`),
  )
  return new Map([...tokenKeys].filter(([id]) => !isGone.has(id)))
}

function signingKey(kind: string, { version, key }: LifecycleKey): SigningKey {
  return { id: `${kind}-${version}`, key }
}

/** Before the time of the first key, which only a wrong clock can show, the first key is used. */
function requireKey(keys: readonly LifecycleKey[], now: number, name: string): LifecycleKey {
  const key = currentKey(keys, now) ?? keys.find(({ activeFrom }) => activeFrom !== undefined)
  if (!key) throw new Error(`There is no ${name} key. Create one with assent keys rotate.`)
  return key
}

function bytesOf(keys: readonly LifecycleKey[]): ReadonlyMap<number, Buffer> {
  return new Map(keys.map(({ version, key }) => [version, key.export()]))
}
