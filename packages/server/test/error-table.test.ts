/**
 * @module The compiler finds a cause without a mapping: every table that maps causes must list all of them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile, type Diagnostic, ROOT } from './support/compiler.ts'

const PROTOCOL = 'packages/protocol/src'
const TABLE = /^export const ERRORS = \{$/m
const NEW_CAUSE =
  "  NEW_CAUSE: { status: 'F', code: 'NEW_CAUSE', message: 'A cause of this test.' },"

/** Compiles the packages against a copy of the protocol. */
function compileWith(edit: (source: string) => string): Diagnostic[] {
  const names = readdirSync(join(ROOT, PROTOCOL), { recursive: true, encoding: 'utf8' })
  const copies = names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const source = readFileSync(join(ROOT, PROTOCOL, name), 'utf8')
      return [`protocol/${name}`, edit(source)] as const
    })
  return compile({
    files: Object.fromEntries(copies),
    include: ['packages/server/src', 'packages/merchant/src', 'packages/jsapi/src'],
    compilerOptions: {
      paths: {
        '@assent/protocol': ['./protocol/index.ts'],
        '@assent/protocol/*': ['./protocol/*/index.ts'],
      },
    },
  })
}

/** Files with a table that must list every cause. */
const TOTAL_MAPPINGS = [
  'packages/jsapi/src/host-core/wallet-reply.ts',
  'packages/merchant/src/recovery.ts',
  'packages/server/src/http/consent-page/status-pages.ts',
  'packages/server/src/http/gateway/routes.ts',
  'packages/server/src/http/oauth/errors.ts',
  'packages/server/src/http/wallet-api/redirects.ts',
]

describe('adding a cause', () => {
  let diagnostics: readonly Diagnostic[] = []
  let added = 0

  beforeAll(() => {
    diagnostics = compileWith((source) =>
      source.replace(TABLE, (start) => {
        added++
        return `${start}\n${NEW_CAUSE}`
      }),
    )
  }, 120_000)

  it('changes the one table of the protocol', () => expect(added).toBe(1))

  it.each(TOTAL_MAPPINGS)('does not compile in %s without a mapping', (mapping) => {
    const messages = diagnostics.filter(({ file }) => file === mapping).map((one) => one.message)
    expect(messages).toContainEqual(expect.stringContaining("Property 'NEW_CAUSE' is missing"))
  })

  it('compiles everywhere else', () => {
    const files = new Set(diagnostics.map(({ file }) => file))
    expect([...files].sort()).toEqual(TOTAL_MAPPINGS)
  })
})

it('a cause that is removed while code names it does not compile', () => {
  const diagnostics = compileWith((source) => source.replace('  CODE_USED: {', '  CODE_SPENT: {'))
  const files = diagnostics.map(({ file }) => file)
  expect(files).toContainEqual(expect.stringMatching(/^packages\/server\/src\/engine\//))
}, 120_000)
