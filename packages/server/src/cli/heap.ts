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
  // 100 s after a collection V8 makes another one to save memory, busy or not, and throws compiled code away for it. What is
  // below comes in its place: after the start, and when nobody asks.
  '--gc-memory-reducer-start-delay-ms=1000000000',
  '--expose-gc',
]
const LOOKS_EVERY_MILLISECONDS = 10_000
/** The share of its time that a node works which nobody asks much: more than what it looks at by itself, more than its start. */
const IDLE_SHARE = 0.1
/** A node that somebody asks again at once would be slow for a while. */
const IDLE_LOOKS = 6
const WORTH_IT_BYTES = 32 * 1024 * 1024

export function tuneHeap(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
  collectWhenIdle()
}

/** What the start has left, and then what much work has. */
function collectWhenIdle(): void {
  const { eventLoopUtilization } = performance
  let before = eventLoopUtilization()
  let idleLooks = IDLE_LOOKS
  let keptBytes = -WORTH_IT_BYTES
  setInterval(() => {
    const now = eventLoopUtilization()
    const isIdle = eventLoopUtilization(now, before).utilization < IDLE_SHARE
    before = now
    idleLooks = isIdle ? idleLooks + 1 : 0
    if (idleLooks < IDLE_LOOKS || usedBytes() - keptBytes < WORTH_IT_BYTES) return
    runInNewContext('gc()')
    keptBytes = usedBytes()
  }, LOOKS_EVERY_MILLISECONDS).unref()
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size
}
