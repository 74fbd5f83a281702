/**
 * @module Reads a YAML or JSON file, validates it against a schema, and reports every problem with its line and column.
 */
import type { Static, TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Errors } from 'typebox/value'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { readBoundedFile } from './bounded-file.ts'

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
  const lines = new LineCounter()
  const document = parseDocument(readText(path, maxBytes), {
    lineCounter: lines,
    prettyErrors: false,
  })
  const broken = document.errors.map(({ pos, message }) => ({
    ...position(lines, pos[0]),
    path: '',
    message,
  }))
  if (broken.length > 0) throw new ConfigError(path, broken)
  const addIssue = (at: readonly (string | number)[], message: string): ConfigIssue => ({
    ...position(lines, offsetOf(document, at)),
    path: at.join('/'),
    message,
  })
  const value = toValue(path, document)
  const problems = [...Errors(schema, value)]
    // An unknown property is also reported at its own location, which is easier to find.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map((error) => addIssue(pathOf(error.instancePath), messageOf(error)))
  if (problems.length > 0) throw new ConfigError(path, problems)
  return { value: value as Static<S>, addIssue }
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

/** Aliases can make a small file into a large document, which the parser refuses. */
function toValue(path: string, document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError(path, [{ line: 1, column: 1, path: '', message }])
  }
}

function pathOf(pointer: string): readonly (string | number)[] {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) =>
    /^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'),
  )
}

/** The offset of the deepest node on the path that exists. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function position(
  lines: LineCounter,
  offset: number,
): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}
