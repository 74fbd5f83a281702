/**
 * Finds broken references in comments, messages and documents: requirement numbers and sections of documents outside this repository,
 * paths of files that do not exist, and packages that are not part of this repository. An unpublished name can be registered by
 * anybody, so no text may tell a reader to install or run one from a registry.
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

/** The packages of a command that installs from a registry or runs from it. */
const INSTALL =
  /\b(?:npx|npm (?:exec|install|i|add|create|init))((?: +(?:--?[\w-]+(?:=\S+)?|[@\w./-]*[@\w/-][@\w./-]*))+)/g
const OWN_NAME = /@assent\/([a-z-]+)/g

const manifests = listFiles(/(^|\/)package\.json$/).map((file) => JSON.parse(read(file)))
const ownNames = new Set([...manifests.map(({ name }) => name), '@assent/source'])
const ownCommands = new Set(manifests.flatMap(({ bin }) => Object.keys(bin ?? {})))
const locked = new Set(
  Object.keys(JSON.parse(read('package-lock.json')).packages).map((path) =>
    path.replace(/^.*node_modules\//, ''),
  ),
)

/**
 * Commands of installed packages, tarballs and folders are safe. Names of this repository are not: they are not published. Its commands
 * are safe with `--no` alone: otherwise npx fetches the name from a registry where the command is not installed.
 */
function unsafePackages(line) {
  return [...line.matchAll(INSTALL)].flatMap(([command, words]) => {
    const names = words
      .trim()
      .split(/ +/)
      .filter((word) => !word.startsWith('-'))
    const named = /^(?:npx|npm exec)/.test(command) ? names.slice(0, 1) : names
    const isLocal = /^(?:npx|npm exec)\b.* --no(?: |$)/.test(command)
    return named.filter((name) => !(isLocal && ownCommands.has(bareName(name))) && !isSafe(name))
  })
}

function bareName(name) {
  return name.replace(/(?!^)@[^/]*$/, '')
}

function isSafe(name) {
  const bare = bareName(name)
  if (/^\.|\.tgz$|\//.test(name) && !name.startsWith('@')) return true
  return (locked.has(bare) || bare === 'node') && !ownNames.has(bare)
}

function unknownOwnNames(line) {
  return [...line.matchAll(OWN_NAME)].map(([name]) => name).filter((name) => !ownNames.has(name))
}

const files = listFiles(/\.(md|tsx?|m?js|ya?ml)$|^\.ci\//)
const names = new Set(files.map((file) => basename(file)))

function fileExists(...path) {
  return existsSync(join(ROOT, ...path))
}

function findIn(file, line) {
  const hits = OUTSIDE.flatMap((pattern) => line.match(pattern) ?? [])
  hits.push(...unknownOwnNames(line))
  if (file.endsWith('.md')) hits.push(...unsafePackages(line))
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
