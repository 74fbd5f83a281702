/**
 * Copies the documentation into the server's package, which serves it at /docs. Pages for those who change this project stay here.
 */
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SOURCE = new URL('../docs/', import.meta.url)
const TARGET = new URL('../packages/server/dist/docs/', import.meta.url)
const NOT_SERVED = ['decisions', 'dependencies.md', 'performance.md', 'demo.png', 'contracts']

rmSync(TARGET, { recursive: true, force: true })
cpSync(SOURCE, TARGET, {
  recursive: true,
  filter: (path) => !NOT_SERVED.some((name) => path === fileURLToPath(new URL(name, SOURCE))),
})
