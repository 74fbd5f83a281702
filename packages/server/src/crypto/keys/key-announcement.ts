/**
 * @module Puts keys into the database: those of key files, the first keys of a new database, and announced ones.
 */
import type { KeyObject } from 'node:crypto'
import {
  DEFAULT_TOKEN_ALGORITHM,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from '../../engine/oauth/token-algorithms.ts'
import type { KeyRecord, PlatformKeyStore } from '../../engine/store/platform-keys.ts'
import { conflictOf, type KeyFile } from './key-file-folder.ts'
import type { KeyFileError } from './key-files.ts'
import { generateKey, type KeyKind, parseKey, tokenAlgorithmOf } from './key-kinds.ts'
import type { KeyRecordReader, ReadKeys } from './key-records.ts'
import { byAlgorithm } from './key-ring.ts'
import type { KeySealer } from './key-sealing.ts'

export type KeyWriter = {
  readonly store: PlatformKeyStore
  readonly sealer: KeySealer
  readonly reader: KeyRecordReader
}

/** Every node has read a key after this time: nodes read once a second, and a read lasts at most four. */
export const MIN_ANNOUNCEMENT_SECONDS = 10
/** For a key file without a time. */
const FILE_ANNOUNCEMENT_SECONDS = 60
const MAX_ATTEMPTS = 5

export type AnnouncedKey = { readonly version: number; readonly activeFrom: number }

/**
 * Creates the next key of a kind. It is first published without a time, and gets its time when the database has it for certain. So no node
 * can use it before the others know it, however long the commit lasts.
 * @param afterSeconds how long it is announced, at least {@link MIN_ANNOUNCEMENT_SECONDS}
 */
export async function announceKey(
  writer: KeyWriter,
  kind: KeyKind,
  afterSeconds: number,
  algorithm: TokenAlgorithm = DEFAULT_TOKEN_ALGORITHM,
): Promise<AnnouncedKey> {
  const { reader, sealer, store } = writer
  const text = generateKey(kind, algorithm)
  const version = await addNextVersion(writer, kind, text)
  const { storeTime } = await reader.read()
  const activeFrom = storeTime + Math.max(afterSeconds, MIN_ANNOUNCEMENT_SECONDS)
  const head = { kind, version, activeFrom }
  await store.activatePlatformKey({ ...head, sealed: sealer.seal(head, text) })
  return { version, activeFrom }
}

/** Two commands that run at once take different versions. */
async function addNextVersion(writer: KeyWriter, kind: KeyKind, text: string): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { takenVersions } = await writer.reader.read()
    const version = Math.max(0, ...takenVersions[kind]) + 1
    // A master key has 255 versions at most.
    parseKey(kind, version, text)
    if (await add(writer, { kind, version, activeFrom: undefined }, text)) return version
  }
  throw new Error(`Other commands create ${kind} keys at the same time. Try again.`)
}

/**
 * Imports the key files that the database does not have. A key that is imported while nodes may run gets its time a second later, when the
 * database has it for certain, as in {@link announceKey}.
 * @returns the files that differ from the key of the same version in the database, and whether a file was imported
 */
export async function importKeyFiles(
  writer: KeyWriter,
  files: readonly KeyFile[],
  { keys, takenVersions, storeTime }: ReadKeys,
): Promise<{ readonly conflicts: readonly KeyFileError[]; readonly isImported: boolean }> {
  let isImported = false
  const conflicts: KeyFileError[] = []
  for (const file of files) {
    const { kind, version } = file
    const existing = keys[kind].find((one) => one.version === version)
    if (existing && !existing.key.equals(file.key)) conflicts.push(conflictOf(file))
    else if (existing && existing.activeFrom === undefined)
      isImported = (await activate(writer, file, storeTime)) || isImported
    if (takenVersions[kind].includes(version)) continue
    isImported = true
    const isFirstImport = takenVersions[kind].length === 0
    const activeFrom = isFirstImport ? firstTimeOf(file, files, storeTime) : undefined
    await add(writer, { kind, version, activeFrom }, textOf(file.key))
  }
  return { conflicts, isImported }
}

/** Gives a key that was imported without a time the time of its file. @returns whether the file has one */
async function activate(
  { store, sealer }: KeyWriter,
  file: KeyFile,
  storeTime: number,
): Promise<boolean> {
  const { kind, version, key } = file
  const activeFrom = laterTimeOf(file, storeTime)
  if (activeFrom === undefined) return false
  const head = { kind, version, activeFrom }
  return store.activatePlatformKey({ ...head, sealed: sealer.seal(head, textOf(key)) })
}

/** The keys of a folder that was used without a database keep the times that they had there. The first one has nothing to wait for. */
function firstTimeOf(
  file: KeyFile,
  files: readonly KeyFile[],
  storeTime: number,
): number | undefined {
  if (file.activeFrom !== undefined) return file.activeFrom
  const [first] = files.filter((one) => slotOf(one) === slotOf(file))
  if (file === first) return Math.min(file.modifiedAt, storeTime)
  return file.kind === 'reply' ? undefined : file.modifiedAt + FILE_ANNOUNCEMENT_SECONDS
}

/** Token keys of different algorithms do not take each other's place. */
function slotOf({ kind, key }: KeyFile): string {
  return kind === 'token' ? `${kind} ${tokenAlgorithmOf(key)}` : kind
}

/** A time that is over is too early: the other nodes do not know the key yet. */
function laterTimeOf({ kind, activeFrom }: KeyFile, storeTime: number): number | undefined {
  if (activeFrom !== undefined) return Math.max(activeFrom, storeTime + MIN_ANNOUNCEMENT_SECONDS)
  return kind === 'reply' ? undefined : storeTime + FILE_ANNOUNCEMENT_SECONDS
}

/** Creates what a node cannot work without: a key of each kind, and a token key for each algorithm. They are used at once. */
export async function createMissingKeys(writer: KeyWriter): Promise<void> {
  const { keys, takenVersions, storeTime } = await writer.reader.read()
  for (const kind of ['master', 'reply', 'assertion'] as const)
    if (keys[kind].length === 0)
      await add(
        writer,
        { kind, version: Math.max(0, ...takenVersions[kind]) + 1, activeFrom: storeTime },
        generateKey(kind, DEFAULT_TOKEN_ALGORITHM),
      )
  let version = Math.max(0, ...takenVersions.token)
  for (const algorithm of TOKEN_ALGORITHMS) {
    if (byAlgorithm(keys.token)[algorithm].length > 0) continue
    version++
    const head = { kind: 'token', version, activeFrom: storeTime } as const
    await add(writer, head, generateKey('token', algorithm))
  }
}

function add(
  { store, sealer }: KeyWriter,
  head: Omit<KeyRecord, 'sealed'>,
  text: string,
): Promise<boolean> {
  return store.addPlatformKey({ ...head, sealed: sealer.seal(head, text) })
}

function textOf(key: KeyObject): string {
  return key.type === 'secret'
    ? key.export().toString('base64url')
    : key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
