/**
 * @module The composition root: starts the parts of a server in order, and stops them in reverse order.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { startNodeReports } from '../background/node-reports.ts'
import type { LoadedConfig } from '../config/loaded-config.ts'
import { createEndpointLookup } from '../http/endpoint.ts'
import { createFailedAuthentications } from '../http/failed-authentications.ts'
import { createLoadShedder, type LoadShedder } from '../http/load-shedding.ts'
import { createAdminPorts, inviteFirstOwner } from './administrators.ts'
import { startBackgroundJobs, startCleanupJobs } from './background.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createReportingNode } from './node-state.ts'
import { createPorts } from './ports.ts'
import { openResources, type ResourceOptions } from './resources.ts'
import { ALL_ENDPOINTS, createApps } from './routes.ts'

/** The default logger writes to standard output. */
export type ServerOptions = Partial<ResourceOptions>

export type RunningServer = {
  /** `http://host:port` as it listens. */
  readonly url: string
  /** The address of the metrics. Absent: `listen.metrics` is not configured. */
  readonly metricsUrl?: string
  /** What the operator must know while there is no administrator. It contains the link of the first owner, and is no log line. */
  readonly firstOwner?: string
  /** Fails `/readyz` for `listen.drainSeconds`, then stops listening, completes the requests in flight and closes the store. */
  close(): Promise<void>
  /** Reads assent.yaml again at once. A running server also notices a changed file by itself, within a second. */
  reload(): Promise<void>
}

/** How long a stopping node waits for the work of requests whose client has disconnected: their calls have been aborted. */
const MAX_WAIT_FOR_WORK_MS = 5000
const WORK_POLL_MS = 10

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 7300
const DEFAULT_MAX_FAILED_AUTHENTICATIONS = 60

/** Starts everything that a configuration names. When a part does not start, the parts that did are stopped. */
export async function startServer(
  config: LoadedConfig,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const logger = options.logger ?? pino({ level: config.logLevel ?? 'info' })
  const lifecycle = createLifecycle()
  try {
    return await start(config, { ...options, logger }, lifecycle)
  } catch (error) {
    await lifecycle[Symbol.asyncDispose]().catch((stopError: unknown) =>
      logger.error({ err: stopError }, 'Stopping after a failed start failed, too.'),
    )
    throw error
  }
}

async function start(
  config: LoadedConfig,
  options: ResourceOptions,
  lifecycle: Lifecycle,
): Promise<RunningServer> {
  let isStopping = false
  const resources = await openResources(config, options, lifecycle)
  const jobs = startBackgroundJobs(resources, lifecycle)
  const node = createReportingNode(resources)
  lifecycle.use(startNodeReports(resources.database, node, resources.clock, resources.logger))
  const loadShedder = createLoadShedder(createEndpointLookup(ALL_ENDPOINTS))
  const ports = createPorts(resources, jobs, loadShedder.whileWaiting)
  const { maxFailedAuthentications = DEFAULT_MAX_FAILED_AUTHENTICATIONS } = config
  const failures = createFailedAuthentications(maxFailedAuthentications)
  const parts = {
    resources,
    node,
    jobs,
    ports,
    loadShedder,
    failures,
    isStopping: () => isStopping,
  }
  // Closing the HTTP server waits for connections only. The work of a client that has gone needs the store and the signing threads.
  lifecycle.defer(() => waitForWork(loadShedder))
  const apps = await createApps(parts, lifecycle)
  startCleanupJobs(resources, lifecycle)
  const {
    host = DEFAULT_HOST,
    port = DEFAULT_PORT,
    drainSeconds = 0,
    metrics,
  } = config.listen ?? {}
  const metricsUrl =
    metrics && (await apps.metricsApp.listen({ host: DEFAULT_HOST, ...metrics, exclusive: true }))
  const url = await apps.app.listen({ host, port })
  const firstOwner = await inviteFirstOwner(config, createAdminPorts(resources), resources.clock())
  return {
    url,
    ...(firstOwner !== undefined && { firstOwner }),
    ...(metricsUrl !== undefined && { metricsUrl: `${metricsUrl}/metrics` }),
    reload: () => resources.configFile.reload(),
    async close() {
      isStopping = true
      await sleep(drainSeconds * 1000)
      await lifecycle[Symbol.asyncDispose]()
    },
  }
}

async function waitForWork({ unanswered }: LoadShedder): Promise<void> {
  const deadline = performance.now() + MAX_WAIT_FOR_WORK_MS
  while (unanswered() > 0 && performance.now() < deadline) await sleep(WORK_POLL_MS)
}
