/**
 * @module Checks commands of the documentation without running them: their syntax, npm scripts, and verbs and options of `assent`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { ROOT } from '../support/compiler.ts'
import { type CodeBlock, readCodeBlocks, readCommands } from './code-blocks.ts'

const GLOBAL_OPTIONS = ['help', 'version']

/** @returns the problem, or undefined. The placeholders of a synopsis, such as `[--force]`, are no syntax of a shell */
export function checkSyntax({ file, line, code }: CodeBlock): string | undefined {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: code, encoding: 'utf8' })
  return status === 0 ? undefined : `${file}:${line}: ${stderr}`
}

const commandOf = (words: string) => COMMANDS.find(({ name }) => `${words} `.startsWith(`${name} `))

function missingOptions({ words, options }: { words: string; options: readonly string[] }) {
  const known = commandOf(words)?.options
  if (!known) return []
  return options
    .filter((name) => !(name in known) && !GLOBAL_OPTIONS.includes(name))
    .map((name) => `assent ${words} --${name}`)
}

/** Commands in blocks for a shell and in inline code. @returns the problems */
export function checkCommands(file: string, text: string): string[] {
  const { scripts: known } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const blocks = readCodeBlocks(file, text).filter(({ language }) => language === 'sh')
  const inline = [...text.matchAll(/`[^`\n]+`/g)].map((match) => ({
    code: match[0],
    line: text.slice(0, match.index).split('\n').length,
  }))
  return [...blocks, ...inline].flatMap(({ code, line }) => {
    const { scripts, verbs } = readCommands(code)
    const missing = [
      ...scripts.filter((name) => !known[name]).map((name) => `npm run ${name}`),
      ...verbs.filter(({ words }) => !isVerb(words)).map(({ words }) => `assent ${words}`),
      ...verbs.flatMap(missingOptions),
    ]
    return missing.map((command) => `${file}:${line}: there is no ${command}`)
  })
}

/** A verb, or the first word of verbs in inline code, such as `assent keys`. */
function isVerb(words: string): boolean {
  return commandOf(words) !== undefined || COMMANDS.some(({ name }) => name.startsWith(`${words} `))
}
