#!/usr/bin/env node
/**
 * @module The `assent` command. How V8 keeps memory is said before it reads the rest: a collection that it has planned by then, it makes.
 */
import { tuneHeap } from './heap.ts'

tuneHeap()
await import('./args.ts')
