/**
 * Builds the documentation site into the server's package, which serves it at /docs: the site itself, and the Markdown of its
 * pages. Nothing happens when the documentation, its theme and the packages are those of the last build.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = new URL('../docs/', import.meta.url)
const TARGET = new URL('../packages/server/dist/docs/', import.meta.url)
/** The hash of all inputs of the build that the target has. */
const STAMP = new URL('inputs.sha256', TARGET)
/** For those who change this project. Links to them become text. */
const NOT_SERVED =
  /^(?:contracts\/|decisions\/|dependencies\.md$|performance\.md$|\.vitepress\/\.temp)/

const root = fileURLToPath(SOURCE)
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/'))
  .filter((file) => !NOT_SERVED.test(file))
  .sort()

function hashInputs() {
  const hash = createHash('sha256')
  for (const file of ['../package-lock.json', '../tools/docs-site.mjs', ...files])
    hash.update(`${file}\n`).update(readFileSync(new URL(file, SOURCE)))
  return hash.digest('hex')
}

function copyMarkdown(file) {
  const target = new URL(`markdown/${file}`, TARGET)
  mkdirSync(dirname(fileURLToPath(target)), { recursive: true })
  copyFileSync(new URL(file, SOURCE), target)
}

const inputs = hashInputs()
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== inputs) {
  rmSync(TARGET, { recursive: true, force: true })
  const { build } = await import('vitepress')
  await build(root)
  for (const file of files.filter((file) => file.endsWith('.md'))) copyMarkdown(file)
  writeFileSync(STAMP, inputs)
}
