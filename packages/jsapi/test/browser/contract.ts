/**
 * @module What the browser tests need of a wallet, whether it is a web app with frames or a native app with web views.
 */
import type { Frame, Page } from 'playwright-core'
import type { HostSetup, WalletRecords } from './back-end.ts'

export const WALLET_KINDS = ['a web wallet', 'a native wallet'] as const
export type WalletKind = (typeof WALLET_KINDS)[number]

export type MiniProgram = {
  readonly appId?: string
  readonly origins?: readonly string[]
  /** The path of its page. */
  readonly path?: string
  /** The origin of its page. */
  readonly at?: string
  /** The number of the frame or web view, in the order in which they were added. */
  readonly frame?: number
  /** Opens the mini program after its page has loaded. */
  readonly isLate?: boolean
  /** The attribute of a frame. A web view has none. */
  readonly sandbox?: string
}

export type Origins = {
  readonly wallet: string
  /** Two registered origins of the mini program, and one that is not registered. */
  readonly first: string
  readonly second: string
  readonly wrong: string
  readonly consent: string
}

export interface Wallet {
  /** The page that shows the consent prompt. */
  readonly page: Page
  /** Opens a mini program in a new frame or web view, or in one that is there. */
  openMiniProgram(setup?: HostSetup, miniProgram?: MiniProgram): Promise<Frame>
  /** Loads another page in the frame or web view of a mini program. */
  navigate(frame: Frame, url: string): Promise<void>
  /** Waits until a tap in the frame or web view gives it the focus of the wallet. */
  focus(frame: Frame): Promise<void>
  /** The user leaves the mini program that was opened first. Its page stays loaded. */
  leave(): Promise<void>
  /** Opens the mini program `kopi` where {@link leave} has closed it. */
  openAgain(origins: readonly string[]): Promise<void>
  /** Removes the first frame or web view. The host gets no message about it. */
  remove(): Promise<void>
  readRecords(): Promise<WalletRecords>
  /** Forgets everything, as a wallet that is started again. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Waits for a page that is loading, even one whose picture never ends loading: it can be used when its scripts have run. */
export async function untilStarted(frame: Frame, url: string): Promise<Frame> {
  await frame.waitForURL(url, { waitUntil: 'commit' })
  await frame.waitForFunction(() => 'login' in window)
  return frame
}
