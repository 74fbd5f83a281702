/**
 * @module Compiles blocks of JSON as values of the types of the code.
 */
import { join } from 'node:path'
import { compile, ROOT } from '../support/compiler.ts'
import type { CodeBlock } from './code-blocks.ts'

const SOURCE = join(ROOT, 'packages/server/src')

/** The declaration of each type that a tag `of=` names. */
const TYPES: Readonly<Record<string, string>> = {
  Notification: `import type { Notification } from '@assent/protocol'`,
  Problem: `import type { ProblemCode } from '${SOURCE}/http/admin/problem-table.ts'
    type Problem = { type: \`/docs/problems/\${ProblemCode}\`; title: string; status: number; detail: string }`,
  SealedRecord: `import type { SealedRecord } from '${SOURCE}/engine/receipt-records.ts'`,
  ReplyKeysDocument: `import type { ReplyKeysDocument } from '${SOURCE}/crypto/keys/reply-keys.ts'`,
}

/** @returns the problems of all blocks, by one run of the compiler */
export function checkJson(blocks: readonly CodeBlock[]): string[] {
  const byName = new Map(blocks.map((block, index) => [`json-${index}.ts`, block]))
  const files = [...byName].map(([name, block]) => [name, toSource(block)])
  return compile({ files: Object.fromEntries(files) }).map(({ file, message }) => {
    const block = byName.get(file)
    return `${block ? `${block.file}:${block.line}` : file}: ${message}`
  })
}

function toSource({ tags, code }: CodeBlock): string {
  const name = tags.find((tag) => tag.startsWith('of='))?.slice('of='.length) ?? ''
  const declaration = TYPES[name] ?? `type ${name} = never`
  return `${declaration}\nexport const value: ${name} = ${code}`
}
