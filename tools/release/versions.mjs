/** The version of the packages: in their manifests, in the lock file, and in pages that name a tarball or an image. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
export const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)

/** @returns the manifest of each workspace, by its folder */
export function readWorkspaces(root) {
  const { workspaces } = readJson(join(root, 'package.json'))
  return new Map(workspaces.map((path) => [path, readJson(join(root, path, 'package.json'))]))
}

export function setVersion(root, version) {
  const former = readJson(join(root, 'package.json')).version
  const workspaces = readWorkspaces(root)
  const names = new Set([...workspaces.values()].map(({ name }) => name))
  for (const path of ['', ...workspaces.keys()]) {
    const file = join(root, path, 'package.json')
    writeJson(file, withVersion(readJson(file), version, names))
  }
  const lockFile = join(root, 'package-lock.json')
  const lock = readJson(lockFile)
  for (const path of ['', ...workspaces.keys()])
    lock.packages[path] = withVersion(lock.packages[path], version, names)
  writeJson(lockFile, { ...lock, version })
  for (const file of listTexts(root)) setVersionInText(join(root, file), former, version)
}

function withVersion(manifest, version, names) {
  const changed = { ...manifest, ...(manifest.version && { version }) }
  for (const kind of DEPENDENCIES) {
    if (!changed[kind]) continue
    const entries = Object.entries(changed[kind])
    changed[kind] = Object.fromEntries(
      entries.map(([name, range]) => [name, names.has(name) ? version : range]),
    )
  }
  return changed
}

const listTexts = (root) =>
  execFileSync('git', ['ls-files', 'README.md', 'docs', 'deploy'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(md|ya?ml)$/.test(file) && !file.startsWith('docs/decisions/'))

/** `assent-server-1.2.3.tgz` and `assent:1.2.3`. */
function setVersionInText(path, former, version) {
  const text = readFileSync(path, 'utf8')
  const pattern = new RegExp(`\\b(assent(?:-[a-z]+)?[-:])${former.replaceAll('.', '\\.')}\\b`, 'g')
  const changed = text.replace(pattern, (_, name) => name + version)
  if (changed !== text) writeFileSync(path, changed)
}
