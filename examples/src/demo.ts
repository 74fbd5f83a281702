/**
 * @module The whole loop on one machine: platform, wallet, mini programs and merchants.
 */
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  createTestServer,
  type LoadedConfig,
  type RunningServer,
  startServer,
} from '@assent/server'
import type { FastifyInstance } from 'fastify'
import type { LoopEvent } from './loop.ts'
import { createMerchantServer } from './merchant/server.ts'
import { createMiniProgramServer } from './mini-program/server.ts'
import { type DemoSetup, type Ports, prepareDemo, WALLET_ID, WEB_PATH } from './setup.ts'
import { createAssent } from './wallet/assent.ts'
import { createWalletServer } from './wallet/server.ts'
import { createUpstreamClient } from './wallet/upstreams.ts'

export const DEMO_PORTS: Ports = {
  platform: 7300,
  wallet: 7301,
  miniProgram: 7302,
  merchant: 7303,
  upstream: 7304,
}

export type DemoOptions = {
  /** Where keys, configuration and data are kept. Default: `.assent-demo` here. */
  readonly folder?: string
  readonly ports?: Ports
  /** As in assent.yaml. Default: the embedded store. */
  readonly store?: string
  /** Starts the platform. Default: one server that logs to standard output, with the test server. */
  readonly startPlatform?: (config: LoadedConfig) => Promise<Pick<RunningServer, 'close'>>
}

export type Demo = {
  readonly setup: DemoSetup
  /** PEM: verifies the platform's replies. */
  readonly platformPublicKey: string
  close(): Promise<void>
}

export async function startDemo(
  print: (line: string) => void,
  options: DemoOptions = {},
): Promise<Demo> {
  const {
    folder = '.assent-demo',
    ports = DEMO_PORTS,
    store = 'sqlite:data/assent.db',
    startPlatform = startLab,
  } = options
  const setup = prepareDemo(resolve(folder), ports, store)
  const platform = await startPlatform(setup.config)
  const platformPublicKey = publicKeyOf(setup)
  const assent = createAssent({
    baseUrl: setup.urls.platform,
    walletId: WALLET_ID,
    privateKey: setup.walletKey,
    platformPublicKey,
  })
  const upstreams = createUpstreamClient(setup)
  const wallet = createWalletServer(setup, assent, upstreams)
  const publish = (event: LoopEvent): void => void tell(setup, event)
  const servers: readonly (readonly [FastifyInstance, number])[] = [
    [wallet, ports.wallet],
    [upstreams.app, ports.upstream],
    [createMiniProgramServer(setup), ports.miniProgram],
    [createMerchantServer({ setup, platformPublicKey, publish }), ports.merchant],
  ]
  await Promise.all(servers.map(([server, port]) => server.listen({ host: '127.0.0.1', port })))
  for (const line of introduction(setup)) print(line)
  return {
    setup,
    platformPublicKey,
    async close() {
      await Promise.all(servers.map(([server]) => server.close()))
      await platform.close()
    },
  }
}

function startLab(config: LoadedConfig): Promise<RunningServer> {
  const testServer = createTestServer(() => Math.floor(Date.now() / 1000))
  return startServer(config, { testServer, clock: testServer.clock })
}

/** The panel is a courtesy: nothing waits for it. */
async function tell({ urls }: DemoSetup, event: LoopEvent): Promise<void> {
  await fetch(`${urls.wallet}/loop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  }).catch(() => undefined)
}

function publicKeyOf({ config }: DemoSetup): string {
  const pem = readFileSync(resolve(config.folder, config.keys ?? 'keys', 'reply-1.pem'), 'utf8')
  return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString()
}

function introduction({ urls }: DemoSetup): readonly string[] {
  return [
    '',
    '  Assent is running.',
    '',
    `  Open the wallet:   ${urls.wallet}`,
    `  platform           ${urls.platform}/readyz`,
    `  mini programs      ${urls.miniProgram}/kopi/  (inside the wallet they find their host)`,
    `  on the web         ${urls.miniProgram}${WEB_PATH}  (a page for any browser, with an OAuth library)`,
    `  merchants' server  ${urls.merchant}`,
    `  the wallet's APIs  ${urls.platform}/docs/apis`,
    '',
    '  Try: open Kopi House (it knows you again without asking), get the loyalty card (it asks), pay (it asks for what is missing),',
    '  stop it under Privacy (the shop hears of it at once), and watch the loop beside the phone, call by call.',
    '',
  ]
}
