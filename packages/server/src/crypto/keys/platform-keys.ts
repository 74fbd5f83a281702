/**
 * @module The keys of the platform on a node: those of the database, which every node reads once a second. Key files that appear in the key
 * folder are imported into the database first. Whatever happens to a file or a row, a node keeps the keys that it has.
 */
import type { PlatformKeyStore } from '../../engine/store/platform-keys.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { createMissingKeys, importKeyFiles, type KeyWriter } from './key-announcement.ts'
import {
  hasKeyEncryptionKey,
  isInEnvironment,
  KEY_ENCRYPTION_KEY_VARIABLE,
  readKeyEncryptionFile,
  readKeyEncryptionKey,
} from './key-encryption-key.ts'
import { createFirstKeys, type KeyFolder, readKeyFolder } from './key-file-folder.ts'
import { KeyFileError } from './key-files.ts'
import { createKeyRecordReader } from './key-records.ts'
import {
  createKeyRing,
  type KeyRing,
  type KeysByKind,
  keySlots,
  type PlatformKeys,
} from './key-ring.ts'
import { createKeySealer } from './key-sealing.ts'

export type PlatformKeysOptions = {
  readonly folder: string
  readonly store: PlatformKeyStore
  /** Epoch seconds. */
  readonly clock: () => number
  /** For how long a token key is published after the next one has taken its place. */
  readonly tokenRetentionSeconds: number
}

export interface RunningPlatformKeys {
  readonly keys: PlatformKeys
  /** Creates the next keys. */
  readonly writer: KeyWriter
  /** The files and rows that are not used at present, and why. */
  problems(): readonly KeyFileError[]
  stop(): Promise<void>
}

export type KeyObserver = {
  /** Called once for each problem, when it begins. */
  readonly onProblem: (problem: KeyFileError) => void
  /** Called when the keys cannot be read from the database for the first time after a success. */
  readonly onError: (error: unknown) => void
}

const POLL_INTERVAL_MS = 1000
/** A node that has read the keys within this time knows every key that another node uses, because keys are announced for longer. */
const MAX_KNOWLEDGE_AGE_MS = 5000

type OpenedKeys = {
  readonly ring: KeyRing
  readonly writer: KeyWriter
  readonly problems: readonly KeyFileError[]
}

/** Reads the keys once, for commands. @throws {Error} as {@link followPlatformKeys} */
export async function openPlatformKeys(
  options: PlatformKeysOptions,
): Promise<{ readonly keys: PlatformKeys; readonly writer: KeyWriter }> {
  const { ring, writer } = await openKeys(options)
  return { keys: ring.keys, writer }
}

/**
 * Opens the keys and follows the database and the folder. The first node of a database creates the keys.
 * @throws {Error} when the key-encryption key is missing or not that of the database, or a file that is needed is damaged
 */
export async function followPlatformKeys(
  options: PlatformKeysOptions,
  { onProblem, onError }: KeyObserver,
): Promise<RunningPlatformKeys> {
  let lastReadAt = performance.now()
  const opened = await openKeys(options, () => {
    if (performance.now() - lastReadAt > MAX_KNOWLEDGE_AGE_MS)
      throw new StoreUnavailableError('The keys of the database could not be read lately.')
  })
  let problems: readonly KeyFileError[] = []
  let reading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let isFailing = false

  function report(next: readonly KeyFileError[]): void {
    const known = new Set(problems.map(({ message }) => message))
    problems = next
    for (const problem of next) if (!known.has(problem.message)) onProblem(problem)
  }

  async function read(): Promise<void> {
    const startedAt = performance.now()
    report(await refresh(options, opened))
    lastReadAt = startedAt
    isFailing = false
  }

  function fail(error: unknown): void {
    if (!isFailing) onError(error)
    isFailing = true
  }

  function schedule(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      reading = read().catch(fail).finally(schedule)
    }, POLL_INTERVAL_MS)
    timer.unref()
  }

  report(opened.problems)
  schedule()
  return {
    keys: opened.ring.keys,
    writer: opened.writer,
    problems: () => problems,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await reading
    },
  }
}

async function openKeys(
  options: PlatformKeysOptions,
  requireKnowledge: () => void = () => {},
): Promise<OpenedKeys> {
  const { folder, store, clock, tokenRetentionSeconds } = options
  await prepareFolder(folder, store)
  const keyEncryptionKey = readKeyEncryptionKey(folder)
  const sealer = createKeySealer(keyEncryptionKey)
  const reader = createKeyRecordReader(store, sealer)
  const writer: KeyWriter = { store, sealer, reader }
  const found = await reader.read()
  if (found.problems[0]) throw found.problems[0]
  const { files, problems } = readKeyFolder(folder)
  requireKinds(problems, found.keys)
  const { conflicts } = await importKeyFiles(writer, files, found)
  await createMissingKeys(writer)
  const { keys } = await reader.read()
  const ring = createKeyRing(keys, {
    keyEncryptionKey,
    clock,
    tokenRetentionSeconds,
    requireKnowledge,
  })
  return { ring, writer, problems: [...problems.map(({ error }) => error), ...conflicts] }
}

/** The first node of a database creates the first keys. */
async function prepareFolder(folder: string, store: PlatformKeyStore): Promise<void> {
  const { records } = await store.readPlatformKeys()
  if (records.length === 0 && !isInEnvironment()) createFirstKeys(folder)
}

/** A damaged file is an error when the database has no key of its kind yet: what the key sealed or signed would be refused. */
function requireKinds(problems: KeyFolder['problems'], keys: KeysByKind): void {
  const needed = problems.find(({ kind }) => kind && keys[kind].length === 0)
  if (needed) throw needed.error
}

async function refresh(
  { folder }: PlatformKeysOptions,
  { ring, writer }: OpenedKeys,
): Promise<readonly KeyFileError[]> {
  const { files, problems } = readKeyFolder(folder)
  const found = await writer.reader.read()
  const { conflicts, isImported } = await importKeyFiles(writer, files, found)
  const { keys, problems: unopened } = isImported ? await writer.reader.read() : found
  const missing = keySlots(keys).filter(([, ofSlot]) => ofSlot.length === 0)
  if (missing.length === 0) ring.load(keys)
  return [
    ...problems.map(({ error }) => error),
    ...conflicts,
    ...unopened,
    ...problemsOfKeyEncryptionFile(folder),
    ...missing.map(([name]) => missingFromDatabase(name)),
  ]
}

/** The files of a key folder that cannot be used, without a look at the database. */
export function problemsOfKeyFolder(folder: string): readonly KeyFileError[] {
  const ofKeyEncryptionKey = hasKeyEncryptionKey(folder) ? problemsOfKeyEncryptionFile(folder) : []
  return [...readKeyFolder(folder).problems.map(({ error }) => error), ...ofKeyEncryptionKey]
}

/** Without this file, the node does not start again. */
function problemsOfKeyEncryptionFile(folder: string): readonly KeyFileError[] {
  if (process.env[KEY_ENCRYPTION_KEY_VARIABLE]) return []
  try {
    readKeyEncryptionFile(folder)
    return []
  } catch (error) {
    if (error instanceof KeyFileError) return [error]
    throw error
  }
}

function missingFromDatabase(name: string): KeyFileError {
  return new KeyFileError(
    `The ${name} key of the database`,
    'missing',
    'was deleted. The node keeps the keys that it has; restore the table platform_keys.',
  )
}
