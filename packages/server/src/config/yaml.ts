/**
 * @module Reads a YAML (or JSON) file against a schema and says what is wrong, and where.
 */
import { readFileSync } from 'node:fs'
import type { Static, TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Errors } from 'typebox/value'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'

/** One thing that is wrong, at a line and column that count from 1. */
export type ConfigIssue = {
  readonly line: number
  readonly column: number
  /** Where it is in the document: `clients/0/keys`. */
  readonly path: string
  readonly message: string
}

/** Thrown with all problems at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly issues: readonly ConfigIssue[]

  constructor(file: string, problems: readonly ConfigIssue[]) {
    super(
      problems
        .map(
          ({ line, column, path, message }) =>
            `${file}:${line}:${column} ${path || '(top)'} ${message}`,
        )
        .join('\n'),
    )
    this.issues = problems
  }
}

export type YamlFile<T> = {
  readonly value: T
  /** A problem at a path, for the checks that a schema cannot make. */
  addIssue(path: readonly (string | number)[], message: string): ConfigIssue
}

/** @throws {ConfigError} when the file cannot be read, parsed or does not fit */
export function readYamlFile<S extends TSchema>(path: string, schema: S): YamlFile<Static<S>> {
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false })
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
  const value: unknown = document.toJS()
  const problems = [...Errors(schema, value)]
    // The same extra name is reported at its own place too, where it can be found.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map((error) => addIssue(pathOf(error.instancePath), explain(error)))
  if (problems.length > 0) throw new ConfigError(path, problems)
  return { value: value as Static<S>, addIssue }
}

function explain({ keyword, params, message }: TLocalizedValidationError): string {
  if (keyword === 'boolean') return 'is not known here'
  if (keyword === 'enum') return `is none of ${params.allowedValues.join(', ')}`
  // YAML reads digits as a number, and an id of many digits would lose some.
  return message === 'must be string' ? `${message}: put it in quotes` : message
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
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

/** The nearest node that exists on the way to the path. */
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
