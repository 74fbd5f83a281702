/**
 * @module Writes a change of the registry: all of its records, or none.
 */
import { random } from '../../crypto/random.ts'
import type { GrantStore } from '../../engine/store/grants.ts'
import type {
  ChangeCause,
  RecordKey,
  RecordProblem,
  RecordUpdate,
  RegistryChange,
  RegistryStore,
  StagedRecord,
} from '../../engine/store/registry.ts'
import { addDigest, digestOfRecord, hashOfChange, NO_RECORDS } from './change-hash.ts'

export type ChangeStore = Pick<
  RegistryStore,
  | 'stageRecords'
  | 'readStagedDigests'
  | 'findProblems'
  | 'readHead'
  | 'commitChange'
  | 'discardStaged'
> &
  Pick<GrantStore, 'internClient'>

/** A change was not made, because some of its records do not fit the others or were changed meanwhile. */
export class RegistryProblemsError extends Error {
  override readonly name = 'RegistryProblemsError'
  /** At most `MAX_RECORD_PROBLEMS`. */
  readonly problems: readonly RecordProblem[]
  constructor(problems: readonly RecordProblem[]) {
    super(['Nothing was changed.', ...problems.map(sentenceOf)].join('\n'))
    this.problems = problems
  }
}

/** A store on SQLite writes a chunk in some milliseconds, in which nothing else runs. */
const CHUNK_RECORDS = 100
const CHUNK_CHARACTERS = 1_000_000
const PAGE_RECORDS = 1000
const CHANGE_ID_BYTES = 16

/**
 * Writes new versions of records as one change, which nobody sees before it is complete. Several writers may work at once, on any
 * number of nodes.
 * @param updates of any number, in any order; each record once
 * @returns the line of the change log
 * @throws {RegistryProblemsError} when the records changed meanwhile, or do not fit the others
 * @throws {TypeError} when the actor or the reason is empty
 * @throws {StoreUnavailableError} The outcome is unknown. Compare again before repeating it.
 * @example
 * await writeChange(
 *   store,
 *   { actor: 'ana', source: 'api', reason: 'new merchant', changedAt: 1_800_000_000 },
 *   [{ kind: 'client', id: 'kopi-house', follows: 0, owner: 'registry', document: {}, references: [] }],
 * )
 */
export async function writeChange(
  store: ChangeStore,
  cause: ChangeCause,
  updates: Iterable<RecordUpdate> | AsyncIterable<RecordUpdate>,
): Promise<RegistryChange> {
  requireCause(cause)
  const changeId = random.text(CHANGE_ID_BYTES)
  const newClients: string[] = []
  try {
    for await (const chunk of chunksOf(withoutRepeats(updates))) {
      await store.stageRecords(changeId, chunk)
      newClients.push(...chunk.filter(isNewClient).map(({ id }) => id))
    }
    const staged = { ...cause, changeId, ...(await digestStaged(store, changeId)) }
    const change = await commit(store, staged)
    await numberClients(store, newClients)
    return change
  } catch (error) {
    // A change that was committed in spite of the error stays. What cannot be deleted now is deleted after a day.
    await store.discardStaged(changeId).catch(() => {})
    throw error
  }
}

/** A change that nobody can explain later is a mistake of the caller. */
function requireCause({ actor, reason }: ChangeCause): void {
  if (actor.trim() === '' || reason.trim() === '')
    throw new TypeError('A change of the registry needs an actor and a reason.')
}

function isNewClient({ kind, follows }: StagedRecord): boolean {
  return kind === 'client' && follows === 0
}

/**
 * Gives new clients the numbers that credentials contain, so that no request has to. A client that has none gets it when it is looked up
 * for the first time.
 */
async function numberClients(store: ChangeStore, clientIds: readonly string[]): Promise<void> {
  for (let at = 0; at < clientIds.length; at += CHUNK_RECORDS) {
    const part = clientIds.slice(at, at + CHUNK_RECORDS)
    await Promise.allSettled(part.map((clientId) => store.internClient(clientId)))
  }
}

type StagedChange = Omit<RegistryChange, 'sequence' | 'hash'>

/** Of two changes at the same time, one is first. The other one is checked against it, and follows it. */
async function commit(store: ChangeStore, staged: StagedChange): Promise<RegistryChange> {
  for (let checkedThrough = 0; ; ) {
    // The head is read before the problems: a change after it takes its sequence, and this one is checked again.
    const head = await store.readHead()
    const problems = await store.findProblems(staged.changeId, checkedThrough)
    if (problems.length > 0) throw new RegistryProblemsError(problems)
    const content = { ...staged, sequence: head.sequence + 1 }
    const change = { ...content, hash: hashOfChange(head.hash, content) }
    if (await store.commitChange(change)) return change
    checkedThrough = head.sequence
  }
}

async function digestStaged(
  store: ChangeStore,
  changeId: string,
): Promise<Pick<RegistryChange, 'recordCount' | 'recordsDigest'>> {
  let [recordCount, recordsDigest] = [0, NO_RECORDS]
  for (let after: RecordKey | undefined; ; ) {
    const page = await store.readStagedDigests(changeId, {
      limit: PAGE_RECORDS,
      ...(after && { after }),
    })
    for (const { digest } of page) recordsDigest = addDigest(recordsDigest, digest)
    recordCount += page.length
    after = page.at(-1)
    if (page.length < PAGE_RECORDS) return { recordCount, recordsDigest }
  }
}

async function* withoutRepeats(
  updates: Iterable<RecordUpdate> | AsyncIterable<RecordUpdate>,
): AsyncGenerator<StagedRecord> {
  const known = new Set<string>()
  for await (const update of updates) {
    const { kind, id } = update
    if (known.has(`${kind}/${id}`))
      throw new RegistryProblemsError([{ kind, id, problem: 'conflict' }])
    known.add(`${kind}/${id}`)
    yield { ...update, digest: digestOfRecord(update) }
  }
}

/** At least one chunk, because a change without records is a line of the log as well. */
async function* chunksOf(
  records: AsyncIterable<StagedRecord>,
): AsyncGenerator<readonly StagedRecord[]> {
  let [chunk, characters]: [StagedRecord[], number] = [[], 0]
  for await (const record of records) {
    chunk.push(record)
    characters += JSON.stringify(record).length
    if (chunk.length < CHUNK_RECORDS && characters < CHUNK_CHARACTERS) continue
    yield chunk
    ;[chunk, characters] = [[], 0]
  }
  yield chunk
}

function sentenceOf({ kind, id, problem, name, value, other }: RecordProblem): string {
  const record = `${kind} ${id}`
  const holder = other && `${other.kind} ${other.id} (owner: ${other.owner})`
  switch (problem) {
    case 'conflict':
      return `${record}: It was changed meanwhile, or stands twice in this change. Compare again.`
    case 'duplicate':
      return `${record}: Its ${name} ${value} is the one of ${holder}. Use another one.`
    case 'missing':
      return `${record}: It names ${name} ${value}, which does not exist. Add it, or correct the name.`
    case 'referenced':
      return `${record}: It cannot be removed, because ${holder} names it. Remove or change that first.`
  }
}
