/**
 * @module The folder with the keys of the platform. The first start creates the keys (docs/operating.md#keys):
 * - `reply-N.pem` (RSA) signs replies;
 * - `assertion-N.pem` (P-256) signs upstream assertions, receipts, checkpoints and Security Event Tokens;
 * - `token-N.pem` (RSA, P-256 and Ed25519, one for each algorithm) signs the tokens of the OAuth endpoints;
 * - `master-N.key` (32 bytes, base64url) seals credentials;
 * - `user-kek-1.key` (32 bytes, base64url) encrypts the keys of users.
 */
import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { VersionedKey } from '../message-signature.ts'
import {
  activeVersion,
  type KeyFileKind,
  readVersions,
  writeFirstVersion,
  writeNextVersion,
} from './key-files.ts'
import { generateRsaKeyPair, generateSymmetricKey, generateTokenKey } from './key-generation.ts'
import { createMasterKeys, type MasterKeys } from './master-keys.ts'
import { openReplyKeys, REPLY_KEY, type ReplyKeys } from './reply-keys.ts'
import { createMissingTokenKeys, openTokenKeys, type TokenKeys } from './token-keys.ts'

const ASSERTION_KEY: KeyFileKind = { name: 'assertion', extension: 'pem' }
const MASTER_KEY: KeyFileKind = { name: 'master', extension: 'key' }
const USER_KEK: KeyFileKind = { name: 'user-kek', extension: 'key' }
/** Without its first version, the users of receipts cannot be read, so it is never rotated. */
const USER_KEK_VERSION = 1
const POLL_INTERVAL_MS = 2000

/** Public keys, current and earlier ones, by key id (`kid`). */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type PlatformKeys = {
  readonly master: MasterKeys
  /** Sign replies, notifications and calls to the user directory. */
  readonly reply: ReplyKeys
  readonly assertion: {
    readonly id: string
    readonly key: KeyObject
    readonly publicKeys: PublicKeys
  }
  readonly tokens: TokenKeys
  /** The key of the hashes of client secrets. Without it, secrets cannot be guessed from a copy of assent.yaml. */
  readonly clientSecrets: Buffer
  /** Encrypts the keys of users, which encrypt the user in receipts. */
  readonly userKeyEncryptionKey: Buffer
  /** Compute and check the MACs of stored records, by version. Records outlive master keys, so they have a key of their own. */
  readonly records: ReadonlyMap<number, Buffer>
}

/** Opens the folder, and creates what is missing. @throws {Error} when others can read a key file, or one is damaged */
export function openKeyStore(folder: string): PlatformKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  createFirstKeys(folder)
  const master = createMasterKeys(readMasterKeys(folder))
  master.sealWith(activeVersion(folder, MASTER_KEY))
  const assertion = latestKey(folder, ASSERTION_KEY)
  const userKeyEncryptionKey = readUserKeyEncryptionKey(folder)
  return {
    tokens: openTokenKeys(folder),
    clientSecrets: Buffer.from(
      hkdfSync('sha256', userKeyEncryptionKey, '', 'assent client-secret', 32),
    ),
    master,
    reply: openReplyKeys(folder),
    assertion: {
      id: assertionKeyId(assertion.version),
      key: assertion.key,
      publicKeys: readAssertionPublicKeys(folder),
    },
    userKeyEncryptionKey,
    records: new Map([
      [1, Buffer.from(hkdfSync('sha256', userKeyEncryptionKey, '', 'assent record-mac', 32))],
    ]),
  }
}

/**
 * Reads new master keys and reply keys while a node runs. The node opens credentials of a new master key as soon as it has read it. It
 * seals with the key one minute after its creation, when every other node has read it, too.
 */
export function watchKeyStore(
  folder: string,
  { master, reply }: Pick<PlatformKeys, 'master' | 'reply'>,
  onError: (error: unknown) => void,
): { stop(): void } {
  function readMaster(): void {
    for (const [version, key] of readMasterKeys(folder)) master.add(version, key)
    master.sealWith(activeVersion(folder, MASTER_KEY))
  }

  const timer = setInterval(() => {
    for (const read of [readMaster, reply.reload]) {
      try {
        read()
      } catch (error) {
        onError(error)
      }
    }
  }, POLL_INTERVAL_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Creates the next master key. @returns its version */
export function makeNextMasterKey(folder: string): number {
  return writeNextVersion(folder, MASTER_KEY, generateSymmetricKey())
}

function createFirstKeys(folder: string): void {
  writeFirstVersion(folder, MASTER_KEY, generateSymmetricKey)
  writeFirstVersion(folder, REPLY_KEY, () => generateRsaKeyPair().privateKey)
  writeFirstVersion(folder, USER_KEK, generateSymmetricKey)
  writeFirstVersion(folder, ASSERTION_KEY, () => generateTokenKey('ES256'))
  createMissingTokenKeys(folder)
}

function readMasterKeys(folder: string): ReadonlyMap<number, Buffer> {
  return readVersions(folder, MASTER_KEY, decodeKey)
}

function readUserKeyEncryptionKey(folder: string): Buffer {
  return readVersions(folder, USER_KEK, decodeKey).get(USER_KEK_VERSION) as Buffer
}

function decodeKey(text: string): Buffer {
  return Buffer.from(text.trim(), 'base64url')
}

function readAssertionPublicKeys(folder: string): PublicKeys {
  const keys = readVersions(folder, ASSERTION_KEY, (text) => createPublicKey(text))
  return new Map([...keys].map(([version, key]) => [assertionKeyId(version), key]))
}

function assertionKeyId(version: number): string {
  return `assertion-${version}`
}

function latestKey(folder: string, kind: KeyFileKind): VersionedKey {
  const keys = readVersions(folder, kind, (text) => createPrivateKey(text))
  const version = Math.max(...keys.keys())
  return { version, key: keys.get(version) as KeyObject }
}
