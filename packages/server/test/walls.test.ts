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
const IMPORTS = 'lint/style/noRestrictedImports'
const GLOBALS = 'lint/style/noRestrictedGlobals'

/** Folders that may import others than the engine, from the top down: each may import those that stand after it. */
const LAYERS = ['cli', 'main', 'contracts', 'admin-api', 'registry', 'config']

/** Every pair of a folder and another one that it must not import. */
function listWalls(): Wall[] {
  return FOLDERS.flatMap((folder) => {
    const layer = LAYERS.indexOf(folder)
    const above = layer === -1 ? FOLDERS : LAYERS.slice(0, layer)
    const allowed = folder === 'engine' ? [folder] : [folder, 'engine']
    return above
      .filter((forbidden) => !allowed.includes(forbidden))
      .map((forbidden) => ({ folder, forbidden }))
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

  it.each([
    { depth: 'a folder', inside: '', up: '..' },
    { depth: 'a folder in a folder', inside: 'inner/', up: '../..' },
    { depth: 'a folder two levels down', inside: 'inner/most/', up: '../../..' },
  ])('rejects an import across a wall from $depth', ({ inside, up }) => {
    const files = walls.map(({ folder, forbidden }) => [
      `${SRC}/${folder}/${inside}imports-${forbidden}.ts`,
      importing(`${up}/${forbidden}/x.ts`),
    ])
    expect(files.length).toBeGreaterThan(100)
    const broken = lint(Object.fromEntries(files))
    expect([...broken].filter(([, rules]) => !rules.includes(IMPORTS))).toEqual([])
  })

  it('accepts an import from the same folder or from the engine', () => {
    const files = FOLDERS.filter((folder) => folder !== 'engine').flatMap((folder) => [
      [`${SRC}/${folder}/imports-itself.ts`, importing('./y.ts')],
      [`${SRC}/${folder}/imports-engine.ts`, importing('../engine/y.ts')],
    ])
    const broken = lint(Object.fromEntries(files))
    expect([...broken].filter(([, rules]) => rules.length > 0)).toEqual([])
  })

  it.each([
    [
      'rejects a clock in the engine',
      `${SRC}/engine/x.ts`,
      'export const now = Date.now()\n',
      GLOBALS,
    ],
    [
      'rejects a module of Node.js in the engine',
      `${SRC}/engine/x.ts`,
      importing('node:fs'),
      IMPORTS,
    ],
    ['rejects an import in the protocol', `${PROTOCOL}/x.ts`, importing('node:fs'), IMPORTS],
  ])('%s', (_name, path, source, rule) => {
    expect(lint({ [path]: source }).get(path)).toContain(rule)
  })
})
