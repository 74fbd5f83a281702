/**
 * @module The code in the documentation is right: TypeScript and JavaScript compile against this workspace, blocks tagged `run`
 * run, configuration passes `assent check`, and every command that is named exists.
 *
 * Tags follow the language of a block. `fragment`: uses names that it does not declare, and is not run. `run`: is executed.
 * `yaml assent`: parts of assent.yaml, checked together with a configuration that has everything else. trial.ts has the tags of docs/set-up.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { install, runCommand } from '../support/command.ts'
import { compile, createFolder, type Diagnostic, ROOT } from '../support/compiler.ts'
import { testConfig } from '../support/server.ts'
import { type CodeBlock, readCodeBlocks, readCommands } from './code-blocks.ts'

const SCRIPTS = ['ts', 'tsx', 'js']
const SHELLS = ['', 'sh', 'bash']

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

function listMarkdown(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  const packages = readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
  return [
    'README.md',
    ...docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`),
    ...packages
      .filter((path) => /^[^/]+\/README\.md$/.test(path))
      .map((path) => `packages/${path}`),
  ].sort()
}

const PAGES = listMarkdown().map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
const BLOCKS = PAGES.flatMap(({ file, text }) => readCodeBlocks(file, text))

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

async function checkConfig(block: CodeBlock): Promise<string[]> {
  const installation = install({ ...testConfig(), ...parseDocument(block.code).toJS() })
  const key = testConfig().clients?.[0]?.keys?.[0]?.publicKey ?? ''
  for (const [name] of block.code.matchAll(/[\w.-]+\.(?:pem|svg)\b/g)) {
    const text = name.endsWith('.pem') ? key : '<svg xmlns="http://www.w3.org/2000/svg"/>'
    writeFileSync(join(installation.folder, name), text)
  }
  const { code, output } = await runCommand('check', '--config', installation.configPath)
  installation.remove()
  return code === 0 ? [] : [`${block.file}:${block.line}: ${output}`]
}

function listVerbs(): string[] {
  const help = execFileSync(
    process.execPath,
    [join(ROOT, 'packages/server/dist/assent.js'), '--help'],
    {
      encoding: 'utf8',
    },
  )
  return [...help.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)*) {2,}/gm)].map(
    ([, verb = '']) => verb,
  )
}

const VERBS = listVerbs()

/** Commands in blocks for a shell and in inline code. */
function checkCommands(file: string, text: string): string[] {
  const { scripts: known } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const blocks = readCodeBlocks(file, text).filter(({ language }) => SHELLS.includes(language))
  const inline = [...text.matchAll(/`[^`\n]+`/g)].map((match) => ({
    code: match[0],
    line: text.slice(0, match.index).split('\n').length,
  }))
  return [...blocks, ...inline].flatMap(({ code, line }) => {
    const commands = readCommands(code)
    const missing = [
      ...commands.scripts.filter((name) => !known[name]).map((name) => `npm run ${name}`),
      ...commands.verbs
        .filter((words) => !VERBS.some((verb) => `${words} `.startsWith(`${verb} `)))
        .map((words) => `assent ${words}`),
    ]
    return missing.map((command) => `${file}:${line}: there is no ${command}`)
  })
}

describe('code in the documentation', () => {
  it('TypeScript and JavaScript compile', () => {
    expect(checkTypes(BLOCKS.filter(({ language }) => SCRIPTS.includes(language)))).toEqual([])
  })

  it('blocks tagged run end well', () => {
    const problems = BLOCKS.filter(({ tags }) => tags.includes('run')).map(runBlock)
    expect(problems.filter(Boolean)).toEqual([])
  })

  it('YAML parses', () => {
    const blocks = BLOCKS.filter(({ language }) => language === 'yaml')
    const problems = blocks.flatMap(({ file, line, code }) =>
      parseDocument(code).errors.map(({ message }) => `${file}:${line}: ${message}`),
    )
    expect(problems).toEqual([])
  })

  it('blocks tagged yaml assent pass assent check', async () => {
    const blocks = BLOCKS.filter(({ tags }) => tags.includes('assent'))
    expect((await Promise.all(blocks.map(checkConfig))).flat()).toEqual([])
  })

  it('commands exist', () => {
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
      '```sh\nnpm run build\nnpm run nothing\nnpx --no -- assent serve\nassent keys lose\n```\n`assent check`, `assent fly`'
    expect(checkCommands('a.md', text)).toEqual([
      'a.md:2: there is no npm run nothing',
      'a.md:2: there is no assent keys lose',
      'a.md:7: there is no assent fly',
    ])
  })
})
