/**
 * @module Reads a YAML or JSON file, validates it against a schema, and reports every problem with its line and column.
 */
import type { Static, TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Check, Errors } from 'typebox/value'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { readBoundedFile } from './bounded-file.ts'
import { entryNumberOf, parseJson, splitEntries, textOfEntry } from './yaml-entries.ts'

/** Many times the size of a file with thousands of merchants. */
const MAX_FILE_BYTES = 32 * 1024 * 1024

/** One problem of a file. Lines and columns start at 1. */
export type ConfigIssue = {
  readonly line: number
  readonly column: number
  /** The location in the document, such as `clients/0/keys`. */
  readonly path: string
  readonly message: string
}

/** Reports all problems of a file at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly issues: readonly ConfigIssue[]

  constructor(file: string, problems: readonly ConfigIssue[]) {
    super(problems.map((problem) => formatIssue(file, problem)).join('\n'))
    this.issues = problems
  }
}

export function formatIssue(file: string, { line, column, path, message }: ConfigIssue): string {
  return `${file}:${line}:${column} ${path || '(top)'} ${message}`
}

export type YamlFile<T> = {
  readonly value: T
  /** Creates a problem at a path, for checks that a schema cannot express. */
  addIssue(path: readonly (string | number)[], message: string): ConfigIssue
}

/**
 * @param maxBytes of the file
 * @throws {ConfigError} when the file cannot be read or parsed, or does not match the schema
 */
export function readYamlFile<S extends TSchema>(
  path: string,
  schema: S,
  maxBytes: number = MAX_FILE_BYTES,
): YamlFile<Static<S>> {
  const text = readText(path, maxBytes)
  const lines = new LineCounter()
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1)
    lines.addNewLine(start)
  const parsed = parseEntries(text) ?? parseWhole(text)
  if ('problems' in parsed)
    throw new ConfigError(
      path,
      parsed.problems.map(({ offset, message }) => ({
        ...position(lines, offset),
        path: '',
        message,
      })),
    )
  const { value, offsetOf } = parsed
  const addIssue = (at: Path, message: string): ConfigIssue => ({
    ...position(lines, offsetOf(at)),
    path: at.join('/'),
    message,
  })
  if (Check(schema, value)) return { value: value as Static<S>, addIssue }
  const problems = [...Errors(schema, value)]
    // An unknown property is also reported at its own location, which is easier to find.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map((error) => addIssue(pathOf(error.instancePath), messageOf(error)))
  throw new ConfigError(path, problems)
}

type Path = readonly (string | number)[]

type Parsed = {
  readonly value: unknown
  /** The offset of the deepest value on the path that exists. */
  readonly offsetOf: (path: Path) => number
}
type Broken = {
  readonly problems: readonly { readonly offset: number; readonly message: string }[]
}

function parseWhole(text: string): Parsed | Broken {
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ pos, message }) => ({ offset: pos[0], message })) }
  try {
    return { value: document.toJS(), offsetOf: (path) => offsetIn(document, path) ?? 0 }
  } catch (error) {
    // Aliases can make a small file into a large document, which the parser refuses.
    const message = error instanceof Error ? error.message : String(error)
    return { problems: [{ offset: 0, message }] }
  }
}

/**
 * The same as `parseWhole`, with little memory.
 * @returns `undefined` when the text does not consist of entries, or is invalid
 */
function parseEntries(text: string): Parsed | undefined {
  const split = splitEntries(text)
  if (!split) return undefined
  const frame = parseWhole(split.frame)
  const lists = 'value' in frame && toObject(frame.value)
  if (!lists) return undefined
  const values: unknown[] = []
  for (const entry of split.entries) {
    const parsed = parseEntry(textOfEntry(text, entry))
    if ('problems' in parsed) return undefined
    values.push(parsed.value)
  }
  const value = fillFrame(lists, values)
  if (!value) return undefined
  return {
    value,
    offsetOf: (path) => {
      const [list, index, ...rest] = path
      const number = entryNumberOf(elementOf(lists, list, index))
      const entry = number === undefined ? undefined : split.entries[number]
      if (!entry) return split.toFileOffset(frame.offsetOf(path))
      const document = parseDocument(textOfEntry(text, entry), { prettyErrors: false })
      return entry.start + (offsetIn(document, rest) ?? document.contents?.range?.[0] ?? 1)
    },
  }
}

/** What a file contains, most of it lists. */
type Lists = Readonly<Record<string, unknown>>

function toObject(value: unknown): Lists | undefined {
  return typeof value === 'object' && value !== null ? (value as Lists) : undefined
}

function parseEntry(text: string): Pick<Parsed, 'value'> | Broken {
  const value = text.startsWith('{') ? parseJson(text) : undefined
  return value === undefined ? parseWhole(text) : { value }
}

/** @returns `undefined` unless the lists at the top have each placeholder once */
function fillFrame(lists: Lists, values: readonly unknown[]): object | undefined {
  const found = new Set<number>()
  const fill = (element: unknown): unknown => {
    const number = entryNumberOf(element)
    if (number === undefined) return element
    found.add(number)
    return values[number]
  }
  const filled = Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [
      name,
      Array.isArray(list) ? list.map(fill) : list,
    ]),
  )
  return found.size === values.length ? filled : undefined
}

function elementOf(lists: Lists, list: string | number = '', index?: string | number): unknown {
  const elements = lists[list]
  return Array.isArray(elements) ? elements[index as number] : undefined
}

function messageOf({ keyword, params, message }: TLocalizedValidationError): string {
  if (keyword === 'boolean') return 'is not a known property: check its spelling and indentation'
  if (keyword === 'enum') return `must be one of ${params.allowedValues.join(', ')}`
  // YAML reads digits as a number, and a number loses digits of a long ID.
  return message === 'must be string' ? `${message}: put it in quotes` : message
}

function readText(path: string, maxBytes: number): string {
  try {
    const bytes = readBoundedFile(path, maxBytes)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const isEncoding = error instanceof TypeError
    const reason = error instanceof Error ? error.message : String(error)
    const message = isEncoding ? 'is not in UTF-8: save it in this encoding' : reason
    throw new ConfigError(path, [{ line: 1, column: 1, path: '', message }])
  }
}

function pathOf(pointer: string): readonly (string | number)[] {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) =>
    /^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'),
  )
}

/** The offset of the deepest node below the top that exists. */
function offsetIn(document: Document, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}

function position(
  lines: LineCounter,
  offset: number,
): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}
