/**
 * @module Options of the verbs that start a server: they replace parts of assent.yaml.
 */
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { RunningServer } from '../main/start-server.ts'
import { problemOfDatabaseUrl } from '../stores/postgres/database-url.ts'
import type { Options } from './command.ts'
import { UsageError } from './usage-error.ts'

export const SERVER_OPTIONS = {
  port: { type: 'string', help: 'The port to listen on, in place of listen.port.' },
  'metrics-port': {
    type: 'string',
    help: 'The port of GET /metrics, in place of listen.metrics.port.',
  },
  store: {
    type: 'string',
    help: 'The store, in place of store: sqlite:PATH or postgres://USER@HOST/DATABASE.',
  },
} as const satisfies Options

type ServerOverrides = {
  readonly port?: string | undefined
  readonly 'metrics-port'?: string | undefined
  readonly store?: string | undefined
}

const MAX_PORT = 65_535
const PARENT_POLL_INTERVAL_MS = 500

/** @throws {UsageError} when an option is malformed */
export function withOverrides(
  config: LoadedConfig,
  { port, 'metrics-port': metricsPort, store }: ServerOverrides,
): LoadedConfig {
  if (store !== undefined && !/^(sqlite:|postgres(ql)?:\/\/)./.test(store))
    throw new UsageError('--store must be sqlite:PATH or postgres://USER@HOST/DATABASE.')
  const metrics = metricsPort !== undefined && {
    metrics: { ...config.listen?.metrics, port: parsePort(metricsPort, 'metrics-port') },
  }
  const problem = store?.startsWith('postgres') ? problemOfDatabaseUrl(store) : undefined
  if (problem !== undefined) throw new UsageError(`--store ${problem}.`)
  return {
    ...config,
    listen: {
      ...config.listen,
      ...(port !== undefined && { port: parsePort(port) }),
      ...metrics,
    },
    ...(store !== undefined && { store }),
  }
}

/** @throws {UsageError} when the text is not a port */
export function parsePort(text: string, option: string = 'port'): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > MAX_PORT)
    throw new UsageError(`--${option} must be a number from 0 to ${MAX_PORT}.`)
  return port
}

/**
 * The first signal drains the server. A second signal ends the process at once. SIGHUP reloads the configuration of a server
 * that has one, and stops any other.
 */
export function stopOnSignal({
  close,
  reload,
}: Pick<RunningServer, 'close'> & Partial<Pick<RunningServer, 'reload'>>): void {
  function stop(): void {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(1)
      },
    )
  }

  if (reload) process.on('SIGHUP', () => void reload())
  for (const signal of ['SIGTERM', 'SIGINT', ...(reload ? [] : ['SIGHUP'])])
    process.once(signal, stop)
  if (process.env['npm_command'] === 'exec') onOrphaned(stop)
}

/** `npx` runs a command in a shell, which ends on a signal and does not pass it on. */
function onOrphaned(stop: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, PARENT_POLL_INTERVAL_MS)
  timer.unref()
}
