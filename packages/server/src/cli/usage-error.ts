/**
 * @module Errors in the arguments of a command or in a file that they name. They are printed without a stack; the exit code is 2.
 */
import { readFileSync } from 'node:fs'

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws {UsageError} when the work throws, with the context before the message of the error */
export async function orUsageError<T>(context: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${context}: ${message}`, { cause })
  }
}

/** @throws {UsageError} when the file cannot be read */
export function readGiven(path: string): Promise<string> {
  return orUsageError(`${path} cannot be read`, () => readFileSync(path, 'utf8'))
}
