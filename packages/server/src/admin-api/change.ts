/**
 * @module What an operation replies, and what it changes.
 */
import type { RecordUpdate } from '../engine/store/registry.ts'
import type { CheckedUpdates } from '../registry/files/apply.ts'

export type Reply = {
  /** Absent: no content. */
  readonly body?: object
  /** The `ETag`. */
  readonly version?: number
  /** The path of a new resource, below `/admin/v1`. */
  readonly location?: string
  /** The cursor of the next page. */
  readonly next?: string | undefined
  /** Names of members that a repeated request does not get: they are never stored. */
  readonly secrets?: readonly string[]
}

/** What a request changes. Nothing has happened yet. */
export type Change = {
  readonly updates: readonly RecordUpdate[]
  /** The rules of the whole registry, for records that they apply to. */
  readonly checks?: CheckedUpdates['checks']
  /** The head of the change log when the rules were compared. */
  readonly sequence?: number
  /**
   * What happens besides the records, before they are written.
   * @param record writes a line of the change log that has no records
   */
  readonly effect?: (record: (reason: string) => Promise<void>) => Promise<Reply>
  readonly reply: Reply
}
