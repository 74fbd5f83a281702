/**
 * @module Appends receipts to the chain of their wallet in the background, so that no decision waits for another one
 * (docs/decisions/0026-receipts-are-chained-later.md), and signs checkpoints. Any node may append: the store moves a chain head only
 * from the state that the node has read.
 */
import { appendFile } from 'node:fs/promises'
import type { ReceiptStore } from '../engine/store/receipts.ts'
import type { RegistryStore } from '../engine/store/registry.ts'
import { CHAIN_START, nextLink } from './chain.ts'
import type { CheckpointContent, SignCheckpoint } from './checkpoints.ts'

export type ChainWriterOptions = {
  readonly store: Pick<
    ReceiptStore,
    'listUnchained' | 'readChainHead' | 'listChainHeads' | 'appendToChain'
  > &
    Pick<RegistryStore, 'readHead'>
  readonly signCheckpoint: SignCheckpoint
  /** Receives one checkpoint per line. It should be on storage that database administrators cannot write to. */
  readonly checkpointsFile: string | undefined
  readonly onError: (error: unknown) => void
  readonly chainIntervalMilliseconds?: number
  readonly checkpointIntervalMilliseconds?: number
}

export type ChainLag = {
  /** How long ago this node last saw every receipt in its chain. */
  readonly lagSeconds: number
  /** How long ago this node last wrote its checkpoints. 0: it writes none. */
  readonly checkpointLagSeconds: number
}

export interface ChainWriter {
  /** Appends the receipts that are not in a chain yet. @returns how many */
  chain(): Promise<number>
  /** Signs the heads of the chains and of the registry's change log that have moved since the last checkpoint. */
  writeCheckpoints(): Promise<void>
  lag(): ChainLag
  /** Appends and signs a last time. */
  stop(): Promise<void>
}

const CHAIN_INTERVAL_MS = 250
const CHECKPOINT_INTERVAL_MS = 60_000
const BATCH_SIZE = 500

export function startChainWriter(options: ChainWriterOptions): ChainWriter {
  const { store, signCheckpoint, checkpointsFile, onError } = options
  const signedSequences = new Map<string | undefined, number>()
  let running = Promise.resolve()
  let chainedAt = performance.now()
  let checkpointsWrittenAt = performance.now()

  async function chain(): Promise<number> {
    const startedAt = performance.now()
    const unchained = await store.listUnchained(BATCH_SIZE)
    let count = 0
    for (const walletId of new Set(unchained.map((one) => one.walletId)))
      count += await chainOfWallet(walletId)
    // The receipts of a full batch are not all, and those that another node appends are seen by the next run.
    if (count >= unchained.length && unchained.length < BATCH_SIZE) chainedAt = startedAt
    return count
  }

  async function chainOfWallet(walletId: string): Promise<number> {
    // The head is read before the receipts: if another node chains some of them, the head moves and appendToChain does nothing.
    const previous = (await store.readChainHead(walletId)) ?? CHAIN_START
    const unchained = await store.listUnchained(BATCH_SIZE)
    let head = previous
    const links = unchained
      .filter((one) => one.walletId === walletId)
      .map(({ receiptId, document }) => {
        head = nextLink(head, document)
        return { receiptId, ...head }
      })
    return (await store.appendToChain(walletId, previous, links)) ? links.length : 0
  }

  async function writeCheckpoints(): Promise<void> {
    if (checkpointsFile === undefined) return
    const startedAt = performance.now()
    for (const head of await store.listChainHeads()) await writeCheckpoint(checkpointsFile, head)
    const { sequence, hash } = await store.readHead()
    await writeCheckpoint(checkpointsFile, { sequence, hash })
    checkpointsWrittenAt = startedAt
  }

  async function writeCheckpoint(file: string, head: CheckpointContent): Promise<void> {
    const { walletId, sequence } = head
    if (sequence === 0 || signedSequences.get(walletId) === sequence) return
    await appendFile(file, `${await signCheckpoint(head)}\n`, { mode: 0o600 })
    signedSequences.set(walletId, sequence)
  }

  /** Runs one job after the other. A failure is reported, and the next run repeats the work. */
  function enqueue(work: () => Promise<unknown>): Promise<void> {
    running = running.then(async () => {
      try {
        await work()
      } catch (error) {
        onError(error)
      }
    })
    return running
  }

  const timers = [
    setInterval(() => void enqueue(chain), options.chainIntervalMilliseconds ?? CHAIN_INTERVAL_MS),
    setInterval(
      () => void enqueue(writeCheckpoints),
      options.checkpointIntervalMilliseconds ?? CHECKPOINT_INTERVAL_MS,
    ),
  ]
  for (const timer of timers) timer.unref()
  return {
    chain,
    writeCheckpoints,
    lag: () => ({
      lagSeconds: secondsSince(chainedAt),
      checkpointLagSeconds: checkpointsFile === undefined ? 0 : secondsSince(checkpointsWrittenAt),
    }),
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await enqueue(chain)
      await enqueue(writeCheckpoints)
    },
  }
}

function secondsSince(instant: number): number {
  return (performance.now() - instant) / 1000
}
