/**
 * @module The gateway with all checks off, started as the product is.
 */
import { tuneHeap } from '../../packages/server/dist/cli/heap.js'

tuneHeap()
await import('./unchecked-server.ts')
