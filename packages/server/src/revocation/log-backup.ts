/**
 * @module The revocation log a second time, in a file that is kept apart from the store: what a restored copy of the store has
 * forgotten is repeated from it before a node serves.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Store } from '../engine/ports.ts'
import type { RevocationEntry } from '../engine/records.ts'
import { reapplyRevocation } from '../engine/tokens/reapply-revocation.ts'

export interface RevocationBackup {
  /** Repeats what the store does not have. @returns the lines that were repeated */
  restoreMissing(store: Store, now: number): Promise<readonly RevocationEntry[]>
  /** On the disk soon after; lines that are there already are left out. */
  append(lines: readonly RevocationEntry[]): void
  close(): Promise<void>
}

/** Compared with the store at once. A store that was restored lacks the end of the log: the first page that it has ends the search. */
const PAGE_LINES = 1000

/** A line of the file: one of the log, or the word that one of the log was repeated. */
type Entry = RevocationEntry | { readonly repeated: string }

/** @throws {Error} naming the line that is none of an archive; one that was cut off while it was written is left out */
export async function openRevocationBackup(
  path: string,
  onError: (error: unknown) => void,
): Promise<RevocationBackup> {
  mkdirSync(dirname(path), { recursive: true })
  const file = await open(path, 'a+', 0o600)
  const entries = readEntries(path)
  const lines = entries.filter((entry): entry is RevocationEntry => 'sequence' in entry)
  const repeated = new Set(entries.flatMap((entry) => ('repeated' in entry ? entry.repeated : [])))
  const known = new Set(lines.map(keyOf))
  const waiting: Entry[] = []
  let writing: Promise<void> = Promise.resolve()

  /** What could not be written waits, and goes with what comes next. */
  function write(added: readonly Entry[]): Promise<void> {
    waiting.push(...added)
    writing = writing.catch(() => {}).then(flush)
    return writing
  }

  async function flush(): Promise<void> {
    const block = [...waiting]
    if (block.length === 0) return
    // On a line of its own, whatever was cut off before.
    await file.appendFile(`\n${block.map((entry) => JSON.stringify(entry)).join('\n')}\n`)
    await file.datasync()
    waiting.splice(0, block.length)
  }

  /** From the end, as far as the store lacks anything. */
  async function missing(store: Pick<Store, 'readRevocationEntries'>): Promise<RevocationEntry[]> {
    const found: RevocationEntry[] = []
    for (let end = lines.length; end > 0; end -= PAGE_LINES) {
      const page = lines.slice(Math.max(0, end - PAGE_LINES), end)
      const rows = await store.readRevocationEntries(page.map(({ sequence }) => sequence))
      const present = new Set(rows.map(keyOf))
      const absent = page.filter((line) => !present.has(keyOf(line)))
      if (absent.length === 0) break
      found.unshift(...absent)
    }
    return found.filter((line) => !repeated.has(keyOf(line)))
  }

  return {
    async restoreMissing(store, now) {
      const absent = await missing(store)
      for (const line of absent) await reapplyRevocation(store, line, now)
      if (absent.length > 0) await write(absent.map((line) => ({ repeated: keyOf(line) })))
      return absent
    },
    append(read) {
      const added = read.filter((line) => !known.has(keyOf(line)))
      for (const line of added) known.add(keyOf(line))
      if (added.length > 0) write(added).catch(onError)
    },
    async close() {
      await write([]).catch(onError)
      await file.close()
    },
  }
}

function readEntries(path: string): readonly Entry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const isCutOff = line.startsWith('{') && !line.endsWith('}')
      if (line === '' || isCutOff) return []
      try {
        return [parseEntry(line)]
      } catch (cause) {
        throw new Error(
          `${path}:${index + 1} is no line of a revocation archive: name another file as revocationBackup, or take the line out`,
          { cause },
        )
      }
    })
}

/** Fields that earlier versions wrote under other names. `voidBefore` is no longer needed. */
type OldFields = {
  readonly at?: number
  readonly voidUntil?: number
  readonly voidBefore?: number
}

function parseEntry(line: string): Entry {
  const { at, voidUntil, voidBefore: _, ...entry } = JSON.parse(line) as Entry & OldFields
  return {
    ...entry,
    ...(at !== undefined && { createdAt: at }),
    ...(voidUntil !== undefined && { revokedThrough: voidUntil }),
  } as Entry
}

/** A restored store gives the numbers of the lines that it lacks to others; those are of another time, or say something else. */
function keyOf(line: RevocationEntry): string {
  const what = 'grantId' in line ? line.grantId : 'id' in line ? line.id : line.authorizationId
  return `${line.sequence} ${line.createdAt} ${line.kind} ${what}`
}
