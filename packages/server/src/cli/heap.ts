/**
 * @module How V8 keeps the memory of a server that answers many calls a second, and should not stand still for a collection.
 */
import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const FLAGS = [
  // What lives is some 40 MB, and V8 would look through all of it again for every 10 to 20 MB that come: each time, everybody waits.
  '--heap-growing-percent=400',
  // Compiled code for objects of a shape of which none lives at the moment of a collection would be thrown away, and compiled again.
  '--retain-maps-for-n-gc=1000',
  // 100 s after a collection V8 makes another one to save memory, busy or not, and throws compiled code away for it. From the second
  // time on, this comes in its place: when nobody asks.
  '--gc-memory-reducer-start-delay-ms=1000000000',
  '--expose-gc',
]
const LOOKS_EVERY_MILLISECONDS = 10_000
/** The share of its time that a node works which only looks whether something is new. */
const IDLE_SHARE = 0.05
const WORTH_IT_BYTES = 32 * 1024 * 1024

export function tuneHeap(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
  collectWhenIdle()
}

/** What much work has left. */
function collectWhenIdle(): void {
  const { eventLoopUtilization } = performance
  let before = eventLoopUtilization()
  let keptBytes = 0
  setInterval(() => {
    const now = eventLoopUtilization()
    const isIdle = eventLoopUtilization(now, before).utilization < IDLE_SHARE
    before = now
    if (!isIdle || usedBytes() - keptBytes < WORTH_IT_BYTES) return
    runInNewContext('gc()')
    keptBytes = usedBytes()
  }, LOOKS_EVERY_MILLISECONDS).unref()
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size
}
