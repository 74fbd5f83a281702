/**
 * Makes a release of the current commit in a clone, and uses it as an operator does who has nothing else: verifies it, installs it in an
 * empty folder from its tarballs and the registry, starts it, and upgrades the database of an earlier release.
 *
 *   npm run release:check
 *
 * It takes some minutes. It needs git, ssh-keygen, pg_dump, a PostgreSQL server and the registry of npm.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import semver from 'semver'
import { callSigned } from '../../packages/server/test/releases/signed-call.mjs'
import { readJson } from './versions.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const FIXTURE = join(root, 'packages/server/test/fixtures/releases/0.1.0/sqlite')
const PORT = 7399
const SIGNER = 'releases@example.com'
const version = semver.inc(readJson(join(root, 'package.json')).version, 'minor')

const run = (folder, command, ...parameters) =>
  execFileSync(command, parameters, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

function done(text) {
  console.log(`✓ ${text}`)
}

/** In a folder below this checkout, whose packages the release script imports. */
function makeRelease(work) {
  const clone = join(work, 'clone')
  run(root, 'git', 'clone', '--quiet', '--shared', root, clone)
  run(clone, 'git', 'config', 'user.name', 'Release check')
  run(clone, 'git', 'config', 'user.email', SIGNER)
  const key = join(work, 'key')
  run(work, 'ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', SIGNER, '-f', key)
  const before = run(clone, 'git', 'rev-parse', 'HEAD')
  appendFileSync(join(clone, 'README.md'), 'a change\n')
  assert.equal(spawnSync('node', ['tools/release.mjs', version], { cwd: clone }).status, 1)
  run(clone, 'git', '-c', 'advice.detachedHead=false', 'checkout', '--quiet', 'README.md')
  assert.equal(spawnSync('node', ['tools/release.mjs', '0.0.1'], { cwd: clone }).status, 1)
  assert.equal(run(clone, 'git', 'rev-parse', 'HEAD'), before)
  done('changes that are not committed, and a version that is not later, are refused')

  run(clone, 'node', 'tools/release.mjs', version, '--key', key)
  const files = join(clone, 'release', version)
  const first = readFileSync(join(files, 'SHA256SUMS'), 'utf8')
  assert.equal(run(clone, 'git', 'status', '--porcelain'), '')
  done(`release ${version}: commit, tag, fixture and ${first.trim().split('\n').length} files`)

  run(clone, 'git', '-c', 'advice.detachedHead=false', 'checkout', '--quiet', `v${version}`)
  run(clone, 'node', 'tools/release.mjs', '--rebuild', '--key', key)
  assert.equal(readFileSync(join(files, 'SHA256SUMS'), 'utf8'), first)
  done('a second build of the tag has the same checksums')
  return { files, publicKey: readFileSync(`${key}.pub`, 'utf8') }
}

function verify(folder, publicKey) {
  writeFileSync(join(folder, '..', 'allowed_signers'), `${SIGNER} ${publicKey}`)
  run(folder, 'sha256sum', '--check', '--quiet', 'SHA256SUMS')
  execFileSync(
    'ssh-keygen',
    [
      ...['-Y', 'verify', '-f', '../allowed_signers', '-I', SIGNER],
      ...['-n', 'assent-release', '-s', 'SHA256SUMS.sig'],
    ],
    { cwd: folder, input: readFileSync(join(folder, 'SHA256SUMS')) },
  )
  done('checksums and signature')
  run(folder, 'npm', 'ci', '--no-audit', '--no-fund', '--silent')
  process.stdout.write(run(folder, 'node', 'verify.mjs'))
  expectProblems(
    folder,
    'node_modules/pino/package.json',
    /"version": "[^"]*"/,
    '"version": "0.0.1"',
  )
  expectProblems(folder, 'sbom.cdx.json', /"version": "5[^"]*"/, '"version": "0.0.1"')
  done('the installed packages are those of the bill of materials; a changed one is noticed')
}

function expectProblems(folder, file, pattern, replacement) {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(pattern, replacement))
  assert.equal(spawnSync('node', ['verify.mjs'], { cwd: folder }).status, 1, file)
  writeFileSync(path, text)
}

async function serve(folder) {
  run(folder, 'npx', 'assent', 'init', '--folder', 'wallet')
  assert.match(
    run(folder, 'npx', 'assent', '--version'),
    new RegExp(version.replaceAll('.', '\\.')),
  )
  const server = spawn(
    'node_modules/.bin/assent',
    ['serve', '--port', String(PORT), '--config', 'wallet/assent.yaml'],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  )
  const isReady = () =>
    fetch(`http://127.0.0.1:${PORT}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  const ended = new Promise((resolve) => server.on('exit', resolve))
  for (let attempt = 0; attempt < 300 && !(await isReady()); attempt++) await sleep(100)
  assert.ok(await isReady())
  server.kill('SIGTERM')
  assert.equal(await ended, 0)
  done('the installed server starts and stops')
}

async function upgrade(folder) {
  const installation = join(folder, 'upgraded')
  cpSync(FIXTURE, installation, { recursive: true })
  // Git does not keep it.
  chmodSync(join(installation, 'keys/user-kek-1.key'), 0o600)
  const config = join(installation, 'assent.yaml')
  const require = createRequire(join(folder, 'package.json'))
  const Database = require(join(folder, 'node_modules/libsql'))
  const database = new Database(join(installation, 'assent.db'))
  database.exec(readFileSync(join(installation, 'database.sql'), 'utf8'))
  database.close()
  run(folder, 'npx', 'assent', 'migrate', '--config', config)
  const verdict = run(folder, 'npx', 'assent', 'audit', 'verify', '--config', config)
  assert.match(verdict, /No receipt was altered.*No row was edited.*The registry was not edited/s)

  appendFileSync(config, `\nlisten: { port: ${PORT} }\nlogLevel: fatal\n`)
  const { loadConfig, startServer } = await import(pathToFileURL(require.resolve('@assent/server')))
  const { madeAt, beforeRotation } = readJson(join(installation, 'credentials.json'))
  const clock = madeAt + 10
  const running = await startServer(loadConfig(config), { clock: () => clock })
  const target = { url: running.url, folder: installation, now: clock * 1000 }
  const { accessToken } = beforeRotation
  const read = await callSigned(target, 'kopi', '/v1/users/inquiryUserInfo', { accessToken })
  assert.equal(read.userInfo?.nickName, 'Maria')
  await running.close()
  done('the database of 0.1.0 is upgraded: its receipts verify, and an access token reads')
}

const below = join(root, 'release')
mkdirSync(below, { recursive: true })
const work = mkdtempSync(join(below, '.check-'))
const elsewhere = mkdtempSync(join(tmpdir(), 'assent-installed-'))
try {
  const { files, publicKey } = makeRelease(work)
  const folder = join(elsewhere, version)
  cpSync(files, folder, { recursive: true })
  verify(folder, publicKey)
  await serve(folder)
  await upgrade(folder)
} finally {
  for (const one of [work, elsewhere]) rmSync(one, { recursive: true, force: true })
}
