/**
 * @module The keys that sign replies, notifications and calls to the user directory, by version. A new key is announced: published, and
 * not used before the time in its own file. So every node that has the file changes at the same time, and receivers see the key first
 * (docs/operating.md#rotate-the-reply-key).
 *
 * The time is a line before the PEM block, which parsers of PEM ignore
 * ([RFC 7468 §2](https://www.rfc-editor.org/rfc/rfc7468.html#section-2)): `Active-From: 2026-11-29T22:00:00+00:00`.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { formatTime, parseRequestTime } from '@assent/protocol'
import type { VersionedKey } from '../message-signature.ts'
import { type KeyFileKind, keyFileName, readVersions, writeNextVersion } from './key-files.ts'
import { generateRsaKeyPair } from './key-generation.ts'

export const REPLY_KEY: KeyFileKind = { name: 'reply', extension: 'pem' }

/** For how long a key is published after the next one has taken its place. */
const RETIRED_SECONDS = 30 * 86_400
const ACTIVE_FROM = /^Active-From:[ \t]*(\S+)[ \t]*\r?$/m
const PEM_BLOCK = '-----BEGIN'

/**
 * `current` signs. `announced` will sign from `activeFrom`; without that time, its file lacks the line and it never signs. `retired` has
 * signed before.
 */
export type ReplyKeyState = 'current' | 'announced' | 'retired'

export type ReplyKey = VersionedKey & {
  readonly state: ReplyKeyState
  /** Epoch seconds. Absent for the first key. */
  readonly activeFrom?: number
  /** When the next key took its place, in epoch seconds. */
  readonly retiredAt?: number
}

export interface ReplyKeys {
  /** The key that signs at an instant. @param now epoch seconds */
  current(now: number): VersionedKey
  /** Every key of the folder, by ascending version. */
  all(now: number): readonly ReplyKey[]
  /** Reads the folder again. @throws {Error} when a file is damaged; the keys stay as they were */
  reload(): void
}

type StoredKey = VersionedKey & { readonly activeFrom: number | undefined }

/** @throws {Error} when a file is damaged */
export function openReplyKeys(folder: string): ReplyKeys {
  let stored = readReplyKeys(folder)
  return {
    current: (now) => currentOf(stored, now),
    all: (now) => stored.map((one) => withState(one, stored, now)),
    reload() {
      stored = readReplyKeys(folder)
    },
  }
}

/** The keys that receivers should know: all but those that were retired more than 30 days ago. */
export function publishedReplyKeys(keys: ReplyKeys, now: number): readonly ReplyKey[] {
  return keys
    .all(now)
    .filter(({ retiredAt }) => retiredAt === undefined || now < retiredAt + RETIRED_SECONDS)
}

/** The document at `/.well-known/assent/reply-keys`. */
export function replyKeysDocument(keys: readonly ReplyKey[]): object {
  return {
    keys: keys.map(({ version, key, state, activeFrom, retiredAt }) => ({
      keyVersion: version,
      algorithm: 'RSA256',
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
      state,
      ...(activeFrom !== undefined && { activeFrom: formatTime(activeFrom) }),
      ...(retiredAt !== undefined && { retiredAt: formatTime(retiredAt) }),
    })),
  }
}

/** Creates the next key. @param activeFrom epoch seconds. @returns its version */
export function announceReplyKey(folder: string, activeFrom: number): number {
  const { privateKey } = generateRsaKeyPair()
  return writeNextVersion(
    folder,
    REPLY_KEY,
    `Active-From: ${formatTime(activeFrom)}\n${privateKey}`,
  )
}

function readReplyKeys(folder: string): readonly StoredKey[] {
  const keys = readVersions(folder, REPLY_KEY, (text) => text)
  const [first] = keys.keys()
  return [...keys].map(([version, text]) => ({
    version,
    key: parseKey(text, version),
    // The first key has nothing to wait for.
    activeFrom: version === first ? 0 : activeFromOf(text, version),
  }))
}

function parseKey(text: string, version: number): KeyObject {
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Reported below. The error of OpenSSL says nothing about what to do.
  }
  throw new Error(
    `${keyFileName(REPLY_KEY, version)} in the keys folder is not an RSA private key in PEM. Restore it from a backup, or remove it.`,
  )
}

function activeFromOf(text: string, version: number): number | undefined {
  const [preamble = ''] = text.split(PEM_BLOCK, 1)
  const time = ACTIVE_FROM.exec(preamble)?.[1]
  if (time === undefined) return undefined
  const seconds = parseRequestTime(time)
  if (seconds !== undefined) return seconds
  throw new Error(
    `The line Active-From of ${keyFileName(REPLY_KEY, version)} must be a time such as 2026-11-29T22:00:00Z, but is ${time}.`,
  )
}

/** The latest version whose time has come. */
function currentOf(stored: readonly StoredKey[], now: number): StoredKey {
  const current = stored.findLast((one) => isActive(one, now))
  if (!current)
    throw new Error('There is no reply key. Restore the reply-N.pem files of the keys folder.')
  return current
}

function isActive({ activeFrom }: StoredKey, now: number): boolean {
  return activeFrom !== undefined && activeFrom <= now
}

function withState(
  { version, key, activeFrom }: StoredKey,
  stored: readonly StoredKey[],
  now: number,
): ReplyKey {
  const current = currentOf(stored, now)
  const from = activeFrom !== undefined && activeFrom > 0 && { activeFrom }
  if (version === current.version) return { version, key, state: 'current', ...from }
  if (version > current.version) return { version, key, state: 'announced', ...from }
  const retiredAt = Math.min(
    ...stored
      .filter((one) => one.version > version && isActive(one, now))
      .map((one) => one.activeFrom ?? now),
  )
  return { version, key, state: 'retired', ...from, retiredAt }
}
