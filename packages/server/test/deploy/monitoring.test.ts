/**
 * @module The alert rules and dashboards in `deploy/`: their queries are PromQL about metrics and labels that the server has, every alert has a
 * runbook and a test, and every panel says what it shows.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { COUNTERS, GAUGES } from '../../src/http/management/metric-table.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const ROOT = new URL('../../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

type Rule = {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>
}
type Panel = {
  readonly title: string
  readonly description: string
  readonly fieldConfig: { readonly defaults: { readonly unit: string } }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const rules = parse(read('deploy/prometheus/alerts.yaml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
) as Rule[]
const dashboards = readdirSync(new URL('deploy/grafana/', ROOT)).map((name) => ({
  name,
  panels: (JSON.parse(read(`deploy/grafana/${name}`)) as { panels: Panel[] }).panels,
}))
const runbooks = read('docs/runbooks.md')

/** What Prometheus adds to each sample. */
const TARGET_LABELS = ['job', 'instance']
/** The series of a scrape itself. */
const SCRAPE_METRICS = ['up']

describe.each(rules)('$alert', ({ alert, labels, annotations }) => {
  it('says how severe it is, what happens, and where its runbook is', () => {
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(annotations.summary.length).toBeGreaterThan(20)
    expect(annotations.description.length).toBeGreaterThan(annotations.summary.length / 2)
    expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`)
  })

  it('has a runbook with all its parts', () => {
    const [, section = ''] =
      new RegExp(`^### ${alert}\\n([^#]*(?:#\\w[^#]*)*)`, 'm').exec(runbooks) ?? []
    const parts = [...section.matchAll(/^- \*\*(.+?)\*\*: (.{7,})$/gm)].map(([, name]) => name)
    expect(parts).toEqual(['Severity', 'Meaning', 'Users notice', 'Look at', 'Do', 'Escalate'])
    expect(section).toContain(`**Severity**: ${labels.severity}\n`)
  })
})

it('the runbooks are those of the alerts, and name existing commands', () => {
  const titles = [...runbooks.matchAll(/^### (.*)$/gm)].map(([, title]) => title)
  expect(titles).toEqual(rules.map(({ alert }) => alert))
  const commands = [...runbooks.matchAll(/`assent ([a-z-]+)/g)].map(([, name]) => name)
  expect(commands.length).toBeGreaterThan(10)
  const known = COMMANDS.map(({ name }) => name.split(' ')[0])
  expect(commands.filter((name) => !known.includes(name))).toEqual([])
})

it('each alert has a test in which it is quiet, and then fires', () => {
  type Test = { name: string; promql_expr_test: { expr: string; exp_samples: object[] }[] }
  const { tests } = parse(read('deploy/prometheus/alerts.test.yaml')) as { tests: Test[] }
  expect(tests.map(({ name }) => name)).toEqual(rules.map(({ alert }) => alert))
  for (const { name, promql_expr_test: steps } of tests) {
    expect(steps.every(({ expr }) => expr.includes(`alertname="${name}"`))).toBe(true)
    expect([name, steps.map(({ exp_samples }) => exp_samples.length)]).toEqual([name, [0, 1]])
  }
})

it.each(dashboards)(
  'every panel of $name has a title, a unit, a description and legends',
  ({ panels }) => {
    expect(panels.length).toBeGreaterThan(3)
    for (const { title, description, fieldConfig, targets } of panels) {
      expect([title, fieldConfig.defaults.unit]).toEqual([title, expect.stringMatching(/^\w+$/)])
      expect([title, description.length > 10, targets.length > 0]).toEqual([title, true, true])
      expect(targets.every(({ legendFormat }) => legendFormat !== '')).toBe(true)
    }
  },
)

describe('the queries', () => {
  let server: TestServer
  /** The labels of each series that a server exports. */
  const exported = new Map<string, readonly string[]>()

  beforeAll(async () => {
    server = await startTestServer()
    await fetch(`${server.url}/healthz`)
    for (const [, name = '', labels = ''] of (await server.readMetrics()).matchAll(
      /^(\w+)(?:\{(.*)\})? \S+$/gm,
    ))
      exported.set(
        name,
        [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      )
    const declared = await server.readMetrics()
    for (const { name, labelNames } of [...GAUGES, ...COUNTERS]) {
      expect(declared).toContain(`# TYPE ${name} `)
      exported.set(name, labelNames)
    }
  })
  afterAll(() => server.close())

  it.each([
    ...rules.map(({ alert, expr }) => ({ name: alert, expr })),
    ...dashboards.flatMap(({ name, panels }) =>
      panels.flatMap(({ title, targets }) =>
        targets.map(({ expr }) => ({ name: `${name}: ${title}`, expr })),
      ),
    ),
  ])('$name names existing metrics and labels', ({ expr }) => {
    const { errors, metrics, unknown } = analyze(expr, exported)
    expect({ errors, unknown }).toEqual({ errors: [], unknown: [] })
    expect(metrics.length).toBeGreaterThan(0)
  })

  it.each([
    ['sum(rate(assent_absent_total[5m]))', { unknown: ['assent_absent_total'] }],
    ['assent_config_info{hsh="x"}', { unknown: ['hsh'] }],
    ['sum by (kind) (assent_config_info)', { unknown: ['kind'] }],
    ['sum(rate(assent_config_info[5m])', { errors: ['⚠'] }],
  ])('%s is found to be wrong', (expr, found) => {
    expect(analyze(expr, exported)).toMatchObject(found)
  })
})

/** The metrics of a query, and what the server does not have of it: metrics, and labels that no metric of the query has. */
function analyze(
  expr: string,
  exported: ReadonlyMap<string, readonly string[]>,
): { readonly errors: string[]; readonly metrics: string[]; readonly unknown: string[] } {
  const errors: string[] = []
  const metrics: string[] = []
  const labels: string[] = []
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to)
      if (node.type.isError) errors.push(node.name)
      if (node.name === 'Identifier' && node.matchContext(['VectorSelector'])) metrics.push(text)
      if (node.name === 'LabelName') labels.push(text)
    },
  })
  const known = [...metrics.flatMap((name) => exported.get(name) ?? []), ...TARGET_LABELS]
  const unknown = [
    ...metrics.filter((name) => !exported.has(name) && !SCRAPE_METRICS.includes(name)),
    ...labels.filter((label) => !known.includes(label)),
  ]
  return { errors, metrics, unknown }
}
