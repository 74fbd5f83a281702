/**
 * @module Where the APIs of a wallet are found: by method and path, exactly as the path was sent. A path has one spelling; any other
 * one is no path (requirement R050).
 */

export type ApiRoute = {
  /** Another one when anything of it changes. */
  readonly key: string
  readonly name: string
  readonly method: 'POST' | 'GET'
  readonly paths: readonly string[]
  /** Where it is served. */
  readonly origin: string
  /** The path there, with the same `{name}`s. */
  readonly upstreamPath: string
  readonly requiresRequestId: boolean
  readonly allowBearer: boolean
  readonly query: readonly string[]
  /** Calls a minute, on this node. */
  readonly perClient: number | undefined
  readonly perUser: number | undefined
  readonly timeoutSeconds: number
  readonly maxResponseBytes: number
  readonly maxConcurrency: number
}

export type FoundApi = {
  readonly route: ApiRoute
  /** What stands in the path for each `{name}`. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface ApiRoutes {
  /** @param path without query */
  find(method: string, path: string): FoundApi | undefined
}

const SEGMENT = '(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*|\\{[A-Za-z][A-Za-z0-9]*\\})'
export const API_PATH: RegExp = new RegExp(`^(?:/${SEGMENT})+$`)
/** What a caller may put for a `{name}`. Nothing in it has a second spelling, and it is never `.` or `..`. */
const VALUE = '([A-Za-z0-9_-][A-Za-z0-9_.~-]{0,127})'

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
    .join(VALUE)
  return new RegExp(`^${source}$`)
}
