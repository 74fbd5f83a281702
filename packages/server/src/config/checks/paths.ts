/**
 * @module Checks of the files and folders that a node writes to: a file is no folder, and a folder is no file.
 */
import { type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

const SQLITE = 'sqlite:'

/** What does not exist yet is created when the server starts. */
export function checkPaths(
  { value, addIssue }: YamlFile<Config>,
  folder: string,
): readonly ConfigIssue[] {
  const { keys, store, revocationBackup, receiptCheckpoints } = value
  const database = store.startsWith(SQLITE) ? store.slice(SQLITE.length) : undefined
  const rows = [
    ['keys', keys, 'folder'],
    ['store', database, 'file'],
    ['revocationBackup', revocationBackup, 'file'],
    ['receiptCheckpoints', receiptCheckpoints, 'file'],
  ] as const
  return rows.flatMap(([member, path, kind]) => {
    if (path === undefined) return []
    const found = statOf(resolve(folder, path))
    if (!found || found.isDirectory() === (kind === 'folder')) return []
    return [addIssue([member], `must be the path of a ${kind}: ${resolve(folder, path)}`)]
  })
}

/** A path that may not be looked at is reported when the server opens it. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
