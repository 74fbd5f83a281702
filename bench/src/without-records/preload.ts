/**
 * @module Makes a node of the product run with the embedded store of this folder, for comparison. To be loaded before the node
 * (`node --import`).
 */
import { register } from 'node:module'
import type { ReplacedModule } from '../replaced-module/resolve.ts'

register<ReplacedModule>(new URL('../replaced-module/resolve.js', import.meta.url), {
  data: {
    original: '/packages/server/dist/stores/sqlite/store.js',
    replacement: new URL('./store.js', import.meta.url).href,
  },
})
