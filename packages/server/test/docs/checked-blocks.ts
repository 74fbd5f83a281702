/**
 * @module What checks a code block of the documentation. Each block has exactly one row here: it is run, compiled or validated, or it says
 * that it is a fragment or a format, which nothing can run.
 */
import type { CodeBlock } from './code-blocks.ts'

/** The pages whose commands and files a test follows in order, with that test. */
export const FOLLOWED_PAGES: Readonly<Record<string, string>> = {
  'docs/set-up/README.md': 'set-up.long.test.ts',
  'docs/set-up/http-directory.md': 'set-up.long.test.ts',
  'docs/set-up/merchant.md': 'set-up.long.test.ts',
  'docs/set-up/wallet-back-end.md': 'set-up.long.test.ts',
  'docs/set-up/web-host.md': 'set-up.long.test.ts',
  'docs/tutorials/api-behind-the-gateway.md': 'set-up.long.test.ts',
  'docs/tutorials/first-code.md': 'set-up.long.test.ts',
  'docs/tutorials/withdrawal-and-deletion.md': 'set-up.long.test.ts',
  'docs/administrators.md': 'onboarding.long.test.ts',
  'docs/admin-api.md': 'onboarding.long.test.ts',
  'docs/tutorials/production-on-postgresql.md': 'production.long.test.ts',
  'docs/emergencies.md': 'operators.long.test.ts',
  'docs/how-to/read-a-failing-signature.md': 'operators.long.test.ts',
  'docs/how-to/rotate-a-merchants-key.md': 'operators.long.test.ts',
  'docs/merchants.md': 'operators.long.test.ts',
  'docs/operating.md': 'operators.long.test.ts',
  'docs/registry.md': 'operators.long.test.ts',
  'docs/merchants-in-other-languages.md': '../foreign-clients/merchants.foreign.ts',
}

const STEPS = ['step', 'background', 'output', 'console']
const COMPILED = ['ts', 'tsx', 'js']

type Check = {
  /** How the block is checked, for the message of a test. */
  readonly by: string
  readonly covers: (block: CodeBlock) => boolean
}

const has = (block: CodeBlock, ...tags: readonly string[]): boolean =>
  tags.some((tag) => block.tags.includes(tag))
const isFile = ({ tags }: CodeBlock): boolean => tags.some((tag) => tag.startsWith('file='))
const isStep = (block: CodeBlock): boolean => has(block, ...STEPS) || isFile(block)

export const CHECKS: readonly Check[] = [
  {
    by: 'a test follows the page',
    covers: (block) => isStep(block) && block.file in FOLLOWED_PAGES,
  },
  {
    by: 'code-blocks.test.ts compiles it',
    covers: (block) => COMPILED.includes(block.language) && !isStep(block),
  },
  {
    by: 'code-blocks.test.ts checks the syntax, and every command and option of this repository',
    covers: (block) => block.language === 'sh' && !isStep(block),
  },
  {
    by: 'code-blocks.test.ts runs assent check',
    covers: (block) => block.language === 'yaml' && has(block, 'assent', 'users') && !isStep(block),
  },
  {
    by: 'code-blocks.test.ts reads it as a registry file',
    covers: (block) => block.language === 'yaml' && has(block, 'registry'),
  },
  {
    by: 'code-blocks.test.ts compiles it as a value of its type',
    covers: ({ language, tags }) =>
      language === 'json' && tags.some((tag) => tag.startsWith('of=')),
  },
  {
    by: 'reference.test.ts reads it with the schema of the operation',
    covers: (block) =>
      block.language === 'json' &&
      has(block, 'request', 'response') &&
      /^docs\/reference\/(merchant|wallet)-api\.md$/.test(block.file),
  },
  {
    by: 'platform-signatures.test.ts and platform-signatures.long.test.ts run it',
    covers: (block) =>
      block.file === 'docs/platform-signatures.md' && has(block, 'verifier', 'vectors'),
  },
  {
    by: 'code-blocks.test.ts parses it as an HTTP request',
    covers: ({ language }) => language === 'http',
  },
  {
    by: 'the build of the site draws it',
    covers: ({ language }) => language === 'mermaid',
  },
  {
    by: 'nothing: it describes bytes, not a file',
    covers: ({ language, tags }) => language === 'text' && tags.includes('format'),
  },
  {
    by: 'nothing: it is a part of a program of the reader, in a language that is not compiled here',
    covers: ({ language, tags }) =>
      ['html', 'kotlin', 'swift'].includes(language) && tags.includes('fragment'),
  },
]
