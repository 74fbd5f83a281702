/**
 * @module Makes a node of the product run with the embedded store of this folder, for comparison. To be loaded before the node
 * (`node --import`).
 */
import { register } from 'node:module'

register(new URL('./resolve.js', import.meta.url))
