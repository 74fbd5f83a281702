/**
 * @module The Helm chart, as far as it can be checked without Helm: its version, its values, what an Ingress shows, and which changes restart
 * the nodes. `foreign-clients/helm.foreign.ts` renders and runs it.
 */
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { RELOADABLE_SECTIONS } from '../../src/config/schema.ts'
import { ALL_ENDPOINTS } from '../../src/main/routes.ts'
import { readVersion } from '../../src/package-root.ts'

const CHART = new URL('../../../../deploy/helm/assent/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, CHART), 'utf8')
const values = parse(read('values.yaml'))
const schema = JSON.parse(read('values.schema.json'))

it('has the version of Assent', () => {
  const { version, appVersion } = parse(read('Chart.yaml'))
  expect([version, appVersion]).toEqual([readVersion(), readVersion()])
})

it('knows every value, refuses others, and gives no secret a default', () => {
  const names = (of: object): string[] => Object.keys(of).sort()
  const { global: _ofHelm, ...properties } = schema.properties
  expect(names(properties)).toEqual(names(values))
  for (const [name, value] of Object.entries(properties) as [string, typeof schema][]) {
    const own = value.$ref ? schema.definitions[value.$ref.split('/').at(-1)] : value
    if (own.additionalProperties === false)
      expect([name, names(own.properties)]).toEqual([name, names(values[name])])
  }
  expect(schema.additionalProperties).toBe(false)
  const secrets = [values.database.existingSecret, values.keyEncryptionKey.existingSecret]
  expect([...secrets, values.database.url]).toEqual(['', '', ''])
})

it('has the alert rules and dashboards of deploy/, not copies', () => {
  const target = (path: string) => realpathSync(new URL(path, CHART))
  const file = (path: string) => realpathSync(fileURLToPath(new URL(path, CHART)))
  expect(target('files/alerts.yaml')).toBe(file('../../prometheus/alerts.yaml'))
  expect(target('files/dashboards')).toBe(file('../../grafana'))
})

it('shows the internet everything but the wallet API, the admin API and the probes', () => {
  const paths: readonly string[] = values.ingress.paths
  const isShown = (path: string) =>
    paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  const all = ALL_ENDPOINTS.map(({ path }) => path)
  const hidden = all.filter((path) => !isShown(path))
  expect(all.length).toBeGreaterThan(50)
  expect(hidden.length).toBeGreaterThan(10)
  // The catch-all of the gateway has no path of its own.
  const isPrivate = (path: string) =>
    /^\/(wallet|admin|test-server)(\/|$)|^\/(healthz|readyz|signature-diagnostics|\*)$/.test(path)
  expect(hidden.filter((path) => !isPrivate(path))).toEqual([])
  expect(all.filter((path) => isPrivate(path) && isShown(path))).toEqual([])
})

it('restarts the nodes for changes that they do not apply by themselves', () => {
  const [, sections = ''] =
    /omit \.Values\.config ((?:"\w+" )+)/.exec(read('templates/deployment.yaml')) ?? []
  const omitted = [...sections.matchAll(/"(\w+)"/g)].map(([, name]) => name)
  expect(new Set(omitted)).toEqual(RELOADABLE_SECTIONS)
})
