/**
 * @module The demo on one machine: platform, wallet, mini programs and merchants.
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
import type { CallEvent } from './call-events.ts'
import { createMerchantServer } from './merchant/server.ts'
import { createMiniProgramServer } from './mini-program/server.ts'
import { type DemoSetup, type Ports, prepareDemo, WALLET_ID, WEB_PATH } from './setup.ts'
import { createAssent } from './wallet/assent.ts'
import { createWalletServer } from './wallet/server.ts'
import { createUpstreamApis } from './wallet/upstream-apis.ts'

/** The ports of `assent demo`. */
export const DEMO_PORTS: Ports = {
  platform: 7300,
  wallet: 7301,
  miniProgram: 7302,
  merchant: 7303,
  upstream: 7304,
}

/** The options of `startDemo`. All are optional. */
export type DemoOptions = {
  /** The folder of keys, configuration and data. Default: `.assent-demo` in the working directory. */
  readonly folder?: string
  readonly ports?: Ports
  /** The value of `store` in assent.yaml. Default: the embedded store. */
  readonly store?: string
  /** Starts the platform. Default: one server with the test server API, which logs to standard output. */
  readonly startPlatform?: (config: LoadedConfig) => Promise<Pick<RunningServer, 'close'>>
}

/** The running demo. */
export type Demo = {
  readonly setup: DemoSetup
  /** PEM. Verifies the platform's replies. */
  readonly platformPublicKey: string
  close(): Promise<void>
}

/** Starts all servers of the demo, then prints their addresses. */
export async function startDemo(
  print: (line: string) => void,
  options: DemoOptions = {},
): Promise<Demo> {
  const {
    folder = '.assent-demo',
    ports = DEMO_PORTS,
    store = 'sqlite:data/assent.db',
    startPlatform = startTestPlatform,
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
  const upstreams = createUpstreamApis(setup)
  const wallet = createWalletServer(setup, assent, upstreams)
  const publish = (event: CallEvent): void => void sendToPanel(setup, event)
  const servers: readonly (readonly [FastifyInstance, number])[] = [
    [wallet, ports.wallet],
    [upstreams.app, ports.upstream],
    [createMiniProgramServer(setup), ports.miniProgram],
    [createMerchantServer({ setup, platformKeys: platformPublicKey, publish }), ports.merchant],
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

function startTestPlatform(config: LoadedConfig): Promise<RunningServer> {
  const testServer = createTestServer(() => Math.floor(Date.now() / 1000))
  return startServer(config, { testServer, clock: testServer.clock })
}

/** Shows a call in the wallet's panel. A failure is ignored, because the panel is optional. */
async function sendToPanel({ urls }: DemoSetup, event: CallEvent): Promise<void> {
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
    `  mini programs      ${urls.miniProgram}/kopi/  (they work only inside the wallet)`,
    `  web shop           ${urls.miniProgram}${WEB_PATH}  (for any browser, with an OAuth library)`,
    `  merchant server    ${urls.merchant}`,
    `  API documentation  ${urls.platform}/docs/apis`,
    '',
    '  Try this: open Kopi House (it logs you in without a prompt), get the loyalty card (it requests consent), pay (it requests the',
    '  missing scope), and withdraw consent under Privacy (the shop is notified). The panel beside the phone shows every call.',
    '',
  ]
}
