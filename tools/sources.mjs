/** Lists the tracked files of this repository and the packages that they import. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const IMPORT = /(?:\bfrom|\bimport|\bimport\(|(?<!\.)\brequire\()\s*'([^'\n]+)'/g

/** Paths below `folders`, relative to the repository, whose names match `pattern`. */
export function listFiles(pattern, ...folders) {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders]
  return execFileSync('git', options, { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => pattern.test(path) && existsSync(join(ROOT, path)))
}

export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Names of the third-party packages that a source file imports. */
export function packagesOf(source) {
  return [...source.matchAll(IMPORT)]
    .map(([, name]) => name)
    .filter((name) => !/^(\.|node:|@assent\/)/.test(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
}
