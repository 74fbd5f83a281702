/**
 * @module `assent demo`: runs a wallet, a merchant and this server on one machine.
 */
import type { RunningServer } from '../../main/start-server.ts'
import { defineCommand, print } from '../command.ts'
import { stopOnSignal } from '../server-options.ts'
import { UsageError } from '../usage-error.ts'

/** A separate package, so that servers in production do not ship a wallet and a coffee shop. */
const DEMO_PACKAGE = '@assent/demo'

export const demo = defineCommand({
  name: 'demo',
  usages: [
    { syntax: 'demo', help: 'Runs a demo wallet, a demo merchant and the server on this machine.' },
  ],
  options: {},
  async run() {
    const { startDemo } = await importDemo(DEMO_PACKAGE)
    stopOnSignal(await startDemo(print))
  },
})

/** The name is a parameter so that the bundler does not resolve it. */
async function importDemo(name: string): Promise<{
  readonly startDemo: (print: (line: string) => void) => Promise<Pick<RunningServer, 'close'>>
}> {
  try {
    return await import(name)
  } catch (cause) {
    const isMissing =
      cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    throw isMissing
      ? new UsageError(`assent demo needs the package ${name}. Install it: npm install ${name}`)
      : cause
  }
}
