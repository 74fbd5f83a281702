/**
 * @module Options of the verbs that start a server: they replace parts of assent.yaml.
 */
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { RunningServer } from '../main/start-server.ts'
import { UsageError } from './usage-error.ts'

export type ServerOverrides = {
  readonly port?: string | undefined
  readonly store?: string | undefined
}

/** @throws {UsageError} when an option is malformed */
export function withOverrides(
  config: LoadedConfig,
  { port, store }: ServerOverrides,
): LoadedConfig {
  if (port !== undefined && !/^\d{1,5}$/.test(port))
    throw new UsageError('--port must be a number.')
  if (store !== undefined && !/^(sqlite:|postgres(ql)?:\/\/)./.test(store))
    throw new UsageError('--store must be sqlite:PATH or postgres://USER@HOST/DATABASE.')
  return {
    ...config,
    ...(port !== undefined && { listen: { ...config.listen, port: Number(port) } }),
    ...(store !== undefined && { store }),
  }
}

/** The first signal drains the server. A second signal ends the process at once. */
export function stopOnSignal(server: Pick<RunningServer, 'close'>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`)
          process.exit(1)
        },
      )
    })
  }
}
