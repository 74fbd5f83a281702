/**
 * @module `assent demo`: runs a wallet, a merchant and this server on one machine.
 */
import type { RunningServer } from '../../../main/start-server.ts'
import { defineCommand, print } from '../../command.ts'
import { parsePort, stopOnSignal } from '../../server-options.ts'
import { UsageError } from '../../usage-error.ts'

/** A separate package, so that servers in production do not ship a wallet and a coffee shop. */
const DEMO_PACKAGE = '@assent/demo'

export const demo = defineCommand({
  name: 'demo',
  usages: [
    {
      syntax: 'demo [--port N] [--folder FOLDER]',
      help: 'Runs a demo wallet, a demo merchant and the server on this machine.',
    },
  ],
  options: {
    port: { type: 'string', help: 'The first of five consecutive ports.', default: '7300' },
    folder: {
      type: 'string',
      help: 'The folder of its keys, configuration and data.',
      default: '.assent-demo',
    },
  },
  async run({ port, folder }) {
    const ports = demoPorts(parsePort(port))
    const { startDemo } = await importDemo(DEMO_PACKAGE)
    stopOnSignal(await startDemo(print, { folder, ports }))
  },
})

type DemoPorts = Readonly<
  Record<'platform' | 'wallet' | 'miniProgram' | 'merchant' | 'upstream', number>
>

function demoPorts(first: number): DemoPorts {
  return {
    platform: first,
    wallet: first + 1,
    miniProgram: first + 2,
    merchant: first + 3,
    upstream: first + 4,
  }
}

/** The name is a parameter so that the bundler does not resolve it. */
async function importDemo(name: string): Promise<{
  readonly startDemo: (
    print: (line: string) => void,
    options: { readonly folder: string; readonly ports: DemoPorts },
  ) => Promise<Pick<RunningServer, 'close'>>
}> {
  try {
    return await import(name)
  } catch (cause) {
    const isMissing =
      cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    throw isMissing
      ? new UsageError(
          `assent demo needs the package ${name}, which a checkout of Assent contains. Run npm start there.`,
        )
      : cause
  }
}
