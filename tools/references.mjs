/**
 * Finds broken references in comments, messages and documents: requirement numbers and sections of documents outside this repository,
 * and paths of files that do not exist.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { listFiles, ROOT, read } from './sources.mjs'

const OUTSIDE = [/\b(?:requirements? )?R\d{3}\b/g, /\bcontract: \w+/g]
const LINK = /\]\(([^)\s]+)\)/g
/** A path in text, such as `docs/oauth.md` or `tools/setup.mjs`. */
const PATH =
  /(?<![\w/.@-])(?:docs|tools|deploy|packages|bench|examples)\/[\w./-]*\.(?:md|ts|tsx|mjs|yaml)\b/g
/** A file name without a folder, in inline code of a document. */
const NAME = /`([\w-]+(?:\.[\w-]+)*\.(?:test\.ts|mjs))`/g

const files = listFiles(/\.(md|tsx?|m?js|ya?ml)$|^\.ci\//)
const names = new Set(files.map((file) => basename(file)))

function fileExists(...path) {
  return existsSync(join(ROOT, ...path))
}

function findIn(file, line) {
  const hits = OUTSIDE.flatMap((pattern) => line.match(pattern) ?? [])
  hits.push(
    ...(line.match(PATH) ?? []).filter(
      (path) => !fileExists(path) && !fileExists(dirname(file), path),
    ),
  )
  if (!file.endsWith('.md')) return hits
  const links = [...line.matchAll(LINK)].map(([, target]) => target.split('#')[0])
  hits.push(
    ...links.filter((path) => path && !/^\w+:/.test(path) && !fileExists(dirname(file), path)),
  )
  hits.push(...[...line.matchAll(NAME)].map(([, name]) => name).filter((name) => !names.has(name)))
  return hits
}

let count = 0
for (const file of files) {
  for (const [index, line] of read(file).split('\n').entries()) {
    for (const hit of new Set(findIn(file, line))) {
      count++
      console.error(`${file}:${index + 1}: "${hit}" does not exist in this repository`)
    }
  }
}
if (count > 0) console.error(`${count} broken references`)
process.exit(count > 0 ? 1 : 0)
