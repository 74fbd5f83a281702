/**
 * @module Puts receipts into the chain of their wallet in the background, and signs the heads: so nobody who decides waits
 * for others, and the chain is a moment behind. Any node may do it; the head moves once from where it was.
 */
import { appendFile } from 'node:fs/promises'
import type { ChainHead, ReceiptStore } from '../engine/ports/receipts.ts'
import { CHAIN_START, nextLink } from './chain.ts'

export type ChainWriterOptions = {
  readonly store: Pick<
    ReceiptStore,
    'listUnchained' | 'readChainHead' | 'listChainHeads' | 'appendToChain'
  >
  /** @returns JWS, compact */
  readonly signHead: (head: ChainHead & { readonly walletId: string }) => Promise<string>
  /** Signed heads are appended to this file, one a line: best on storage that who runs the database cannot write. */
  readonly headsFile: string | undefined
  readonly onError: (error: unknown) => void
  readonly chainEveryMilliseconds?: number
  readonly signEveryMilliseconds?: number
}

export interface ChainWriter {
  /** Chains what is there now. @returns how many */
  chain(): Promise<number>
  /** Signs heads that have moved since the last time. */
  sign(): Promise<void>
  stop(): Promise<void>
}

const CHAIN_EVERY_MILLISECONDS = 250
const SIGN_EVERY_MILLISECONDS = 60_000
const CHAINED_AT_ONCE = 500

export function startChainWriter(options: ChainWriterOptions): ChainWriter {
  const { store, signHead, headsFile, onError } = options
  const signed = new Map<string, number>()
  let running = Promise.resolve()

  async function chain(): Promise<number> {
    const waiting = await store.listUnchained(CHAINED_AT_ONCE)
    let chained = 0
    for (const walletId of new Set(waiting.map((one) => one.walletId))) {
      // The head comes first: what another node has chained since has moved it, and then this changes nothing.
      const from = (await store.readChainHead(walletId)) ?? CHAIN_START
      const still = (await store.listUnchained(CHAINED_AT_ONCE)).filter(
        (one) => one.walletId === walletId,
      )
      let head = from
      const links = still.map(({ receiptId, document }) => {
        head = nextLink(head, document)
        return { receiptId, ...head }
      })
      if (await store.appendToChain(walletId, from, links)) chained += links.length
    }
    return chained
  }

  async function sign(): Promise<void> {
    if (headsFile === undefined) return
    for (const head of await store.listChainHeads()) {
      if (head.sequence === 0 || signed.get(head.walletId) === head.sequence) continue
      await appendFile(headsFile, `${await signHead(head)}\n`, { mode: 0o600 })
      signed.set(head.walletId, head.sequence)
    }
  }

  /** One after the other; a failure is said and tried again. */
  function queue(work: () => Promise<unknown>): Promise<void> {
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
    setInterval(
      () => void queue(chain),
      options.chainEveryMilliseconds ?? CHAIN_EVERY_MILLISECONDS,
    ),
    setInterval(() => void queue(sign), options.signEveryMilliseconds ?? SIGN_EVERY_MILLISECONDS),
  ]
  for (const timer of timers) timer.unref()
  return {
    chain,
    sign,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await queue(chain)
      await queue(sign)
    },
  }
}
