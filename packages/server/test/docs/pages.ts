/**
 * @module The pages whose code is tested: the documentation, and what the packages say about themselves.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/compiler.ts'
import { type CodeBlock, readCodeBlocks } from './code-blocks.ts'

function listFiles(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
}

function listMarkdown(): string[] {
  const packages = listFiles('packages').filter((path) => /^[^/]+\/README\.md$/.test(path))
  return [
    'README.md',
    ...listFiles('docs').map((path) => `docs/${path}`),
    ...packages.map((path) => `packages/${path}`),
  ].sort()
}

export const PAGES: readonly { readonly file: string; readonly text: string }[] =
  listMarkdown().map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))

export const BLOCKS: readonly CodeBlock[] = PAGES.flatMap(({ file, text }) =>
  readCodeBlocks(file, text),
)
