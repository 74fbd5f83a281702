/**
 * @module The root folder of this package. Its path relative to this module differs between the source and the bundle, so the package
 * name is resolved instead.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const MANIFEST = createRequire(import.meta.url).resolve('@assent/server/package.json')

export const PACKAGE_ROOT = new URL('./', pathToFileURL(MANIFEST))
