/**
 * @module Serves the pages of the mini programs, which share one HTML file, and the web shop.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'
import { type DemoSetup, WEB_CLIENT_ID, WEB_PATH } from '../setup.ts'
import { SHOPS } from '../shops.ts'

const STATIC = fileURLToPath(new URL('../../static/mini-program/', import.meta.url))
const WEB = fileURLToPath(new URL('../../static/web-shop/', import.meta.url))
const BUNDLES = fileURLToPath(new URL('../../dist/web/', import.meta.url))

export function createMiniProgramServer({ urls }: DemoSetup): FastifyInstance {
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const my = readFileSync(createRequire(import.meta.url).resolve('@assent/jsapi/my.js'))
  const page = readFileSync(`${STATIC}index.html`, 'utf8')
  for (const shop of SHOPS) {
    const html = page.replaceAll('{{name}}', shop.name).replaceAll('{{slug}}', shop.slug)
    app.get(`/${shop.slug}/`, (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(html),
    )
    app.get(`/${shop.slug}/shop.json`, async () => ({ shop, merchantUrl: urls.merchant }))
  }
  app.get(`${WEB_PATH}settings.json`, async () => ({
    issuer: urls.platform,
    clientId: WEB_CLIENT_ID,
  }))
  app.get('/my.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(my))
  void app.register(fastifyStatic, { root: BUNDLES, prefix: '/bundle/', decorateReply: false })
  void app.register(fastifyStatic, { root: WEB, prefix: WEB_PATH, decorateReply: false })
  void app.register(fastifyStatic, { root: STATIC, index: false })
  return app
}
