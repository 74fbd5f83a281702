/**
 * @module Runs `oidc-provider` on the same PostgreSQL as a separate process, with opaque tokens and refresh token rotation. Its adapter
 * consumes codes conditionally and is therefore correct under concurrency. `/seed?count=N` returns N codes of one client.
 */
import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import pg from 'pg'

const [port, url, CHALLENGE] = process.argv.slice(2) as [string, string, string]
const issuer = `http://127.0.0.1:${port}`
const REDIRECT_URI = 'https://merchant.example/back'
const SCOPE = 'profile'

const pool = new pg.Pool({ connectionString: url, max: 8 })
await pool.query(`CREATE TABLE oidc (model text, id text, payload jsonb NOT NULL, grant_id text, uid text, user_code text,
  expires_at bigint, consumed_at bigint, PRIMARY KEY (model, id))`)
await pool.query('CREATE INDEX ON oidc (grant_id)')
await pool.query('CREATE INDEX ON oidc (uid)')

const UPSERT = `INSERT INTO oidc (model, id, payload, grant_id, uid, user_code, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (model, id) DO UPDATE SET payload = $3, expires_at = $7`
const FIND = 'SELECT payload, consumed_at FROM oidc WHERE model = $1 AND id = $2'
const CONSUME = `UPDATE oidc SET consumed_at = $3 WHERE model = $1 AND id = $2 AND consumed_at IS NULL RETURNING 1`

const now = (): number => Math.floor(Date.now() / 1000)

class PostgresAdapter implements Adapter {
  private readonly model: string
  constructor(model: string) {
    this.model = model
  }
  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<undefined> {
    const { grantId = null, uid = null, userCode = null } = payload
    const values = [this.model, id, payload, grantId, uid, userCode, now() + expiresIn]
    await pool.query({ name: 'upsert', text: UPSERT, values })
  }
  async find(id: string): Promise<AdapterPayload | undefined> {
    const { rows } = await pool.query({ name: 'find', text: FIND, values: [this.model, id] })
    const [row] = rows
    return row && { ...row.payload, ...(row.consumed_at && { consumed: Number(row.consumed_at) }) }
  }
  async consume(id: string): Promise<undefined> {
    const { rowCount } = await pool.query({
      name: 'consume',
      text: CONSUME,
      values: [this.model, id, now()],
    })
    if (rowCount === 0) throw new errors.InvalidGrant('already used')
  }
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const { rows } = await pool.query('SELECT payload FROM oidc WHERE model = $1 AND uid = $2', [
      this.model,
      uid,
    ])
    return rows[0]?.payload
  }
  async findByUserCode(): Promise<undefined> {}
  async destroy(id: string): Promise<undefined> {
    await pool.query('DELETE FROM oidc WHERE model = $1 AND id = $2', [this.model, id])
  }
  async revokeByGrantId(grantId: string): Promise<undefined> {
    await pool.query('DELETE FROM oidc WHERE model = $1 AND grant_id = $2', [this.model, grantId])
  }
}

const provider = new Provider(issuer, {
  adapter: PostgresAdapter,
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench-secret',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  scopes: [SCOPE],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: false },
  },
  findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  cookies: { keys: ['bench'] },
})

async function seed(count: number): Promise<readonly string[]> {
  const client = await provider.Client.find('bench')
  if (!client) throw new Error('oidc-provider has no client named bench.')
  const make = async (index: number): Promise<string> => {
    const accountId = `user-${index}`
    const grant = new provider.Grant({ accountId, clientId: 'bench' })
    grant.addOIDCScope(SCOPE)
    const grantId = await grant.save()
    const code = new provider.AuthorizationCode({
      client,
      accountId,
      grantId,
      scope: SCOPE,
      redirectUri: REDIRECT_URI,
      gty: 'authorization_code',
      authTime: now(),
      codeChallenge: CHALLENGE,
      codeChallengeMethod: 'S256',
    })
    return code.save()
  }
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

provider.use(async (context, next) => {
  if (context.path === '/readyz') context.body = {}
  else if (context.path === '/seed') context.body = await seed(Number(context.query['count']))
  else await next()
})
const server = provider.listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => server.close(() => void pool.end()))
