/**
 * @module Calls of the wallet's web app to its back end.
 */
import type { HostServices } from '@assent/jsapi/host'

export type Session = {
  readonly userId: string
  readonly users: readonly {
    readonly userId: string
    readonly nickName: string
    readonly locale: string
    readonly avatar: string
  }[]
  readonly miniPrograms: readonly MiniProgram[]
}

export type MiniProgram = {
  readonly appId: string
  readonly name: string
  readonly tagline: string
  readonly icon: string
  /** Registered: `domains` in assent.yaml. */
  readonly origins: readonly string[]
  readonly url: string
}

export async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`The wallet responded with status ${response.status}.`)
  return (await response.json()) as T
}

export async function readSession(): Promise<Session> {
  const response = await fetch('/api/session')
  return (await response.json()) as Session
}

/** The calls that the JSAPI host forwards. The app provides the screens. */
export const calls: Omit<HostServices, 'showSheet' | 'showSettings'> = {
  consult: (request) => post('consult', request),
  complete: (request) => post('complete', request),
  profile: (request) => post('profile', request),
  settings: (request) => post('settings', request),
  grants: (request) => post('grants', request),
  revoke: (request) => post('revoke', request),
}
