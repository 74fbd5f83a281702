/**
 * @module The services of a wallet that reply as the test says. They run in the page of a web wallet, and beside the web views of a
 * native one.
 */
import type { ConsultRequest } from '@assent/protocol'
import type { FailureReport } from '../../src/host/index.ts'
import type { HostServices } from '../../src/host-core/services.ts'
import { CONSENT_REQUIRED, createServices } from '../support/services.ts'

export type HostSetup = {
  /** The services that never settle. */
  readonly hanging?: readonly (keyof HostServices)[]
  /** The consent page. Without it, silent requests are the only ones. */
  readonly consentUrl?: string
  readonly sheetLoadMilliseconds?: number
  readonly timeouts?: { readonly backEnd?: number; readonly userDecision?: number }
}

/** What a wallet has seen. */
export type WalletRecords = {
  readonly failures: FailureReport[]
  readonly consults: Omit<ConsultRequest, 'userId'>[]
  readonly completed: string[]
}

export const createRecords = (): WalletRecords => ({ failures: [], consults: [], completed: [] })

/** A request of more than `auth_base` needs a consent prompt. Codes carry the `appId`. */
export function createBackEnd(
  setup: HostSetup,
  { consults, completed }: WalletRecords,
  showSheet: HostServices['showSheet'],
): HostServices {
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
    showSheet,
  })
  for (const name of setup.hanging ?? []) services[name] = () => new Promise<never>(() => {})
  return services
}
