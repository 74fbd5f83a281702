/**
 * @module Strict JSON: rejects text that two parsers could interpret differently.
 * @see docs/merchant-api.md#strict-json and [RFC 7493](https://www.rfc-editor.org/rfc/rfc7493.html)
 */
import { isUtf8 } from 'node:buffer'
import { LIMITS } from '@assent/protocol'
import { visit } from 'jsonc-parser'

export type JsonObject = { readonly [name: string]: unknown }

/** The message names the problem, and never contains any of the text. */
export class InvalidJsonError extends Error {
  override readonly name = 'InvalidJsonError'
}

type Container = unknown[] | Record<string, unknown>

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Parses one JSON object. Members with the value null are omitted, because null means absent in this API. A number that
 * JavaScript cannot represent exactly is returned as its text, because some clients send their id as a number.
 * @param options.keepsNull for merge patches (RFC 7396), in which null removes a member
 * @throws {InvalidJsonError} for invalid UTF-8 or JSON, trailing data, duplicate names, too many levels, lone surrogates, and
 * values other than objects
 */
export function parseStrictJson(bytes: Buffer, { keepsNull = false } = {}): JsonObject {
  const text = decode(bytes)
  requireGrammar(text)
  const value = build(text, keepsNull)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidJsonError('The body is not a JSON object.')
  }
  return value as JsonObject
}

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new InvalidJsonError('The body is not UTF-8.')
  return bytes.toString()
}

/** `JSON.parse` enforces the grammar. The visitor below is more lenient, and only sees text that has passed. */
function requireGrammar(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new InvalidJsonError('The body is not JSON.')
  }
}

function build(text: string, keepsNull: boolean): unknown {
  const stack: Container[] = []
  const names: string[] = []
  let root: unknown

  function add(value: unknown): void {
    const container = stack.at(-1)
    if (container === undefined) root = value
    else if (Array.isArray(container)) container.push(value)
    else if (value !== null || keepsNull) container[names.at(-1) ?? ''] = value
  }

  function begin(container: Container): void {
    add(container)
    stack.push(container)
    names.push('')
    if (stack.length > LIMITS.jsonDepth)
      throw new InvalidJsonError('The body has too many levels of nesting.')
  }

  function end(): void {
    stack.pop()
    names.pop()
  }

  const seen = new WeakMap<Container, Set<string>>()
  visit(text, {
    onObjectBegin: () => begin(Object.create(null) as Record<string, unknown>),
    onObjectEnd: end,
    onArrayBegin: () => begin([]),
    onArrayEnd: end,
    onObjectProperty(name) {
      const container = stack.at(-1) as Container
      const known = seen.get(container) ?? new Set()
      if (known.has(name))
        throw new InvalidJsonError('The body has two members with the same name.')
      seen.set(container, known.add(name))
      requireWellFormed(name)
      names[names.length - 1] = name
    },
    onLiteralValue(value, offset, length) {
      if (typeof value === 'string') requireWellFormed(value)
      const isExact = typeof value !== 'number' || Number.isSafeInteger(value) || value % 1 !== 0
      add(isExact ? value : text.slice(offset, offset + length))
    },
  })
  return root
}

/** Many digits, or an exponent: the only numbers that a parser may round. */
const MAY_BE_INEXACT = /[\d.]{16}|\d[eE]/

/** @param text JSON @returns whether it has a number that `JSON.parse` rounds */
export function hasInexactNumber(text: string): boolean {
  if (!MAY_BE_INEXACT.test(text)) return false
  let isFound = false
  visit(text, {
    onLiteralValue(value, offset, length) {
      if (typeof value !== 'number') return
      isFound ||=
        significantDigits(text.slice(offset, offset + length)) !== significantDigits(`${value}`)
    },
  })
  return isFound
}

function significantDigits(number: string): string {
  const [mantissa = ''] = number.split(/[eE]/, 1)
  return mantissa.replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

function requireWellFormed(text: string): void {
  if (LONE_SURROGATE.test(text)) throw new InvalidJsonError('The body contains a lone surrogate.')
}
