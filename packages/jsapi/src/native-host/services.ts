/**
 * @module The services of a wallet whose back end is called by native code: each call is a message with a number, and is settled once.
 */
import type { HostServices } from '../host-core/services.ts'
import type { CoreMessage, NativeService } from './messages.ts'

type PendingCall = { resolve(reply: never): void; reject(error: Error): void }

export type NativeServices = Omit<HostServices, 'showSheet'> & {
  /** The response to a call. One to a call that is settled, or that never was, is ignored. */
  settle(reply: { readonly id: number; readonly body?: string; readonly error?: string }): void
}

export function createNativeServices(post: (message: CoreMessage) => void): NativeServices {
  const calls = new Map<number, PendingCall>()
  let lastId = 0

  function call(service: NativeService, request: unknown): Promise<never> {
    return new Promise((resolve, reject) => {
      const id = ++lastId
      calls.set(id, { resolve, reject })
      post({ type: 'call', id, service, body: JSON.stringify(request) })
    })
  }

  function settle(reply: Parameters<NativeServices['settle']>[0]): void {
    const pending = calls.get(reply.id)
    calls.delete(reply.id)
    if (reply.error !== undefined) pending?.reject(new Error(reply.error))
    else
      try {
        pending?.resolve(JSON.parse(reply.body || '{}') as never)
      } catch {
        pending?.reject(new Error('The response of the back end is no JSON.'))
      }
  }

  return {
    consult: (request) => call('consult', request),
    complete: (request) => call('complete', request),
    profile: (request) => call('profile', request),
    settings: (request) => call('settings', request),
    grants: (request) => call('grants', request),
    revoke: (request) => call('revoke', request),
    showSettings: (appId) => call('showSettings', { appId }),
    settle,
  }
}
