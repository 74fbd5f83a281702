/**
 * @module The root folder of this package. Its path relative to this module differs between the source and the bundle, so the package
 * name is resolved instead.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const MANIFEST = createRequire(import.meta.url).resolve('@assent/server/package.json')

export const PACKAGE_ROOT = new URL('./', pathToFileURL(MANIFEST))

/**
 * The compiled script of a worker thread. Node.js 20 cannot run TypeScript, so the sources and the bundle start the same compiled file.
 * @param path relative to `src`, without the extension, such as `stores/sqlite/checkpoint-worker`
 */
export function workerScript(path: string): URL {
  return new URL(`dist/${path}.js`, PACKAGE_ROOT)
}

/** @returns the version of this package */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { readonly version: string }
  return version
}
