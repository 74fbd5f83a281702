/**
 * @module `@assent/jsapi/host`: the host side of the bridge, for the web host of a wallet.
 *
 * @see docs/wallets.md
 */
export type { FailureReport, HostOptions, OpenMiniProgram } from '../host-core/mini-program.ts'
export type { ForwardedReply, HostServices } from '../host-core/services.ts'
export { openSheet, type SheetFrameOptions } from '../host-core/sheet-frame.ts'
export { createHost, type Host, type MiniProgramFrame } from './host.ts'
