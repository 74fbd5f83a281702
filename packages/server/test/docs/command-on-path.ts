/**
 * @module The `assent` command of this repository, for a `PATH`.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/compiler.ts'

/** @returns a `PATH` that begins with a new folder in `folder`, which has the command */
export function pathWithCommand(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const command = `exec "${process.execPath}" "${join(ROOT, 'packages/server/bin/assent.js')}" "$@"`
  writeFileSync(join(bin, 'assent'), `#!/bin/sh\n${command}\n`)
  chmodSync(join(bin, 'assent'), 0o755)
  return `${bin}:${process.env['PATH']}`
}
