/**
 * @module An operator follows docs/tutorials/production-on-postgresql.md on a database of the test run. What needs root, systemd or a
 * certificate is not run: packages, users, units and the balancer.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { freePort } from '../support/command.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { pathWithCommand } from './command-on-path.ts'
import { followPage, type Place, stopBackground } from './page-steps.ts'

const PAGE_TIMEOUT_MS = 120_000
const PORT = /\b1?73[01]0\b/g

let place: Place
let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'assent-production-'))
  const ports = new Map<string, string>()
  for (const port of ['7300', '7310', '17300', '17310']) ports.set(port, String(await freePort()))
  place = {
    folder,
    directory: folder,
    env: {
      HOME: folder,
      PATH: pathWithCommand(folder),
      ASSENT_KEY_ENCRYPTION_KEY_FILE: join(folder, 'secrets/key-encryption-key'),
      ASSENT_DATABASE_PASSWORD_FILE: join(folder, 'secrets/database-password'),
    },
    adapt: (text) =>
      text
        .replaceAll(PORT, (port) => ports.get(port) ?? port)
        .replaceAll('postgres://assent@127.0.0.1/assent', database.url)
        .replaceAll('/etc/assent', folder)
        .replaceAll('/var/lib/assent', join(folder, 'data')),
    background: [],
  }
})
afterEach(async () => {
  stopBackground(place)
  await database.remove()
  rmSync(place.folder, { recursive: true, force: true })
})

it(
  'production-on-postgresql.md: every command works, and two nodes serve',
  () => followPage(place, 'tutorials/production-on-postgresql.md'),
  PAGE_TIMEOUT_MS,
)
