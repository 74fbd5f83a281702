/**
 * @module The consent prompt in the core's own web view, which the native code shows over the mini program meanwhile.
 */
import { openSheet, type SheetFrameOptions } from '../host-core/sheet-frame.ts'

export interface NativeSheet {
  /** Resolves when the user has decided or closed the prompt, or when the signal aborts. */
  show(options: SheetFrameOptions): Promise<void>
  /** Closes the prompt, as the user does with the device's back button. */
  dismiss(): void
}

/** @param setShown shows the web view, or hides it again */
export function createNativeSheet(setShown: (isShown: boolean) => void): NativeSheet {
  let openSheets = 0
  let dismissed = new AbortController()

  async function show(options: SheetFrameOptions): Promise<void> {
    const closing = new AbortController()
    const close = (): void => closing.abort()
    const { signal: dismissal } = dismissed
    for (const signal of [options.signal, dismissal]) signal.addEventListener('abort', close)
    if (options.signal.aborted) close()
    // A prompt that replaces another one opens before the other one has closed.
    if (++openSheets === 1) setShown(true)
    try {
      await openSheet({ ...options, signal: closing.signal })
    } finally {
      for (const signal of [options.signal, dismissal]) signal.removeEventListener('abort', close)
      if (--openSheets === 0) setShown(false)
    }
  }

  return {
    show,
    dismiss() {
      dismissed.abort()
      dismissed = new AbortController()
    },
  }
}
