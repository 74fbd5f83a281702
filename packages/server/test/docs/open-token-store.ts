/**
 * @module Opens a token store of docs/token-stores.md: its connection and its methods are the code of the page.
 */
import type { TokenStore } from '@assent/merchant'
import type { createClient } from '@redis/client'
import type pg from 'pg'

/** The exports of the code blocks. */
export type StoreModule = {
  readonly TOKENS_TABLE: string
  openPool(url: string): pg.Pool
  createPostgresTokenStore(pool: pg.Pool): TokenStore
  openRedis(url: string): Promise<ReturnType<typeof createClient>>
  createRedisTokenStore(redis: object): TokenStore
}

export type OpenTokenStore = {
  readonly tokenStore: TokenStore
  clear(): Promise<unknown>
  close(): Promise<unknown>
}

async function openPostgres(page: StoreModule, url: string): Promise<OpenTokenStore> {
  const pool = page.openPool(url)
  await pool.query(page.TOKENS_TABLE)
  return {
    tokenStore: page.createPostgresTokenStore(pool),
    clear: () => pool.query('DELETE FROM assent_tokens'),
    close: () => pool.end(),
  }
}

async function openRedis(page: StoreModule, url: string): Promise<OpenTokenStore> {
  const redis = await page.openRedis(url)
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
