/**
 * @module The compiler finds a cause that has no mapping: every table that spells causes must spell all of them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compile, type Diagnostic, ROOT } from './support/compiler.ts'

const PROTOCOL = 'packages/protocol/src'
const TABLE = /^export const (?:RESULTS|ERRORS) = \{$/m
const NEW_CAUSE =
  "  NEW_CAUSE: { status: 'F', code: 'NEW_CAUSE', message: 'A cause of this test.' },"

/** Compiles the packages against a copy of the protocol. */
function compileWith(edit: (source: string) => string): Diagnostic[] {
  const names = readdirSync(join(ROOT, PROTOCOL))
  const copies = names.map((name) => {
    const source = readFileSync(join(ROOT, PROTOCOL, name), 'utf8')
    return [`protocol/${name}`, edit(source)] as const
  })
  return compile({
    files: Object.fromEntries(copies),
    include: ['packages/server/src', 'packages/merchant/src', 'packages/jsapi/src'],
    compilerOptions: { paths: { '@assent/protocol': ['./protocol/index.ts'] } },
  })
}

/** Files with a table that has to name every cause. */
const TOTAL_MAPPINGS: readonly string[] = []

it('a cause that is added without its mappings does not compile', () => {
  let added = 0
  const diagnostics = compileWith((source) =>
    source.replace(TABLE, (start) => {
      added++
      return `${start}\n${NEW_CAUSE}`
    }),
  )
  expect(added).toBe(1)
  expect([...new Set(diagnostics.map(({ file }) => file))].sort()).toEqual(TOTAL_MAPPINGS)
}, 120_000)

it('a cause that is removed while code names it does not compile', () => {
  const diagnostics = compileWith((source) => source.replace('  CODE_USED: {', '  CODE_SPENT: {'))
  const files = diagnostics.map(({ file }) => file)
  expect(files).toContainEqual(expect.stringMatching(/^packages\/server\/src\/engine\//))
}, 120_000)
