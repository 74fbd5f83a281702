/**
 * @module The wallet's page in Chromium: a web host whose back end replies as the test says. Bundled by `wallet.ts`.
 */
import type { ConsultRequest } from '@assent/protocol'
import {
  createHost,
  type FailureReport,
  type Host,
  type HostServices,
  type OpenMiniProgram,
  openSheet,
} from '../../src/host/index.ts'
import { CONSENT_REQUIRED, createServices } from '../support/services.ts'

export type HostSetup = {
  /** The services that never settle. */
  readonly hanging?: readonly (keyof HostServices)[]
  /** The consent page. Without it, silent requests are the only ones. */
  readonly consentUrl?: string
  readonly sheetLoadMilliseconds?: number
  readonly timeouts?: { readonly backEnd?: number; readonly userDecision?: number }
}

export type WalletPage = {
  readonly failures: FailureReport[]
  readonly consults: Omit<ConsultRequest, 'userId'>[]
  readonly completed: string[]
  /** A request of more than `auth_base` needs a consent prompt. Codes carry the `appId`. */
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

const failures: FailureReport[] = []
const consults: Omit<ConsultRequest, 'userId'>[] = []
const completed: string[] = []

function create(setup: HostSetup): Host {
  const appIds = new Map<string, string>()
  const granted = async (appId: string) => {
    const reply = await createServices().consult({ appId })
    return { ...reply, authCode: `ac_${appId}` } as never
  }
  const services = createServices({
    consult(request) {
      consults.push(request)
      if (request.scopes === undefined || !setup.consentUrl) return granted(request.appId ?? '')
      const consentRequestId = `cr_${consults.length}`
      appIds.set(consentRequestId, request.appId ?? '')
      const consentUrl = `${setup.consentUrl}?id=${consentRequestId}`
      return Promise.resolve({ ...CONSENT_REQUIRED, consentRequestId, consentUrl })
    },
    complete({ consentRequestId }) {
      completed.push(consentRequestId)
      return granted(appIds.get(consentRequestId) ?? '')
    },
    showSheet: (url, signal) =>
      openSheet({
        url,
        signal,
        container: document.body,
        title: 'Consent',
        ...(setup.sheetLoadMilliseconds !== undefined && {
          loadTimeoutMilliseconds: setup.sheetLoadMilliseconds,
        }),
      }),
  })
  for (const name of setup.hanging ?? []) services[name] = () => new Promise<never>(() => {})
  const host = createHost(services, {
    onFailure: (failure) => void failures.push(failure),
    ...(setup.timeouts && { timeouts: setup.timeouts }),
  })
  window.wallet.hosts.push(host)
  return host
}

window.wallet = {
  failures,
  consults,
  completed,
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
