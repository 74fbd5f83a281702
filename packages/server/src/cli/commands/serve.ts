/**
 * @module `assent serve`: runs the server, in one process or in several.
 */

import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { startServer } from '../../main/start-server.ts'
import { isWorker, runWorkers, workerIndex } from '../cluster.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { SERVER_OPTIONS, stopOnSignal, withOverrides } from '../server-options.ts'
import { UsageError } from '../usage-error.ts'

export const serve = defineCommand({
  name: 'serve',
  usages: [
    {
      syntax:
        'serve --config assent.yaml [--port N] [--metrics-port N] [--store URL] [--workers N]',
      help: 'Runs the server.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    ...SERVER_OPTIONS,
    workers: {
      type: 'string',
      help: 'The number of server processes that share the port. Needs PostgreSQL.',
    },
  },
  async run(values) {
    const config = withOverrides(loadConfig(values.config), values)
    const workers = parseWorkers(values.workers, config)
    if (workers > 1 && !isWorker()) {
      process.exitCode = await runWorkers(workers)
      return
    }
    const server = await startServer(withWorkerPort(config, workerIndex()))
    stopOnSignal(server)
    if (server.firstOwner !== undefined) print(server.firstOwner)
  },
})

/** Every worker has metrics of its own, and so a port of its own for them. */
function withWorkerPort(config: LoadedConfig, index: number): LoadedConfig {
  const metrics = config.listen?.metrics
  if (!metrics?.port || index === 0) return config
  return {
    ...config,
    listen: { ...config.listen, metrics: { ...metrics, port: metrics.port + index } },
  }
}

function parseWorkers(workers = '1', { store }: LoadedConfig): number {
  if (!/^[1-9]\d?$/.test(workers)) throw new UsageError('--workers must be a number from 1 to 99.')
  if (workers !== '1' && store.startsWith('sqlite:'))
    throw new UsageError('--workers needs a PostgreSQL store: SQLite has one serving process.')
  return Number(workers)
}
