/**
 * @module The types of a configuration that was read from a file.
 */
import type { Config } from './schema.ts'
import type { ConfigIssue } from './yaml.ts'

type FileLocation = {
  /** The absolute path of the file. */
  readonly path: string
  /** The folder of the file. Relative paths in the file start here. */
  readonly folder: string
}

/** The whole content of a file. */
export type LoadedConfig = Config &
  FileLocation & {
    /** The content of the file, before command-line options replaced parts of it. */
    readonly fromFile: Config
    /** Why entries and images of the file are left out. Empty when all of it is in use. */
    readonly issues: readonly ConfigIssue[]
  }

/** The sections that declare records of the registry. */
type RecordSection = 'wallets' | 'scopes' | 'apis' | 'clients'

/** The settings of the node, without what is in the registry. */
export type NodeConfig = Omit<Config, RecordSection> &
  FileLocation & { readonly fromFile: Omit<Config, RecordSection> }
