/**
 * @module What is wrong with how a command was called or with a file that it was given: said without a stack, exit code 2.
 */
import { readFileSync } from 'node:fs'

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws {UsageError} with the message of what was thrown, after these words */
export async function orUsageError<T>(words: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${words}: ${message}`, { cause })
  }
}

/** @throws {UsageError} when it cannot be read */
export function readGiven(path: string): Promise<string> {
  return orUsageError(`${path} cannot be read`, () => readFileSync(path, 'utf8'))
}
