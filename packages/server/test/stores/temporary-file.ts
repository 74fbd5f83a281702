/**
 * @module A database file in a new temporary folder.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function temporaryFile(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'assent-store-'))
  return {
    path: join(folder, 'assent.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
