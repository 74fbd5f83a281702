/**
 * @module `@assent/jsapi/host`: the host side of the bridge, for the web host of a wallet.
 *
 * @see docs/wallets.md
 */
export {
  createHost,
  type FailureReport,
  type Host,
  type HostOptions,
  type MiniProgramFrame,
  type OpenMiniProgram,
} from './host.ts'
export type { ForwardedReply, HostServices } from './services.ts'
export { openSheet, type SheetFrameOptions } from './sheet-frame.ts'
