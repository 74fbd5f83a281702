/**
 * @module Follows the pages of docs/set-up as a reader does, in a folder of its own. Ports are replaced by free ones, so that trials can
 * run beside each other.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/command.ts'
import { ROOT } from '../support/compiler.ts'
import { followPage, type Place, stopBackground } from './page-steps.ts'

const PORTS = ['7300', '7301', '7302', '7303', '7304']

export type Trial = {
  /** What the pages call `$TRIAL`. */
  readonly folder: string
  /** Follows a page of docs. @throws {Error} when a command fails, or prints something else */
  follow(page: string): void
  /** What the pages call this address. */
  url(documented: string): string
  close(): void
}

export async function startTrial(): Promise<Trial> {
  requirePython()
  const root = mkdtempSync(join(tmpdir(), 'assent-trial-'))
  const folder = join(root, 'trial')
  const ports = new Map<string, string>()
  for (const port of PORTS) ports.set(port, String(await freePort()))
  const adapt = (text: string): string =>
    text.replaceAll(/\b730\d\b/g, (port) => ports.get(port) ?? port)
  const place: Place = {
    folder,
    directory: ROOT,
    env: { TRIAL: folder },
    adapt,
    afterStep: () => moveConfiguration(folder, adapt),
    background: [],
  }
  return {
    folder,
    follow: (page) => followPage(place, page),
    url: adapt,
    close() {
      stopBackground(place)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function requirePython(): void {
  const { status } = spawnSync('python3', ['-c', 'import cryptography'])
  if (status !== 0)
    throw new Error(
      'This test needs python3 with the package cryptography. Install both, for example: apt-get install python3 python3-cryptography',
    )
}

/** `assent init` writes the ports of the pages. */
function moveConfiguration(folder: string, adapt: (text: string) => string): void {
  const config = join(folder, 'assent.yaml')
  if (existsSync(config)) writeFileSync(config, adapt(readFileSync(config, 'utf8')))
}
