/**
 * @module Where this package lies: its source, its build and the files that the command is bundled into have it in common.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const MANIFEST = createRequire(import.meta.url).resolve('@assent/server/package.json')

export const PACKAGE_ROOT = new URL('.//', pathToFileURL(MANIFEST))
