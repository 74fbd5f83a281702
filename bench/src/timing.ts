/**
 * @module Tests whether response times of the token endpoint reveal a secret. Requests of two kinds are sent in random order, and
 * compared with Welch's t-test. A |t| above 4.5 reveals a difference.
 */
import { randomInt } from 'node:crypto'
import { Pool } from 'undici'
import { installOAuth, OAUTH_CLIENT_ID, startNode } from './servers.ts'

type Kind = { readonly name: string; readonly body: () => string }
type Pair = { readonly secret: string; readonly kinds: readonly [Kind, Kind] }

const WARM_UP_REQUESTS = 500
const THRESHOLD = 4.5

export async function measureTiming(samples: number): Promise<void> {
  const installation = installOAuth('sqlite:data/assent.db')
  const server = await startNode(installation)
  const pool = new Pool(server.url, { connections: 1, pipelining: 1 })
  try {
    console.log(`\n${samples} requests of each kind, one at a time\n`)
    console.log('| secret | µs, each | t |\n|---|---|---:|')
    for (const { secret, kinds } of pairs(installation.secret)) {
      const times = await measure(pool, kinds, samples)
      const [one, other] = times.map(statisticsOf) as [Statistics, Statistics]
      const t = welch(one, other)
      const verdict = Math.abs(t) < THRESHOLD ? '' : ' **is revealed**'
      const means = [one, other].map(({ mean }) => (mean * 1000).toFixed(1)).join(', ')
      console.log(`| ${secret} | ${means} | ${t.toFixed(1)}${verdict} |`)
    }
  } finally {
    await pool.close()
    await server.stop()
    installation.remove()
  }
}

function pairs(secret: string): readonly Pair[] {
  const grant = { grant_type: 'client_credentials' }
  const form = (fields: Record<string, string>): string =>
    new URLSearchParams({ ...grant, ...fields }).toString()
  const withSecret = (clientId: string, text: string): string =>
    form({ client_id: clientId, client_secret: text })
  const wrong = `cs_${'x'.repeat(secret.length - 3)}`
  const almost = `${secret.slice(0, -1)}${secret.endsWith('x') ? 'y' : 'x'}`
  const code = (text: string): string =>
    form({
      grant_type: 'authorization_code',
      client_id: OAUTH_CLIENT_ID,
      client_secret: secret,
      code: text,
      code_verifier: 'v'.repeat(43),
    })
  const random = (): string =>
    Array.from({ length: 100 }, () => 'abcdefghijklmnop'[randomInt(16)]).join('')
  const unknown = OAUTH_CLIENT_ID.replace('oauth', 'nobod')
  return [
    {
      secret: 'whether a client is registered',
      kinds: [
        { name: 'unknown client', body: () => withSecret(unknown, wrong) },
        { name: 'wrong secret', body: () => withSecret(OAUTH_CLIENT_ID, wrong) },
      ],
    },
    {
      secret: 'how much of a client secret is correct',
      kinds: [
        { name: 'no character', body: () => withSecret(OAUTH_CLIENT_ID, wrong) },
        { name: 'all but the last character', body: () => withSecret(OAUTH_CLIENT_ID, almost) },
      ],
    },
    {
      secret: 'how much of a code is correct',
      kinds: [
        { name: 'another key', body: () => code(`ac_AA${random()}`) },
        { name: 'the same key', body: () => code(`ac_AQ${random()}`) },
      ],
    },
  ]
}

async function measure(
  pool: Pool,
  kinds: readonly [Kind, Kind],
  samples: number,
): Promise<readonly [number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let n = -WARM_UP_REQUESTS; times[0].length < samples || times[1].length < samples; n++) {
    const which = randomInt(2) as 0 | 1
    const body = kinds[which].body()
    const startedAt = performance.now()
    const response = await pool.request({
      path: '/oauth2/token',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })
    await response.body.text()
    const milliseconds = performance.now() - startedAt
    if (response.statusCode === 200)
      throw new Error(`A request of the kind "${kinds[which].name}" succeeded.`)
    if (n >= 0) times[which].push(milliseconds)
  }
  return times
}

type Statistics = { readonly mean: number; readonly variance: number; readonly count: number }

/** Discards the slowest tenth, which other activity on the machine causes. */
function statisticsOf(times: readonly number[]): Statistics {
  const kept = [...times].sort((a, b) => a - b).slice(0, Math.floor(times.length * 0.9))
  const mean = kept.reduce((sum, one) => sum + one, 0) / kept.length
  const variance = kept.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (kept.length - 1)
  return { mean, variance, count: kept.length }
}

function welch(one: Statistics, other: Statistics): number {
  const error = Math.sqrt(one.variance / one.count + other.variance / other.count)
  return (one.mean - other.mean) / error
}
