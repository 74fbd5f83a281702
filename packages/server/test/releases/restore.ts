/**
 * @module An installation as a release has left it (fixtures/releases), in a temporary folder, with its database restored.
 */
import { createPrivateKey } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import { createDatabase } from '../support/postgres.ts'
import type { Signing } from '../support/server.ts'

const FIXTURES = fileURLToPath(new URL('../fixtures/releases', import.meta.url))

export const STORE_KINDS = ['sqlite', 'postgres'] as const
export type StoreKind = (typeof STORE_KINDS)[number]

/** The releases that have a fixture. */
export const RELEASES = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

type Tokens = {
  readonly accessToken: string
  readonly refreshToken: string
  readonly customerId: string
}

/** What the clients of the installation keep. Written by make-fixture.mjs. */
export type Credentials = {
  /** Epoch seconds. The release was stopped shortly afterwards. */
  readonly madeAt: number
  /** Of maria, sealed with the first master key. */
  readonly beforeRotation: Tokens
  /** Of tomas, who denied USER_EMAIL: the refreshed access token is sealed with the second master key. */
  readonly afterRotation: Tokens
  /** Of maria at Batik Studio, which she has withdrawn. */
  readonly withdrawn: Tokens
  /** Of maria, not redeemed. */
  readonly authCode: string
  /** Of the OAuth client kopi-reports, for the scope grants. */
  readonly clientToken: string
  /** Budi has not decided. */
  readonly openPrompt: { readonly consentRequestId: string; readonly sheetHash: string }
  /** Of the OAuth client kopi-reports. */
  readonly secret: string
}

export type RestoredInstallation = {
  readonly folder: string
  readonly configPath: string
  readonly credentials: Credentials
  /** How a party of the installation signs. */
  signingOf(party: 'wallet' | 'kopi' | 'batik' | 'closed'): Signing
  remove(): Promise<void>
}

/** @param notifyUrl where Kopi House is notified from now on */
export async function restoreInstallation(
  release: string,
  kind: StoreKind,
  notifyUrl: string,
): Promise<RestoredInstallation> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-release-'))
  cpSync(join(FIXTURES, release, kind), folder, { recursive: true })
  // Git does not keep it.
  chmodSync(join(folder, 'keys/user-kek-1.key'), 0o600)
  const credentials: Credentials = JSON.parse(
    readFileSync(join(folder, 'credentials.json'), 'utf8'),
  )
  const dump = readFileSync(join(folder, 'database.sql'), 'utf8')
  const store = await RESTORE[kind](folder, dump + makeRecent(credentials))
  const configPath = join(folder, 'assent.yaml')
  const config = readFileSync(configPath, 'utf8')
    .replace('sqlite:assent.db', store.url)
    .replace('http://127.0.0.1:9/events', notifyUrl)
  writeFileSync(configPath, `${config}\nlisten: { port: 0 }\n`)
  return {
    folder,
    configPath,
    credentials,
    signingOf(party) {
      const read = (file: string): string => readFileSync(join(folder, `${party}.${file}`), 'utf8')
      return {
        clientId: party === 'wallet' ? 'nusa' : party,
        key: {
          privateKey: createPrivateKey(read('private.pem')),
          publicKey: read('public.pem'),
        },
        keyVersion: 1,
      }
    },
    async remove() {
      await store.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Stores drop old rows by their own clock, while the clock of the server under test is that of the fixture. */
function makeRecent({ madeAt }: Credentials): string {
  const seconds = Math.floor(Date.now() / 1000) - madeAt
  return `
    UPDATE events SET created_at = created_at + ${seconds * 1000};
    UPDATE revocations SET created_at = created_at + ${seconds};`
}

type RestoredStore = { readonly url: string; remove(): Promise<void> }

const RESTORE: Readonly<
  Record<StoreKind, (folder: string, dump: string) => Promise<RestoredStore>>
> = {
  async sqlite(folder, dump) {
    const connection = openConnection(join(folder, 'assent.db'))
    connection.exec(dump)
    connection.close()
    return { url: 'sqlite:assent.db', remove: async () => {} }
  },
  async postgres(_folder, dump) {
    const database = await createDatabase()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(dump)
    await client.end()
    return database
  },
}
