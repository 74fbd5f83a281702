/**
 * Where the tarballs of a release come from, as an in-toto statement with a SLSA provenance predicate.
 * @see https://slsa.dev/spec/v1.0/provenance
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const BUILD_TYPE = 'urn:assent:release:v1'
const LOCAL_BUILDER = 'urn:assent:builder:local'

export const hashOf = (path, algorithm, encoding = 'hex') =>
  createHash(algorithm).update(readFileSync(path)).digest(encoding)

/**
 * @param root the clone that was built
 * @param builder a URI that names who built it. Default: somebody's machine
 */
export function createProvenance(root, folder, files, version, builder = LOCAL_BUILDER) {
  const git = (...parameters) =>
    execFileSync('git', parameters, { cwd: root, encoding: 'utf8' }).trim()
  const npm = execFileSync('npm', ['--version'], { encoding: 'utf8' }).trim()
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: files.map((name) => ({
      name,
      digest: {
        sha256: hashOf(join(folder, name), 'sha256'),
        sha512: hashOf(join(folder, name), 'sha512'),
      },
    })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { version, tag: `v${version}` },
        internalParameters: { node: process.version, npm, platform: process.platform },
        resolvedDependencies: [
          { name: 'source', digest: { gitCommit: git('rev-parse', 'HEAD') } },
          {
            name: 'package-lock.json',
            digest: { sha256: hashOf(join(root, 'package-lock.json'), 'sha256') },
          },
        ],
      },
      runDetails: { builder: { id: builder } },
    },
  }
}
