/**
 * @module Makes a node of the product run without MACs of its records, for comparison. To be loaded before the node (`node --import`).
 */
import { register } from 'node:module'
import type { ReplacedModule } from '../replaced-module/resolve.ts'

register<ReplacedModule>(new URL('../replaced-module/resolve.js', import.meta.url), {
  data: {
    original: '/packages/server/dist/crypto/records/record-integrity.js',
    replacement: new URL('./record-integrity.js', import.meta.url).href,
  },
})
