/**
 * @module Creates the folder of the RSA keys of a test run before the run, and removes it afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the RSA keys of the test run. */
    keyFolder: string
  }
}

/** The setup runs once for each project of the run, in one process. They share the folder. */
const VARIABLE = 'ASSENT_TEST_KEYS'

export function setup(project: TestProject): () => void {
  process.env[VARIABLE] ??= mkdtempSync(join(tmpdir(), 'assent-test-keys-'))
  const folder = process.env[VARIABLE]
  project.provide('keyFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
