/**
 * @module How V8 keeps the memory of a server that answers many calls a second, and should not stand still for a collection.
 */
import { setFlagsFromString } from 'node:v8'

const FLAGS = [
  // What lives is some 40 MB, and V8 would look through all of it again for every 10 to 20 MB that come: each time, everybody waits.
  '--heap-growing-percent=400',
  // Compiled code for objects of a shape of which none lives at the moment of a collection would be thrown away, and compiled again.
  '--retain-maps-for-n-gc=1000',
]

export function tuneHeap(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
