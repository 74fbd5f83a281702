/**
 * @module The build `host-core.js`: the host of a native wallet, for a page in a web view of the wallet's own. Native code runs
 * `assentHost.receive({…})` there, and receives the texts that the page posts to `AssentBridge`.
 *
 * @see docs/native-hosts.md
 */
import type { NativeBridge } from '@assent/protocol'
import type { NativeMessage } from './messages.ts'
import { createNativeHost } from './native-host.ts'

const page = window as {
  readonly AssentBridge?: NativeBridge
  assentHost?: { receive(message: NativeMessage): void }
}

const receive = createNativeHost(
  (message) => page.AssentBridge?.postMessage(JSON.stringify(message)),
  document.body,
)
page.assentHost = { receive }
page.AssentBridge?.postMessage(JSON.stringify({ type: 'ready' }))
