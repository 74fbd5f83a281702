/**
 * @module Finds the wallet's APIs by method and path. The path is matched exactly as it was sent, without any normalization, so
 * that a proxy and the gateway cannot disagree about it.
 * @see docs/gateway.md#rules-for-declarations
 */

export type ApiRoute = {
  /** Changes whenever any setting of the API changes. */
  readonly key: string
  readonly name: string
  readonly method: 'POST' | 'GET'
  readonly paths: readonly string[]
  /** The origin of the upstream. */
  readonly origin: string
  /** The path at the upstream, with the same `{name}` placeholders. */
  readonly upstreamPath: string
  /** The API changes something: a signed request is executed once. */
  readonly requiresRequestId: boolean
  /** The names of the access token and of the request id in the body. Dots lead to nested members. */
  readonly accessTokenField: string
  readonly requestIdField: string
  readonly allowBearer: boolean
  readonly query: readonly string[]
  /** Calls per minute, on this node. */
  readonly perClient: number | undefined
  readonly perUser: number | undefined
  readonly timeoutSeconds: number
  readonly maxResponseBytes: number
  readonly maxConcurrency: number
}

export type FoundApi = {
  readonly route: ApiRoute
  /** The value of each `{name}` placeholder in the path. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface ApiRoutes {
  /** @param path without query */
  find(method: string, path: string): FoundApi | undefined
}

const SEGMENT = '(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*|\\{[A-Za-z][A-Za-z0-9]*\\})'
export const API_PATH: RegExp = new RegExp(`^(?:/${SEGMENT})+$`)
/**
 * A value of a `{name}` placeholder. None of these characters needs an escape, and the value is never `.` or `..`.
 */
const PARAMETER_VALUE = '([A-Za-z0-9_-][A-Za-z0-9_.~-]{0,127})'

export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{([A-Za-z][A-Za-z0-9]*)\}/g)].map(([, name = '']) => name)
}

export function createApiRoutes(routes: readonly ApiRoute[]): ApiRoutes {
  const exact = new Map<string, FoundApi>()
  const patterns: {
    readonly route: ApiRoute
    readonly names: readonly string[]
    readonly pattern: RegExp
  }[] = []
  for (const route of routes) {
    for (const path of route.paths) {
      const names = parametersOf(path)
      if (names.length === 0) exact.set(`${route.method} ${path}`, { route, parameters: {} })
      else patterns.push({ route, names, pattern: patternOf(path) })
    }
  }
  return {
    find(method, path) {
      const found = exact.get(`${method} ${path}`)
      if (found) return found
      for (const { route, names, pattern } of patterns) {
        const values = route.method === method ? pattern.exec(path) : null
        if (!values) continue
        const parameters = names.map((name, index) => [name, values[index + 1] ?? ''])
        return { route, parameters: Object.fromEntries(parameters) }
      }
      return undefined
    },
  }
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/\{[^}]*\}/)
    .map((text) => text.replaceAll('.', '\\.'))
    .join(PARAMETER_VALUE)
  return new RegExp(`^${source}$`)
}
