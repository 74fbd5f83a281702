/**
 * @module Every code block of the documentation is checked: TypeScript and JavaScript compile against this workspace, blocks tagged `run`
 * run, configuration passes `assent check`, JSON has its type, and every command and option that is named exists. checked-blocks.ts
 * says what checks a block. A block that nothing checks fails.
 *
 * Tags follow the language of a block. `fragment`: uses names that it does not declare. `run`: is executed. `yaml assent`: parts of
 * assent.yaml, `yaml users`: a users file, `yaml registry`: a registry file. `json of=TYPE`: a value of the type. `text format`: a
 * layout of bytes. page-steps.ts has the tags of pages that a test follows.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readRawRequest } from '@assent/protocol/signature-diagnostics'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { compile, createFolder, type Diagnostic, ROOT } from '../support/compiler.ts'
import { CHECKS, FOLLOWED_PAGES } from './checked-blocks.ts'
import { type CodeBlock, readCodeBlocks } from './code-blocks.ts'
import { checkConfig, checkRegistry, checkUsers } from './config-blocks.ts'
import { checkJson } from './json-blocks.ts'
import { BLOCKS, PAGES } from './pages.ts'
import { checkCommands, checkSyntax } from './shell-blocks.ts'

const SCRIPTS = ['ts', 'tsx', 'js']

/** What is an error in a program only: names that are declared elsewhere, and statements of an enclosing function. */
const ALLOWED_IN_FRAGMENTS = [
  'TS1108', // a return statement outside of a function
  'TS2304', // cannot find a name
  'TS2552', // the same, with a suggestion
  'TS18004', // the same, in shorthand
  'TS6133', // declared and not used
  'TS7006', // a parameter without a type
  'TS7031', // a destructured parameter without a type
]

/** JavaScript has no types of parameters. */
const ALLOWED_IN_JAVASCRIPT = ['TS7006', 'TS7031']

function sourceName({ file, line, language }: CodeBlock): string {
  return `${file.replaceAll('/', '_')}.${line}.${language}`
}

/** Lines that are empty precede the code, so that its line numbers are those of the page. */
function sourceText({ code, line }: CodeBlock): string {
  return `${'\n'.repeat(line - 1)}${code}`
}

function checkTypes(blocks: readonly CodeBlock[]): string[] {
  const byName = new Map(blocks.map((block) => [sourceName(block), block]))
  const diagnostics = compile({
    files: Object.fromEntries([...byName].map(([name, block]) => [name, sourceText(block)])),
    compilerOptions: {
      allowJs: true,
      checkJs: true,
      moduleDetection: 'force',
      noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false,
    },
  })
  return diagnostics
    .filter((one) => !isAllowed(one, byName.get(one.file)))
    .map((one) => {
      const file = byName.get(one.file)?.file ?? one.file
      return `${file}:${one.line}: ${one.code} ${one.message}`
    })
}

function isAllowed({ code }: Diagnostic, block: CodeBlock | undefined): boolean {
  if (block?.language === 'js' && ALLOWED_IN_JAVASCRIPT.includes(code)) return true
  return Boolean(block?.tags.includes('fragment')) && ALLOWED_IN_FRAGMENTS.includes(code)
}

/** @returns the problem, or undefined */
function runBlock(block: CodeBlock): string | undefined {
  const loader = block.language === 'js' ? 'js' : 'ts'
  const folder = createFolder({ 'block.mjs': transformSync(block.code, { loader }).code })
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'block.mjs')], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  })
  rmSync(folder, { recursive: true, force: true })
  return status === 0 ? undefined : `${block.file}:${block.line}: ${stderr || 'it does not end'}`
}

const isOf = (tag: string) => (block: CodeBlock) =>
  block.language === 'yaml' && block.tags.includes(tag)

/** @returns what is wrong with how blocks are marked */
function findUnchecked(blocks: readonly CodeBlock[]): string[] {
  return blocks.flatMap((block) => {
    const checks = CHECKS.filter(({ covers }) => covers(block))
    const info = [block.language, ...block.tags].join(' ')
    if (checks.length === 1) return []
    const problem =
      checks.length === 0
        ? 'nothing checks it. checked-blocks.ts lists how blocks can be marked'
        : `it is marked for ${checks.map(({ by }) => by).join(', and for ')}`
    return [`${block.file}:${block.line}: ${JSON.stringify(info)}: ${problem}`]
  })
}

describe('code in the documentation', () => {
  it('every block is checked by something', () => {
    expect(findUnchecked(BLOCKS)).toEqual([])
  })

  it.each(Object.entries(FOLLOWED_PAGES))('%s is followed by %s', (page, test) => {
    const source = readFileSync(join(ROOT, 'packages/server/test/docs', test), 'utf8')
    expect(source).toContain(page.replace(/^docs\//, ''))
  })

  it('TypeScript and JavaScript compile', () => {
    expect(checkTypes(BLOCKS.filter(({ language }) => SCRIPTS.includes(language)))).toEqual([])
  })

  it('blocks tagged run end well', () => {
    const problems = BLOCKS.filter(({ tags }) => tags.includes('run')).map(runBlock)
    expect(problems.filter(Boolean)).toEqual([])
  })

  it.each([
    ['assent', checkConfig],
    ['users', checkUsers],
    ['registry', checkRegistry],
  ])('blocks tagged yaml %s are valid', async (tag, check) => {
    expect((await Promise.all(BLOCKS.filter(isOf(tag)).map(check))).flat()).toEqual([])
  })

  it('JSON has the type that it names', () => {
    const blocks = BLOCKS.filter(({ tags }) => tags.some((tag) => tag.startsWith('of=')))
    expect(checkJson(blocks)).toEqual([])
  })

  it('HTTP requests parse', () => {
    const blocks = BLOCKS.filter(({ language }) => language === 'http')
    const requests = blocks.map(({ code }) => readRawRequest(Buffer.from(code)))
    expect(requests.map((request) => request?.target)).not.toContain(undefined)
  })

  it('shells can read commands', () => {
    const blocks = BLOCKS.filter(({ language }) => language === 'sh')
    expect(blocks.map(checkSyntax).filter(Boolean)).toEqual([])
  })

  it('commands and options exist', () => {
    expect(PAGES.flatMap(({ file, text }) => checkCommands(file, text))).toEqual([])
  })
})

describe('what these tests find', () => {
  const block = (language: string, code: string): CodeBlock[] =>
    readCodeBlocks('a.md', `# Title\n\n\`\`\`${language}\n${code}\n\`\`\`\n`)

  it('an export that does not exist, also in a fragment', () => {
    const wrong = "import { noSuchExport } from '@assent/merchant'\nnoSuchExport(undeclared)"
    expect(checkTypes(block('ts fragment', wrong))).toEqual([
      expect.stringMatching(/^a\.md:4: TS2305 .*noSuchExport/),
    ])
  })

  it('a name that is not declared, unless the block is a fragment', () => {
    expect(checkTypes(block('ts', 'undeclared()'))).toEqual([
      "a.md:4: TS2304 Cannot find name 'undeclared'.",
    ])
    expect(checkTypes(block('ts fragment', 'undeclared()'))).toEqual([])
  })

  it('a fragment that does not parse', () => {
    expect(checkTypes(block('ts fragment', 'const = 1'))).not.toEqual([])
  })

  it('a block that throws', () => {
    const run = (code: string) => block('ts run', code).map(runBlock)
    expect(run("import { SUCCESS } from '@assent/protocol'\nif (!SUCCESS) throw 1")).toEqual([
      undefined,
    ])
    expect(run("throw new Error('wrong' as string)")).toEqual([
      expect.stringMatching(/^a\.md:4: (.|\n)*wrong/),
    ])
  })

  it('a configuration with an unknown key', async () => {
    const [wrong, right] = [
      ...block('yaml assent', 'colour: red'),
      ...block('yaml assent', 'logLevel: info'),
    ]
    expect(wrong && (await checkConfig(wrong))).toEqual([expect.stringContaining('colour')])
    expect(right && (await checkConfig(right))).toEqual([])
  })

  it('commands that do not exist', () => {
    const text =
      '```sh\nnpm run build\nnpm run nothing\nnpx --no -- assent serve --wings\nassent keys lose\n```\n`assent check`, `assent fly`'
    expect(checkCommands('a.md', text)).toEqual([
      'a.md:2: there is no npm run nothing',
      'a.md:2: there is no assent keys lose',
      'a.md:2: there is no assent serve --wings',
      'a.md:7: there is no assent fly',
    ])
  })

  it('a block that is not marked, and one that is marked twice', () => {
    expect(findUnchecked([...block('', 'ls'), ...block('yaml', 'a: 1')])).toEqual([
      expect.stringMatching(/^a\.md:4: "": nothing checks it/),
      expect.stringMatching(/^a\.md:4: "yaml": nothing checks it/),
    ])
    expect(findUnchecked(block('yaml assent registry', 'a: 1'))).toEqual([
      expect.stringContaining('it is marked for'),
    ])
    expect(findUnchecked(block('sh step', 'ls'))).toEqual([
      expect.stringContaining('nothing checks it'),
    ])
  })

  it('JSON of another type', () => {
    expect(checkJson(block('json of=Notification', '{"eventId": 1}'))).not.toEqual([])
    expect(checkJson(block('json of=NoSuchType', '{}'))).not.toEqual([])
  })

  it('commands that a shell cannot read', () => {
    expect(block('sh', "echo 'open").map(checkSyntax)).toEqual([
      expect.stringMatching(/^a\.md:4: /),
    ])
  })
})
