/**
 * @module Every API of a generated registry with every kind of subset of its scopes: over real sockets, each is open exactly when the
 * registry says so, and exactly so wide.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizeApi } from '../../src/engine/apis/authorize-api.ts'
import { AssentError, insufficientScope } from '../../src/engine/errors.ts'
import type { Api } from '../../src/engine/registry.ts'
import {
  APP_ID,
  call,
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  testConfig,
  textsOf,
} from '../support/server.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const SCOPES = Array.from({ length: 12 }, (_, n) => `S${n}`)
const APIS = 110

/** Always the same registry, of all sizes and both rules. */
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

type Cell = { readonly api: (typeof APIS_UNDER_TEST)[number]; readonly held: readonly string[] }

const CELLS: readonly Cell[] = APIS_UNDER_TEST.flatMap((api) => {
  const { scopes } = api
  const subsets = [
    [],
    scopes,
    ...scopes.map((one) => [one]),
    ...scopes.map((one) => scopes.filter((scope) => scope !== one)),
    // Scopes of others open nothing.
    SCOPES.filter((scope) => !scopes.includes(scope)),
  ]
  return subsets.map((held) => ({ api, held }))
})

/** By the words of the registry, written a second time. */
function expected({ api, held }: Cell): readonly string[] | 'refused' {
  const has = new Set(held)
  const count = api.scopes.filter((scope) => has.has(scope)).length
  const isOpen = api.scopeMatch === 'any' ? count > 0 : count === api.scopes.length
  return isOpen
    ? api.scopes.filter((scope) => has.has(scope)).map((scope) => `of${scope}`)
    : 'refused'
}

function decide(open: typeof authorizeApi, { api, held }: Cell): readonly string[] | 'refused' {
  try {
    return open(api, held).fields ?? []
  } catch (error) {
    if (error instanceof AssentError) return 'refused'
    throw error
  }
}

const sorted = (answer: readonly string[] | 'refused') =>
  answer === 'refused' ? answer : [...answer].sort()

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

function tokenOf(held: readonly string[]): Promise<string> {
  const key = [...held].sort().join(' ')
  const known = tokens.get(key)
  if (known) return known
  const made = codeFor(server, ['auth_base', ...held])
    .then((code) => redeem(server, code))
    .then(({ accessToken }) => String(accessToken))
  tokens.set(key, made)
  return made
}

describe('the matrix of APIs and scopes', () => {
  it(`has at least 1,000 cells, and decides each as the registry says`, async () => {
    expect(CELLS.length).toBeGreaterThanOrEqual(1000)
    const wrong: object[] = []
    const open = CELLS.filter((cell) => expected(cell) !== 'refused').length
    for (const cell of CELLS) {
      const accessToken = await tokenOf(cell.held)
      const reply = await call(server, `/v1/matrix/${cell.api.name}`, { accessToken })
      const { result, missingScopes, ...data } = reply
      const decided = result.resultCode === 'ACCESS_DENIED' ? 'refused' : Object.keys(data).sort()
      const isRight = String(decided) === String(sorted(expected(cell)))
      const lacks = cell.api.scopes.filter((scope) => !cell.held.includes(scope))
      const namesLacking = decided !== 'refused' || String(missingScopes) === String(lacks)
      if (!isRight || !namesLacking) wrong.push({ ...cell, reply })
    }
    expect(wrong).toEqual([])
    // What is refused does not reach the upstream.
    expect(upstream.arrived).toHaveLength(open)
  })

  it.each<readonly [string, typeof authorizeApi]>([
    [
      'only looks at the first scope',
      (api, live) => authorizeApi({ ...api, scopes: api.scopes.slice(0, 1) }, live),
    ],
    ['takes any for all', (api, live) => authorizeApi({ ...api, scopeMatch: 'any' }, live)],
    [
      'opens all fields',
      (api, live) => {
        const fields = Object.values(api.fields ?? {}).flat()
        return { ...authorizeApi(api, live), fields }
      },
    ],
    [
      'lets everything in but the empty',
      (api, live) => {
        if (live.length === 0) throw insufficientScope(api.scopes)
        return authorizeApi({ ...api, scopeMatch: 'any', scopes: [...live] }, live)
      },
    ],
  ])('would catch a decision that %s', (_, mutant) => {
    const differs = (open: typeof authorizeApi) =>
      CELLS.filter((cell) => String(sorted(decide(open, cell))) !== String(sorted(expected(cell))))
    expect(differs(authorizeApi)).toEqual([])
    expect(differs(mutant).length).toBeGreaterThan(0)
  })
})
