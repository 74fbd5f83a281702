/** What a release consists of, built from a clone without any other files. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { notesOf } from './changelog.mjs'
import { writeInstallProject } from './install-lock.mjs'
import { createProvenance, hashOf } from './provenance.mjs'
import { writeSbom } from './sbom.mjs'
import { readJson, readWorkspaces, writeJson } from './versions.mjs'

const CHECKSUMS = 'SHA256SUMS'
export const SIGNATURE_NAMESPACE = 'assent-release'

/** Installs the packages of the lock file, and builds. */
export function buildClone(clone) {
  // Files of the tarballs have the permissions that every umask of a checkout has in common.
  process.umask(0o022)
  run(clone, 'npm', 'ci', '--silent', '--no-audit', '--no-fund')
  run(clone, 'npm', 'run', '--silent', 'build')
}

/**
 * Writes the release of a built clone into a folder. The same commit gives the same files.
 * @param builder a URI of who builds; recorded in the provenance
 * @param key the path of an SSH key that signs the checksums
 */
export function writeArtifacts(clone, folder, { builder, key } = {}) {
  mkdirSync(folder, { recursive: true })
  const { version } = readJson(join(clone, 'package.json'))
  const tarballs = packAll(clone, folder)
  writeInstallProject(clone, folder, tarballs)
  const bundled = readJson(join(clone, 'packages/server/dist/bundled-packages.json'))
  writeSbom(folder, 'sbom.cdx.json', bundled)
  const changelog = readFileSync(join(clone, 'CHANGELOG.md'), 'utf8')
  writeFileSync(join(folder, 'RELEASE_NOTES.md'), notesOf(changelog, version))
  copyFileSync(fileURLToPath(new URL('verify.mjs', import.meta.url)), join(folder, 'verify.mjs'))
  const files = [...tarballs.values()].map(({ file }) => file).sort()
  writeJson(
    join(folder, 'provenance.intoto.json'),
    createProvenance(clone, folder, files, version, builder),
  )
  const names = readdirSync(folder).sort()
  const lines = names.map((name) => `${hashOf(join(folder, name), 'sha256')}  ${name}\n`)
  writeFileSync(join(folder, CHECKSUMS), lines.join(''))
  if (key) run(folder, 'ssh-keygen', '-Y', 'sign', '-f', key, '-n', SIGNATURE_NAMESPACE, CHECKSUMS)
}

/** @returns the file and the integrity of each tarball, by the name of its package */
function packAll(clone, folder) {
  const published = [...readWorkspaces(clone)].filter(([, manifest]) => !manifest.private)
  return new Map(
    published.map(([path, { name, version }]) => {
      run(clone, 'npm', 'pack', '--silent', '--workspace', path, '--pack-destination', folder)
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      const integrity = `sha512-${hashOf(join(folder, file), 'sha512', 'base64')}`
      return [name, { file, integrity }]
    }),
  )
}

export function run(folder, command, ...parameters) {
  execFileSync(command, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}
