/**
 * @module `@assent/jsapi/host`: the host side, for a wallet's web host.
 */
export { createHost, type Host, type MiniProgramFrame, type OpenMiniProgram } from './host.ts'
export type { HostServices, Relayed } from './services.ts'
export { openSheet, type SheetFrameOptions } from './sheet-frame.ts'
