/**
 * @module Calls every API of a generated registry with many subsets of its scopes. Each call must succeed exactly when the registry
 * permits it, and return exactly the permitted fields.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizeApi } from '../../../src/engine/apis/authorize-api.ts'
import { AssentError, insufficientScope } from '../../../src/engine/errors.ts'
import type { Api } from '../../../src/engine/registry.ts'
import {
  APP_ID,
  call,
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  testConfig,
  textsOf,
} from '../../support/server.ts'
import { json, startUpstream, type Upstream } from '../../support/upstream.ts'

const SCOPES = Array.from({ length: 12 }, (_, n) => `S${n}`)
const APIS = 110

/** A fixed registry with APIs of one to six scopes, and both values of `scopeMatch`. */
const APIS_UNDER_TEST: readonly (Api & { readonly fields: Record<string, readonly string[]> })[] =
  Array.from({ length: APIS }, (_, n) => {
    const size = 1 + (n % 6)
    const scopes = Array.from({ length: size }, (_, k) => SCOPES[(n * 5 + k * 7) % 12] as string)
    return {
      name: `api-${n}`,
      scopes: [...new Set(scopes)],
      scopeMatch: n % 2 === 0 ? 'any' : 'all',
      sensitivity: 'basic',
      fields: Object.fromEntries([...new Set(scopes)].map((scope) => [scope, [`of${scope}`]])),
    }
  })

type Cell = { readonly api: (typeof APIS_UNDER_TEST)[number]; readonly granted: readonly string[] }

const CELLS: readonly Cell[] = APIS_UNDER_TEST.flatMap((api) => {
  const { scopes } = api
  const subsets = [
    [],
    scopes,
    ...scopes.map((one) => [one]),
    ...scopes.map((one) => scopes.filter((scope) => scope !== one)),
    // Scopes of other APIs permit nothing.
    SCOPES.filter((scope) => !scopes.includes(scope)),
  ]
  return subsets.map((granted) => ({ api, granted }))
})

/** The expected result, as an independent implementation of the rules of the registry. */
function expected({ api, granted }: Cell): readonly string[] | 'rejected' {
  const has = new Set(granted)
  const count = api.scopes.filter((scope) => has.has(scope)).length
  const isOpen = api.scopeMatch === 'any' ? count > 0 : count === api.scopes.length
  return isOpen
    ? api.scopes.filter((scope) => has.has(scope)).map((scope) => `of${scope}`)
    : 'rejected'
}

function decide(open: typeof authorizeApi, { api, granted }: Cell): readonly string[] | 'rejected' {
  try {
    return open(api, granted).fields ?? []
  } catch (error) {
    if (error instanceof AssentError) return 'rejected'
    throw error
  }
}

const sorted = (fields: readonly string[] | 'rejected') =>
  fields === 'rejected' ? fields : [...fields].sort()

let upstream: Upstream
let server: TestServer
const tokens = new Map<string, Promise<string>>()

beforeAll(async () => {
  upstream = await startUpstream()
  upstream.answer = json(Object.fromEntries(SCOPES.map((scope) => [`of${scope}`, scope])))
  const config = testConfig()
  const text = { title: 'try it out', description: 'For the matrix.' }
  server = await startTestServer({
    ...config,
    scopes: SCOPES.map((scope) => ({ scope, texts: textsOf(text) })),
    apis: APIS_UNDER_TEST.map(({ name, scopes, scopeMatch, fields }) => ({
      name,
      paths: [`/v1/matrix/${name}`],
      upstream: upstream.url,
      scopes: [...scopes],
      scopeMatch: scopeMatch,
      fields: Object.fromEntries(Object.entries(fields).map(([scope, all]) => [scope, [...all]])),
    })),
    clients: [
      {
        ...(config.clients[0] as (typeof config.clients)[number]),
        miniPrograms: [
          {
            appId: APP_ID,
            name: 'Matrix',
            domains: [],
            scopes: ['auth_base', ...SCOPES],
            verified: true,
          },
        ],
      },
    ],
  })
  await codeFor(server, ['auth_base', ...SCOPES])
})
afterAll(async () => {
  await server.close()
  upstream.close()
})

function tokenFor(granted: readonly string[]): Promise<string> {
  const key = [...granted].sort().join(' ')
  const cached = tokens.get(key)
  if (cached) return cached
  const token = codeFor(server, ['auth_base', ...granted])
    .then((code) => redeem(server, code))
    .then(({ accessToken }) => String(accessToken))
  tokens.set(key, token)
  return token
}

describe('the matrix of APIs and scopes', () => {
  it('permits exactly the calls and fields that the registry permits, in at least 1,000 combinations', async () => {
    expect(CELLS.length).toBeGreaterThanOrEqual(1000)
    const failures: object[] = []
    const open = CELLS.filter((cell) => expected(cell) !== 'rejected').length
    for (const cell of CELLS) {
      const accessToken = await tokenFor(cell.granted)
      const reply = await call(server, `/v1/matrix/${cell.api.name}`, { accessToken })
      const { result, missingScopes, ...data } = reply
      const decided = result.resultCode === 'ACCESS_DENIED' ? 'rejected' : Object.keys(data).sort()
      const isCorrect = String(decided) === String(sorted(expected(cell)))
      const lacking = cell.api.scopes.filter((scope) => !cell.granted.includes(scope))
      const namesLacking = decided !== 'rejected' || String(missingScopes) === String(lacking)
      if (!isCorrect || !namesLacking) failures.push({ ...cell, reply })
    }
    expect(failures).toEqual([])
    // Rejected calls do not reach the upstream.
    expect(upstream.arrived).toHaveLength(open)
  })

  it.each<readonly [string, typeof authorizeApi]>([
    [
      'checks the first scope only',
      (api, live) => authorizeApi({ ...api, scopes: api.scopes.slice(0, 1) }, live),
    ],
    ['treats `all` as `any`', (api, live) => authorizeApi({ ...api, scopeMatch: 'any' }, live)],
    [
      'permits all fields',
      (api, live) => {
        const fields = Object.values(api.fields ?? {}).flat()
        return { ...authorizeApi(api, live), fields }
      },
    ],
    [
      'permits every token with any scope',
      (api, live) => {
        if (live.length === 0) throw insufficientScope(api.scopes)
        return authorizeApi({ ...api, scopeMatch: 'any', scopes: [...live] }, live)
      },
    ],
  ])('detects an implementation that %s', (_, mutant) => {
    const differs = (open: typeof authorizeApi) =>
      CELLS.filter((cell) => String(sorted(decide(open, cell))) !== String(sorted(expected(cell))))
    expect(differs(authorizeApi)).toEqual([])
    expect(differs(mutant).length).toBeGreaterThan(0)
  })
})
