/**
 * @module The type of a configuration that was read from a file.
 */
import type { Config } from './schema.ts'
import type { ConfigIssue } from './yaml.ts'

export type LoadedConfig = Config & {
  /** The absolute path of the file. */
  readonly path: string
  /** The folder of the file. Relative paths in the file start here. */
  readonly folder: string
  /** The content of the file, before command-line options replaced parts of it. */
  readonly fromFile: Config
  /** Why entries and images of the file are left out. Empty when all of it is in use. */
  readonly issues: readonly ConfigIssue[]
}
