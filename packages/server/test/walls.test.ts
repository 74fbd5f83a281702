/**
 * @module The linter keeps the folders of `src` apart: an import across a wall fails in each folder that has one.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, ROOT } from './support/compiler.ts'

const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
const SRC = 'packages/server/src'
const PROTOCOL = 'packages/protocol/src'

type Override = {
  readonly includes: readonly string[]
  readonly linter: { readonly rules: { readonly style?: { readonly noRestrictedImports?: Rule } } }
}
type Rule = { readonly options: { readonly patterns: readonly { readonly group: string[] }[] } }
type Report = {
  readonly diagnostics: readonly {
    readonly category: string
    readonly location: { readonly path: string }
  }[]
}
type Wall = { readonly folder: string; readonly forbidden: string }

/** The folders of `src`. */
const FOLDERS = readdirSync(join(ROOT, SRC), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const CONFIG = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'))
const OVERRIDES: readonly Override[] = CONFIG.overrides
const IMPORTS = 'lint/style/noRestrictedImports'
const GLOBALS = 'lint/style/noRestrictedGlobals'

/** Every pair of a folder and a sibling that a rule forbids it to import. */
function listWalls(): Wall[] {
  return OVERRIDES.flatMap(({ includes, linter }) => {
    const folder = includes.find((path) => path.startsWith(SRC))?.split('/')[3]
    const groups = linter.rules.style?.noRestrictedImports?.options.patterns ?? []
    if (!folder) return []
    const siblings = groups
      .flatMap(({ group }) => group)
      .flatMap((pattern) => /^\*\*\/([\w-]+)\/\*\*$/.exec(pattern)?.[1] ?? [])
    return siblings.map((forbidden) => ({ folder, forbidden }))
  })
}

/** Lints files that exist only for this test, with the rules of this repository. @returns the broken rules of each file */
function lint(files: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  // Neither git nor the plugin is in the temporary folder.
  const { vcs: _vcs, plugins: _plugins, ...rules } = CONFIG
  const folder = createFolder({ ...files, 'biome.json': JSON.stringify(rules) })
  const { stdout } = spawnSync(
    process.execPath,
    [BIOME, 'lint', '--reporter=json', '--max-diagnostics=none', 'packages'],
    { cwd: folder, encoding: 'utf8' },
  )
  rmSync(folder, { recursive: true, force: true })
  const { diagnostics }: Report = JSON.parse(stdout)
  return new Map(
    Object.keys(files).map((file) => [
      file,
      diagnostics.filter((one) => one.location.path === file).map((one) => one.category),
    ]),
  )
}

const importing = (name: string) => `import { one } from '${name}'\n\nexport const two = one\n`

describe('walls', () => {
  const walls = listWalls()
  const engineWalls = FOLDERS.filter((name) => name !== 'engine').map((forbidden) => ({
    folder: 'engine',
    forbidden,
  }))

  it('rules name folders that exist', () => {
    const named = new Set(walls.flatMap(({ folder, forbidden }) => [folder, forbidden]))
    expect([...named].filter((name) => !FOLDERS.includes(name))).toEqual([])
    expect(new Set(walls.map(({ folder }) => folder)).size).toBeGreaterThan(4)
  })

  it('an import of a sibling that is behind a wall fails', () => {
    const files = [...walls, ...engineWalls].map(({ folder, forbidden }) => [
      `${SRC}/${folder}/imports-${forbidden}.ts`,
      importing(`../${forbidden}/x.ts`),
    ])
    const broken = lint(Object.fromEntries(files))
    expect([...broken].filter(([, rules]) => !rules.includes(IMPORTS))).toEqual([])
  })

  it('an import from the same folder or from the engine passes', () => {
    const folders = [...new Set(walls.map(({ folder }) => folder))]
    const files = folders.flatMap((folder) => [
      [`${SRC}/${folder}/imports-itself.ts`, importing('./y.ts')],
      [`${SRC}/${folder}/imports-engine.ts`, importing('../engine/y.ts')],
    ])
    const broken = lint(Object.fromEntries(files))
    expect([...broken].filter(([, rules]) => rules.length > 0)).toEqual([])
  })

  it.each([
    ['the engine reads no clock', `${SRC}/engine/x.ts`, 'export const now = Date.now()\n', GLOBALS],
    ['the engine uses no Node.js module', `${SRC}/engine/x.ts`, importing('node:fs'), IMPORTS],
    ['the protocol imports nothing', `${PROTOCOL}/x.ts`, importing('node:fs'), IMPORTS],
    ['only driver.ts uses a driver', `${SRC}/stores/sqlite/x.ts`, importing('libsql'), IMPORTS],
  ])('%s', (_name, path, source, rule) => {
    expect(lint({ [path]: source }).get(path)).toContain(rule)
  })
})
