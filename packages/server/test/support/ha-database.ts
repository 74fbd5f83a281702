/**
 * @module A highly available database on loopback, configured by the files of `deploy/ha`: etcd, three PostgreSQL nodes under
 * Patroni with one synchronous standby, and HAProxy in front of the primary. `stop` ends every process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPostgres } from '../../../../tools/postgres.mjs'
import { freePort } from './command.ts'

const DEPLOY = fileURLToPath(new URL('../../../../deploy/ha/', import.meta.url))
const PASSWORD = 'of-this-test-only'
/** The user `nobody`: PostgreSQL does not run as root. */
const UNPRIVILEGED = 65534
const HEALTHY_TIMEOUT_MS = 40_000

type Member = { readonly name: string; readonly role: string; readonly state: string }

export type HaDatabase = {
  /** Connects to the current primary. */
  readonly url: string
  /** @returns the name of the primary */
  primary(): Promise<string | undefined>
  /** Waits until all three nodes run and the primary has a synchronous standby. */
  healthy(): Promise<void>
  /** Kills the PostgreSQL server with SIGKILL. Its Patroni keeps running and hands the primary role over. */
  killServer(name: string): void
  /** Kills Patroni and PostgreSQL with SIGKILL. The primary role is free only after its lease expires. */
  killNode(name: string): void
  /** Restarts a node whose Patroni was killed. */
  startNode(name: string): void
  stop(): Promise<void>
}

export async function startHaDatabase(): Promise<HaDatabase> {
  // Patroni also runs pg_rewind and pg_basebackup from this folder.
  const bin = dirname(realpathSync(join(findPostgres() ?? '', 'postgres')))
  const folder = mkdtempSync(join(tmpdir(), 'assent-ha-'))
  const owner = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
  const children = new Map<string, ChildProcess>()
  const [etcdPort, etcdPeerPort, port] = [await freePort(), await freePort(), await freePort()]
  const nodes = await Promise.all(
    ['node1', 'node2', 'node3'].map(async (name) => ({
      name,
      port: await freePort(),
      patroniPort: await freePort(),
      data: join(folder, name),
    })),
  )
  if (owner.uid) chownSync(folder, owner.uid, owner.gid)

  function run(name: string, command: string, parameters: string[], env = {}): void {
    const log = openSync(join(folder, `${name}.log`), 'a')
    const child = spawn(command, parameters, {
      ...owner,
      cwd: folder,
      stdio: ['ignore', log, log],
      env: { PATH: `/usr/sbin:${process.env['PATH']}`, HOME: folder, LC_ALL: 'C.UTF-8', ...env },
    })
    children.set(name, child)
  }

  function startNode(name: string): void {
    const node = nodes.find((one) => one.name === name)
    if (!node) throw new TypeError(`There is no node named ${name}.`)
    mkdirSync(node.data, { recursive: true, mode: 0o700 })
    if (owner.uid) chownSync(node.data, owner.uid, owner.gid)
    run(name, 'patroni', [join(DEPLOY, 'patroni.yaml')], {
      PATRONI_NAME: name,
      PATRONI_ETCD3_HOSTS: `'127.0.0.1:${etcdPort}'`,
      PATRONI_RESTAPI_LISTEN: `127.0.0.1:${node.patroniPort}`,
      PATRONI_RESTAPI_CONNECT_ADDRESS: `127.0.0.1:${node.patroniPort}`,
      PATRONI_POSTGRESQL_LISTEN: `127.0.0.1:${node.port}`,
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: `127.0.0.1:${node.port}`,
      PATRONI_POSTGRESQL_DATA_DIR: join(node.data, 'data'),
      PATRONI_POSTGRESQL_PGPASS: join(node.data, 'pgpass'),
      PATRONI_POSTGRESQL_BIN_DIR: bin,
      PATRONI_SUPERUSER_USERNAME: 'postgres',
      PATRONI_SUPERUSER_PASSWORD: PASSWORD,
      PATRONI_REPLICATION_USERNAME: 'replicator',
      PATRONI_REPLICATION_PASSWORD: PASSWORD,
    })
  }

  async function members(): Promise<readonly Member[]> {
    for (const { patroniPort } of nodes) {
      const response = await fetch(`http://127.0.0.1:${patroniPort}/cluster`, {
        signal: AbortSignal.timeout(1000),
      }).catch(() => undefined)
      if (response?.ok) return ((await response.json()) as { members: readonly Member[] }).members
    }
    return []
  }

  async function healthy(): Promise<void> {
    const until = Date.now() + HEALTHY_TIMEOUT_MS
    for (;;) {
      const now = await members()
      const roles = now.map(({ role }) => role)
      const isRunning = now.length === nodes.length && now.every(({ state }) => isUp(state))
      if (isRunning && roles.includes('leader') && roles.includes('sync_standby')) return
      if (Date.now() > until)
        throw new Error(`The database cluster is not healthy: ${JSON.stringify(now)}${logs()}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  function logs(): string {
    return [...children.keys()]
      .map((name) => `\n${name}: ${readFileSync(join(folder, `${name}.log`), 'utf8').slice(-6000)}`)
      .join('')
  }

  function killServer(name: string): void {
    const node = nodes.find((one) => one.name === name)
    const [pid] = readFileSync(join(node?.data ?? '', 'data/postmaster.pid'), 'utf8').split('\n')
    kill(Number(pid))
  }

  run('etcd', 'etcd', [
    ...['--data-dir', join(folder, 'etcd')],
    ...['--listen-client-urls', `http://127.0.0.1:${etcdPort}`],
    ...['--advertise-client-urls', `http://127.0.0.1:${etcdPort}`],
    ...['--listen-peer-urls', `http://127.0.0.1:${etcdPeerPort}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${etcdPeerPort}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${etcdPeerPort}`],
  ])
  for (const { name } of nodes) startNode(name)
  run(
    'haproxy',
    'haproxy',
    ['-db', '-f', join(DEPLOY, 'haproxy.cfg')],
    Object.fromEntries([
      ['DATABASE_BIND', `127.0.0.1:${port}`],
      ...nodes.flatMap((node) => [
        [node.name.toUpperCase(), `127.0.0.1:${node.port}`],
        [`${node.name.toUpperCase()}_PATRONI_PORT`, String(node.patroniPort)],
      ]),
    ]),
  )
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    healthy,
    killServer,
    startNode,
    primary: async () => (await members()).find(({ role }) => role === 'leader')?.name,
    killNode(name) {
      killServer(name)
      children.get(name)?.kill('SIGKILL')
    },
    async stop() {
      // Patroni stops its own PostgreSQL and needs etcd for that, so etcd stops last.
      for (const name of ['haproxy', ...nodes.map((node) => node.name), 'etcd']) {
        const child = children.get(name)
        if (!child || child.exitCode !== null || child.signalCode !== null) continue
        child.kill('SIGTERM')
        await new Promise((resolve) => child.once('exit', resolve))
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Patroni reports a replicating standby as `running`, and since version 3.1 as `streaming`. */
function isUp(state: string): boolean {
  return state === 'running' || state === 'streaming'
}

/** Kills a PostgreSQL server and all its processes. */
function kill(postmaster: number): void {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
  const pids = children.trim().split(' ').filter(Boolean).map(Number)
  for (const pid of [postmaster, ...pids]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // The process ended before the signal.
    }
  }
}
