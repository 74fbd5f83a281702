/**
 * @module The files in `deploy/` match the server: its probes, port, command, drain time and metrics.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { COMMANDS } from '../src/cli/command-table.ts'
import { startTestServer } from './support/server.ts'

const FOLDER = new URL('../../../deploy/', import.meta.url)
const PORT = 7300
const MAX_DRAIN_SECONDS = 5
const MAX_REQUEST_SECONDS = 10

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

describe('the deployment files', () => {
  it('configure Kubernetes with existing probe paths, the port, and enough time to drain', async () => {
    const documents = parseAllDocuments(read('kubernetes/assent.yaml')).map((one) => {
      expect(one.errors).toEqual([])
      return one.toJS()
    })
    expect(documents.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
      'PodDisruptionBudget',
    ])
    const { spec } = documents[0].spec.template
    const [container] = spec.containers
    expect(container.ports).toContainEqual({ name: 'http', containerPort: PORT })
    const { 'prometheus.io/port': metricsPort } = documents[0].spec.template.metadata.annotations
    expect(container.ports).toContainEqual({ name: 'metrics', containerPort: Number(metricsPort) })
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(
      MAX_DRAIN_SECONDS + MAX_REQUEST_SECONDS,
    )
    const server = await startTestServer()
    for (const { httpGet } of [container.readinessProbe, container.livenessProbe]) {
      expect((await fetch(server.url + httpGet.path)).status).toBe(200)
    }
    await server.close()
  })

  it('start two nodes with Compose after the database is healthy, with enough time to drain', () => {
    const { services } = parse(read('compose.yaml'))
    expect(services.assent.deploy.replicas).toBe(2)
    expect(services.assent.depends_on.postgres.condition).toBe('service_healthy')
    expect(Number.parseInt(services.assent.stop_grace_period, 10)).toBeGreaterThan(
      MAX_DRAIN_SECONDS + MAX_REQUEST_SECONDS,
    )
  })

  it('configure Patroni to acknowledge writes only with a standby, and to replace a lost primary within 30 s', () => {
    const { dcs } = parse(read('ha/patroni.yaml')).bootstrap
    expect(dcs).toMatchObject({ synchronous_mode: true, synchronous_mode_strict: true })
    expect(dcs.postgresql.parameters.synchronous_commit).toBe('on')
    expect(dcs.loop_wait + 2 * dcs.retry_timeout).toBeLessThanOrEqual(dcs.ttl)
    expect(dcs.ttl + 2 * dcs.loop_wait).toBeLessThan(30)
    expect(read('ha/haproxy.cfg')).toMatch(/on-marked-down shutdown-sessions$/m)
  })

  it.each(['haproxy/haproxy.cfg', 'haproxy/compose.cfg'])(
    '%s checks /readyz, retries only failed connections, and hides probes',
    (name) => {
      const text = read(name)
      expect(text).toMatch(/option httpchk GET \/readyz/)
      expect(text).toMatch(/retry-on conn-failure$/m)
      expect(text).toMatch(/http-request deny if \{ path \/healthz \/readyz \}/)
    },
  )

  it('run `assent serve` with systemd and in the image', () => {
    expect(read('systemd/assent@.service')).toMatch(
      /ExecStart=\S+\/assent serve --config \S+ --port %i/,
    )
    expect(read('Dockerfile')).toMatch(/CMD \["serve", "--config", /)
    expect(read('Dockerfile')).toMatch(new RegExp(`EXPOSE ${PORT}`))
  })

  it('agree with the documents on the user, the folders and the options of the unit', () => {
    const unit = read('systemd/assent@.service')
    const documented = /^## With systemd$([\s\S]*?)^## /m.exec(read('README.md'))?.[1] ?? ''
    const setting = (name: string): string =>
      new RegExp(`^${name}=-?(.*)$`, 'm').exec(unit)?.[1] ?? `${name} is missing`
    const [command = '', ...options] = setting('ExecStart').split(' ')
    const state = `/var/lib/${setting('StateDirectory')}`
    const [, configFile = ''] = /--config (\S+)/.exec(setting('ExecStart')) ?? []
    expect(documented).toMatch(
      new RegExp(`^useradd --system --home-dir ${state} .* ${setting('User')}$`, 'm'),
    )
    expect(setting('Group')).toBe(setting('User'))
    expect(documented).toContain(`--prefix ${command.replace('/node_modules/.bin/assent', '')} `)
    expect(configFile).toBe(`${setting('WorkingDirectory')}/assent.yaml`)
    expect(documented).toContain(`install -m 0644 assent.yaml ${setting('WorkingDirectory')}/`)
    // The file with the password is for root alone. The service reads it through systemd.
    expect(documented).toContain(`install -m 0600 /dev/null ${setting('EnvironmentFile')} `)
    expect(documented).toContain('PGPASSWORD=')
    expect(documented).toContain(`keys: ${state}/keys`)
    expect(documented).toContain(`store: sqlite:${state}/assent.db`)
    expect([setting('ProtectSystem'), setting('StateDirectoryMode')]).toEqual(['strict', '0700'])
    const known = COMMANDS.flatMap(({ name, options: own }) =>
      name === 'serve' ? Object.keys(own) : [],
    )
    const used = options.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? [])
    expect(used.filter((name) => !known.includes(name))).toEqual([])
    expect(used).toEqual(['config', 'port', 'metrics-port'])
  })

  it('set the same valid V8 options in NODE_OPTIONS everywhere', () => {
    const files = [
      'systemd/assent@.service',
      'Dockerfile',
      'compose.yaml',
      'kubernetes/assent.yaml',
    ]
    const options = files.map(
      (name) => /NODE_OPTIONS\W+(?:value: )?(--[\w=-]+)/.exec(read(name))?.[1],
    )
    expect(new Set(options)).toEqual(new Set(['--max-semi-space-size=32']))
    const env = { ...process.env, NODE_OPTIONS: options[0] }
    const heap = execFileSync(process.execPath, ['-p', 'v8.getHeapStatistics().heap_size_limit'], {
      env,
      encoding: 'utf8',
    })
    expect(Number(heap)).toBeGreaterThan(0)
  })

  it('show only metrics that the server exports on the dashboard and in alerts', async () => {
    const { panels } = JSON.parse(read('grafana/assent.json')) as {
      panels: { targets: { expr: string }[] }[]
    }
    const { groups } = parse(read('prometheus/alerts.yaml')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
    }
    const rules = groups.flatMap((group) => group.rules)
    for (const { alert, annotations } of rules)
      expect([alert, annotations.summary.length > 20]).toEqual([alert, true])
    const expressions = [
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...rules.map(({ expr }) => expr),
    ].join('\n')
    const names = [...new Set(expressions.match(/\b(?:assent|process|nodejs)_[a-z0-9_]+/g))]
    expect(names.length).toBeGreaterThan(10)
    const server = await startTestServer()
    await fetch(`${server.url}/healthz`)
    const metrics = await server.readMetrics()
    await server.close()
    const exported = [...metrics.matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_count`, `${name}_sum`, `${name}_bucket`] : [`${name}`],
    )
    expect(names.filter((name) => !exported.includes(name))).toEqual([])
  })
})
