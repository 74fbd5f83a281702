/**
 * @module Opens a token store of docs/token-stores.md: connects to its database, and gives the connection to the code of the page.
 */
import type { TokenStore } from '@assent/merchant'
import { createClient } from '@redis/client'
import pg from 'pg'

/** The exports of the code blocks. */
export type StoreModule = {
  readonly TOKENS_TABLE: string
  createPostgresTokenStore(pool: pg.Pool): TokenStore
  createRedisTokenStore(redis: object): TokenStore
}

export type OpenTokenStore = {
  readonly tokenStore: TokenStore
  clear(): Promise<unknown>
  close(): Promise<unknown>
}

async function openPostgres(page: StoreModule, url: string): Promise<OpenTokenStore> {
  const pool = new pg.Pool({ connectionString: url })
  await pool.query(page.TOKENS_TABLE)
  return {
    tokenStore: page.createPostgresTokenStore(pool),
    clear: () => pool.query('DELETE FROM assent_tokens'),
    close: () => pool.end(),
  }
}

async function openRedis(page: StoreModule, url: string): Promise<OpenTokenStore> {
  const redis = await createClient({ url }).connect()
  return {
    tokenStore: page.createRedisTokenStore(redis),
    clear: () => redis.flushAll(),
    close: () => redis.close(),
  }
}

/** @param modulePath the code of the page as a module */
export async function openTokenStore(modulePath: string, url: string): Promise<OpenTokenStore> {
  const page = (await import(modulePath)) as StoreModule
  return url.startsWith('redis:') ? openRedis(page, url) : openPostgres(page, url)
}
