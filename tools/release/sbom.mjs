/**
 * The software bill of materials of the server (CycloneDX 1.6): every package that `npm ci` installs in the folder of a release, on any
 * platform, with its license and hash, and which of them are also bundled into the `assent` command.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { readJson, writeJson } from './versions.mjs'

/** Not a dependency, because its 160 packages are needed only for releases. */
const CYCLONEDX = '@cyclonedx/cyclonedx-npm@6.0.1'
const PLACE = 'cdx:npm:package:path'

/** @param bundled the packages in dist/assent.js, as name@version */
export function writeSbom(folder, file, bundled) {
  const path = join(folder, file)
  const options = ['--package-lock-only', '--flatten-components', '--output-reproducible']
  // Without scripts: one of its optional packages compiles a library for XML.
  execFileSync(
    'npm',
    [
      ...['exec', '--yes', '--ignore-scripts', `--package=${CYCLONEDX}`, '--', 'cyclonedx-npm'],
      ...[...options, '--spec-version', '1.6', '--validate', '--output-file', path],
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const { packages } = readJson(join(folder, 'package-lock.json'))
  const sbom = readJson(path)
  const components = sbom.components.map((component) => {
    const place = component.properties.find(({ name }) => name === PLACE).value
    return complete(component, packages[place], new Set(bundled))
  })
  writeJson(path, { ...sbom, components })
}

/** What the tool leaves out when no address of a registry is in the lock file. */
function complete(component, { integrity, optional }, bundled) {
  const { group, name, version } = component
  const [algorithm, digest] = integrity.split('-')
  const isBundled = bundled.has(`${group ? `${group}/` : ''}${name}@${version}`)
  return {
    ...component,
    scope: optional ? 'optional' : 'required',
    hashes: [
      {
        alg: algorithm.replace('sha', 'SHA-'),
        content: Buffer.from(digest, 'base64').toString('hex'),
      },
    ],
    properties: [
      ...component.properties,
      { name: 'assent:bundledInCommand', value: String(isBundled) },
    ],
  }
}
