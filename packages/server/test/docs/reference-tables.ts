/**
 * @module The sections of a reference page: the tables of fields, the error codes and the examples below each heading.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/compiler.ts'
import { readCodeBlocks } from './code-blocks.ts'

export type Row = { readonly names: readonly string[]; readonly cells: readonly string[] }

export type Section = {
  readonly heading: string
  /** By the bold word before the table, such as `Request`; empty if there is none. */
  readonly tables: Readonly<Record<string, readonly Row[]>>
  /** In the paragraph that begins with **Errors**. */
  readonly errors: readonly string[]
  /** By the tag of the code block. */
  readonly examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export function readSections(page: string): ReadonlyMap<string, Section> {
  const parts = readFileSync(join(ROOT, page), 'utf8').split(/^#{2,3} /m)
  const sections = parts.slice(1).map((part) => readSection(page, part))
  return new Map(sections.map((section) => [section.heading, section]))
}

/** The names in the first column. */
export function namesOf(rows: readonly Row[] | undefined): string[] {
  return (rows ?? []).flatMap(({ names }) => names).sort()
}

function readSection(page: string, part: string): Section {
  const [heading = ''] = part.split('\n', 1)
  const tables: Record<string, Row[]> = {}
  let table = ''
  for (const line of part.split('\n')) {
    table = /^\*\*(\w+)\*\*/.exec(line)?.[1] ?? table
    const row = readRow(line)
    if (row) tables[table] = [...(tables[table] ?? []), row]
  }
  const errors = /^\*\*Errors\*\*.*?\n\n/ms.exec(part)?.[0] ?? ''
  const examples = readCodeBlocks(page, part)
    .filter(({ language, tags }) => language === 'json' && tags.length > 0)
    .map(({ tags, code }) => [tags[0], JSON.parse(code)])
  return {
    heading,
    tables,
    errors: errors.match(/(?<=`)[A-Z]+(?:_[A-Z]+)+(?=`)/g) ?? [],
    examples: Object.fromEntries(examples),
  }
}

/** A row whose first cell has names in code. */
function readRow(line: string): Row | undefined {
  if (!line.startsWith('| `')) return undefined
  const cells = line.slice(2, -2).split(' | ')
  return { names: [...(cells[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name), cells }
}
