/**
 * The folder of a release is an npm project: its package.json names the tarballs of the server, and its lock file every package that
 * the server needs, in the version that was tested. `npm ci` in the folder installs exactly those, and verifies each by its hash.
 * @see docs/decisions/0104-a-release-is-an-npm-project.md
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { readJson, readWorkspaces, writeJson } from './versions.mjs'

const SERVER = 'packages/server'
const INSTALLED = ['packages/protocol', SERVER]
/** Parts of an entry that npm derives from the place of the package in the tree. */
const DERIVED = ['dev', 'devOptional', 'devDependencies', 'extraneous', 'peer']

/** @param tarballs by the name of the package: file name and integrity */
export function writeInstallProject(root, folder, tarballs) {
  const manifests = readWorkspaces(root)
  const { version } = manifests.get(SERVER)
  const lock = readJson(join(root, 'package-lock.json'))
  const dependencies = {}
  const packages = {}
  for (const [path, entry] of Object.entries(lock.packages)) {
    const place = placeOf(path, manifests)
    if (place && !entry.link) packages[place] = without(entry, DERIVED)
  }
  for (const path of INSTALLED) {
    const { name } = manifests.get(path)
    const { file, integrity } = tarballs.get(name)
    dependencies[name] = `file:${file}`
    const entry = without(lock.packages[path], [...DERIVED, 'name'])
    packages[`node_modules/${name}`] = { ...entry, resolved: `file:${file}`, integrity }
  }
  const project = { name: 'assent-release', version, private: true, license: 'Apache-2.0' }
  writeJson(join(folder, 'package.json'), { ...project, dependencies })
  writeJson(join(folder, 'package-lock.json'), {
    ...{ name: project.name, version, lockfileVersion: lock.lockfileVersion, requires: true },
    packages: { '': { ...project, dependencies }, ...packages },
  })
  // Leaves out what the server does not need, such as everything that only builds and tests need.
  const options = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', '--silent', ...options], { cwd: folder, stdio: 'inherit' })
}

/** Where a package of the lock file is installed with the release. Undefined: other workspaces, and what is only theirs. */
function placeOf(path, manifests) {
  if (path.startsWith('node_modules/')) return path
  const owner = INSTALLED.find((folder) => path.startsWith(`${folder}/node_modules/`))
  return owner && `node_modules/${manifests.get(owner).name}${path.slice(owner.length)}`
}

const without = (entry, names) =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)))
