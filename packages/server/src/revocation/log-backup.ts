/**
 * @module A copy of the revocation log in a file outside the store. After a restore of the store, the node reapplies missing
 * revocations from the file before it serves (docs/operating.md#backup-and-restore).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { RevocationEntry } from '../engine/records.ts'
import type { Store } from '../engine/store/store.ts'
import { reapplyRevocation } from '../engine/tokens/reapply-revocation.ts'

export interface RevocationBackup {
  /** Reapplies the revocations that the store lacks. @returns their entries */
  restoreMissing(store: Store, now: number): Promise<readonly RevocationEntry[]>
  /** Writes entries to the disk soon afterwards, except those that the file contains already. */
  append(entries: readonly RevocationEntry[]): void
  close(): Promise<void>
}

/** A restored store lacks the end of the log, so the search runs backwards and ends at the first page that the store has. */
const PAGE_SIZE = 1000
const NAMES_USER = /"kind":"user"|"re(applied|peated)":"\d+ \d+ user /

/** A line of the file: an entry of the log, or a marker that an entry was reapplied. */
type BackupLine = RevocationEntry | ReappliedMarker
type ReappliedMarker = { readonly reapplied: string }

/**
 * Skips a line that was cut off by a crash.
 * @throws {Error} with the number of the first line that is not part of a backup
 */
export async function openRevocationBackup(
  path: string,
  onError: (error: unknown) => void,
): Promise<RevocationBackup> {
  mkdirSync(dirname(path), { recursive: true })
  dropLinesWithUsers(path)
  const file = await open(path, 'a+', 0o600)
  const lines = readLines(path)
  const entries = lines.filter((line): line is RevocationEntry => 'sequence' in line)
  const reapplied = new Set(lines.flatMap((line) => ('reapplied' in line ? line.reapplied : [])))
  const known = new Set(entries.map(keyOf))
  const unwritten: BackupLine[] = []
  let writing: Promise<void> = Promise.resolve()

  /** Lines that could not be written stay in the queue and are written with the next ones. */
  function write(added: readonly BackupLine[]): Promise<void> {
    unwritten.push(...added)
    writing = writing.catch(() => {}).then(flush)
    return writing
  }

  async function flush(): Promise<void> {
    const block = [...unwritten]
    if (block.length === 0) return
    // The leading line feed ends a line that was cut off before.
    await file.appendFile(`\n${block.map((line) => JSON.stringify(line)).join('\n')}\n`)
    await file.datasync()
    unwritten.splice(0, block.length)
  }

  async function findMissing(
    store: Pick<Store, 'readRevocationEntries'>,
  ): Promise<RevocationEntry[]> {
    const found: RevocationEntry[] = []
    for (let end = entries.length; end > 0; end -= PAGE_SIZE) {
      const page = entries.slice(Math.max(0, end - PAGE_SIZE), end)
      const stored = await store.readRevocationEntries(page.map(({ sequence }) => sequence))
      const storedKeys = new Set(stored.map(keyOf))
      const missing = page.filter((entry) => !storedKeys.has(keyOf(entry)))
      if (missing.length === 0) break
      found.unshift(...missing)
    }
    return found.filter((entry) => !reapplied.has(keyOf(entry)))
  }

  return {
    async restoreMissing(store, now) {
      const missing = await findMissing(store)
      for (const entry of missing)
        if (entry.kind !== 'erasure') await reapplyRevocation(store, entry, now)
      const erased = missing.flatMap((entry) => (entry.kind === 'erasure' ? entry.id : []))
      if (erased.length > 0) await store.eraseAgain(erased)
      if (missing.length > 0) await write(missing.map((entry) => ({ reapplied: keyOf(entry) })))
      return missing
    },
    append(read) {
      const added = read.filter((entry) => !known.has(keyOf(entry)))
      for (const entry of added) known.add(keyOf(entry))
      if (added.length > 0) write(added).catch(onError)
    },
    async close() {
      await write([]).catch(onError)
      await file.close()
    },
  }
}

/** Early versions wrote ids of users, which would outlive the erasure of their users. */
function dropLinesWithUsers(path: string): void {
  if (!existsSync(path)) return
  const lines = readFileSync(path, 'utf8').split('\n')
  const kept = lines.filter((line) => !NAMES_USER.test(line))
  if (kept.length === lines.length) return
  writeFileSync(`${path}.new`, kept.join('\n'), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function readLines(path: string): readonly BackupLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const isCutOff = line.startsWith('{') && !line.endsWith('}')
      if (line === '' || isCutOff) return []
      try {
        return [toBackupLine(JSON.parse(line) as StoredLine)]
      } catch (cause) {
        throw new Error(
          `${path}:${index + 1} is not a line of a revocation backup. Set revocationBackup to another file, or remove the line.`,
          { cause },
        )
      }
    })
}

/** A line as it is stored. Early versions used other names. */
type StoredLine = (RevocationEntry | ReappliedMarker) & {
  /** An early name of `createdAt`. */
  readonly at?: number
  /** An early name of `revokedThrough`. */
  readonly voidUntil?: number
  /** An early name of `reapplied`. */
  readonly repeated?: string
  /** An early member that the epoch has made redundant. */
  readonly voidBefore?: number
}

function toBackupLine(stored: StoredLine): BackupLine {
  const { at, voidUntil, repeated, voidBefore: _, ...line } = stored
  return {
    ...(at !== undefined && { createdAt: at }),
    ...(voidUntil !== undefined && { revokedThrough: voidUntil }),
    ...(repeated !== undefined && { reapplied: repeated }),
    ...line,
  } as BackupLine
}

/** A restored store assigns the sequence numbers of missing entries again, so the time and the content are part of the key. */
function keyOf(entry: RevocationEntry): string {
  const target =
    'grantId' in entry ? entry.grantId : 'id' in entry ? entry.id : entry.authorizationId
  return `${entry.sequence} ${entry.createdAt} ${entry.kind} ${target}`
}
