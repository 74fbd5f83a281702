/**
 * Writes the fixture of a release: what its code leaves in a database, for tests of later releases that upgrade it.
 *
 *   node packages/server/test/releases/make-fixture.mjs --assent PATH/assent.js --out FOLDER
 *
 * It runs the `assent` command of the release on both stores, calls its APIs as a wallet and as merchants do, stops it, and writes the
 * database as SQL. It needs pg_dump and a PostgreSQL server.
 */
import { execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Database from 'libsql'
import { findPostgres, startPostgres } from '../../../../tools/postgres.mjs'
import { callSigned } from './signed-call.mjs'

const SCENARIO = fileURLToPath(new URL('scenario', import.meta.url))
const PARTIES = ['wallet', 'kopi', 'batik', 'closed']
/** The shortest announcement of a key, and what the nodes need to read it. */
const ROTATION_SECONDS = 12
const KEY_ENCRYPTION_KEY = 'user-kek-1.key'
const READY_TIMEOUT_MS = 60_000
/** Checkpoints and the chain of receipts are written within a second. */
const BACKGROUND_MS = 2000

const { values } = parseArgs({
  options: { assent: { type: 'string' }, out: { type: 'string' } },
})
if (!values.assent || !values.out) {
  console.error('Usage: make-fixture.mjs --assent PATH/assent.js --out FOLDER')
  process.exit(2)
}
const { assent, out } = values

const run = (folder, ...parameters) =>
  execFileSync(process.execPath, [assent, ...parameters], { cwd: folder, encoding: 'utf8' })

/** The folder of an installation: its configuration, and keys that are new. */
function install(folder) {
  cpSync(SCENARIO, folder, { recursive: true })
  for (const party of PARTIES) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    writeFileSync(join(folder, `${party}.private.pem`), privateKey)
    writeFileSync(join(folder, `${party}.public.pem`), publicKey)
  }
}

/** The hash of a secret depends on the key-encryption key, which the first command creates. */
function createSecret(folder) {
  const placeholder = 'A'.repeat(43)
  replaceInConfig(folder, 'SECRET_HASH', placeholder)
  const output = run(folder, 'oauth', 'create-secret')
  const [secret, hash] = output.split('\n').map((line) => line.split(' ')[0])
  replaceInConfig(folder, placeholder, hash)
  return secret
}

async function start(folder) {
  const port = await freePort()
  const child = spawn(process.execPath, [assent, 'serve', '--port', String(port)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  const until = Date.now() + READY_TIMEOUT_MS
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error('assent serve did not become ready.')
    await sleep(100)
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function call(server, ...parameters) {
  const reply = await callSigned(server, ...parameters)
  if (reply.result?.resultStatus !== 'S')
    throw new Error(`${parameters[1]} responded with ${JSON.stringify(reply.result)}.`)
  return reply
}

const callWallet = (server, operation, request) =>
  call(server, 'wallet', `/wallet/v1/${operation}`, request)

function consult(server, userId, appId, scopes) {
  const context = { firstScreen: false, visible: true, userGestureAgeMilliseconds: 100 }
  return callWallet(server, 'consult', { userId, appId, scopes, context })
}

async function codeFor(server, userId, appId, scopes, granted = scopes) {
  const consulted = await consult(server, userId, appId, scopes)
  if (consulted.status === 'GRANTED') return consulted.authCode
  const { consentRequestId, sheetHash } = consulted
  const decided = await callWallet(server, 'decide', {
    userId,
    consentRequestId,
    sheetHash,
    granted,
  })
  return decided.authCode
}

const applyToken = (server, party, request) =>
  call(server, party, '/v1/authorizations/applyToken', request)

async function logIn(server, party, ...parameters) {
  const authCode = await codeFor(server, ...parameters)
  return applyToken(server, party, { grantType: 'AUTHORIZATION_CODE', authCode })
}

async function requestClientToken({ url }, secret) {
  const response = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`kopi-reports:${secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'grants' }),
  })
  if (!response.ok) throw new Error(`/oauth2/token responded with ${await response.text()}.`)
  return (await response.json()).access_token
}

/** What happens in the life of an installation, in an order in which each record of it exists at the end. */
async function live(server, secret) {
  const { folder } = server
  run(folder, 'apply', '--filename', 'registry.yaml', '--reason', 'Batik Studio joins')
  run(folder, 'keys', 'rotate', '--after', '10s', '--reason', 'yearly')
  const announcedAt = Date.now()

  const maria = await logIn(server, 'kopi', 'maria', 'kopi-app', ['auth_user', 'USER_EMAIL'])
  await call(server, 'kopi', '/v1/users/inquiryUserInfo', { accessToken: maria.accessToken })
  const withdrawn = await logIn(server, 'batik', 'maria', 'batik-app', ['auth_user'])
  await callWallet(server, 'revoke', { userId: 'maria', appId: 'batik-app' })
  const scopes = ['auth_user', 'USER_EMAIL']
  const first = await logIn(server, 'kopi', 'tomas', 'kopi-app', scopes, ['auth_user'])
  await logIn(server, 'kopi', 'ines', 'kopi-app', ['auth_user'])
  run(folder, 'erase', '--user', 'nusa/ines', '--reason', 'the user asked for it')
  run(folder, 'suspend', '--client', 'closed', '--reason', 'the contract has ended')

  await sleep(announcedAt + ROTATION_SECONDS * 1000 - Date.now())
  const tomas = await applyToken(server, 'kopi', {
    grantType: 'REFRESH_TOKEN',
    refreshToken: first.refreshToken,
  })
  const prompt = await consult(server, 'budi', 'kopi-app', ['auth_user'])
  const clientToken = await requestClientToken(server, secret)
  const authCode = await codeFor(server, 'maria', 'kopi-app', ['auth_user'])
  await sleep(BACKGROUND_MS)
  return {
    madeAt: Math.floor(Date.now() / 1000),
    beforeRotation: tokensOf(maria),
    afterRotation: tokensOf(tomas),
    withdrawn: tokensOf(withdrawn),
    authCode,
    clientToken,
    openPrompt: { consentRequestId: prompt.consentRequestId, sheetHash: prompt.sheetHash },
    secret,
  }
}

const tokensOf = ({ accessToken, refreshToken, customerId }) => ({
  accessToken,
  refreshToken,
  customerId,
})

/** Every table as `CREATE` and `INSERT` statements. SQLite writes the literals. */
function dumpSqlite(path) {
  const database = new Database(path)
  const schema = database
    .prepare(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
    )
    .all()
  const tables = schema.filter(({ type }) => type === 'table')
  const rows = tables.flatMap(({ name }) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${name}')`).all()
    const literals = columns.map((column) => `quote("${column.name}")`).join(` || ',' || `)
    const lines = database.prepare(`SELECT ${literals} AS line FROM "${name}"`).all()
    return lines.map(({ line }) => `INSERT INTO "${name}" VALUES(${line});`)
  })
  const rest = schema.filter(({ type }) => type !== 'table')
  database.close()
  const statements = (objects) => objects.map(({ sql }) => `${sql};`)
  return `${[...statements(tables), ...rows, ...statements(rest)].join('\n')}\n`
}

/** Without what only psql reads, and without settings of a session that older servers do not know. */
function dumpPostgres(url) {
  const program = (process.env.PATH ?? '').split(delimiter).concat(findPostgres() ?? [])
  const options = ['--inserts', '--no-owner', '--no-privileges', '--no-comments', url]
  const text = execFileSync('pg_dump', options, {
    encoding: 'utf8',
    env: { ...process.env, PATH: program.join(delimiter) },
  })
  const lines = text.split('\n')
  return lines
    .filter((line) => line && !/^(--|\\|SET |SELECT pg_catalog\.set_config)/.test(line))
    .join('\n')
}

/** Opens a store for an installation. `dump` is called when the release has stopped. */
const STORES = {
  sqlite: async (folder) => {
    const path = join(folder, 'assent.db')
    const remove = () => {
      for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
    }
    return { url: 'sqlite:assent.db', dump: () => dumpSqlite(path), remove }
  },
  postgres: async () => {
    const server = await startPostgres()
    const url = server.url('postgres')
    return { url, dump: () => dumpPostgres(url), remove: () => server.stop() }
  },
}

/** Leaves the folder of an installation, with the database as SQL, and what its clients keep. */
async function makeFixture(kind) {
  const folder = join(out, kind)
  mkdirSync(folder, { recursive: true })
  install(folder)
  const store = await STORES[kind](folder)
  try {
    const setStore = replaceInConfig(folder, 'sqlite:assent.db', store.url)
    const secret = createSecret(folder)
    const server = { folder, ...(await start(folder)) }
    const credentials = await live(server, secret).finally(server.stop)
    setStore()
    writeFileSync(join(folder, 'database.sql'), store.dump())
    writeFileSync(join(folder, 'credentials.json'), `${JSON.stringify(credentials, null, 2)}\n`)
  } finally {
    await store.remove()
  }
  // Every other key is in the database.
  for (const name of readdirSync(join(folder, 'keys')))
    if (name !== KEY_ENCRYPTION_KEY) rmSync(join(folder, 'keys', name))
}

/** @returns a function that undoes it */
function replaceInConfig(folder, former, value) {
  const path = join(folder, 'assent.yaml')
  const replace = (from, to) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to))
  replace(former, value)
  return () => replace(value, former)
}

for (const kind of Object.keys(STORES)) await makeFixture(kind)
