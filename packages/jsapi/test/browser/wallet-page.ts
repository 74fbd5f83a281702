/**
 * @module The page of a web wallet in Chromium, with a host whose back end replies as the test says. Bundled by `frame-wallet.ts`.
 */
import { createHost, type Host, type OpenMiniProgram, openSheet } from '../../src/host/index.ts'
import { createBackEnd, createRecords, type HostSetup, type WalletRecords } from './back-end.ts'

export type WalletPage = WalletRecords & {
  createHost(setup: HostSetup): Host
  addFrame(attributes?: Readonly<Record<string, string>>): HTMLIFrameElement
  readonly opened: OpenMiniProgram[]
  readonly hosts: Host[]
}

declare global {
  interface Window {
    wallet: WalletPage
  }
}

const records = createRecords()

function create(setup: HostSetup): Host {
  const services = createBackEnd(setup, records, (url, signal) =>
    openSheet({
      url,
      signal,
      container: document.body,
      title: 'Consent',
      ...(setup.sheetLoadMilliseconds !== undefined && {
        loadTimeoutMilliseconds: setup.sheetLoadMilliseconds,
      }),
    }),
  )
  const host = createHost(services, {
    onFailure: (failure) => void records.failures.push(failure),
    ...(setup.timeouts && { timeouts: setup.timeouts }),
  })
  window.wallet.hosts.push(host)
  return host
}

window.wallet = {
  ...records,
  opened: [],
  hosts: [],
  createHost: create,
  addFrame(attributes = {}) {
    const frame = document.createElement('iframe')
    for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value)
    document.body.append(frame)
    return frame
  },
}
