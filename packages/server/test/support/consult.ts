/**
 * @module Consultations of a page for unit tests.
 */
import type { ScopeRequest } from '@assent/protocol'
import { type ConsultInput, type ConsultResult, consult } from '../../src/engine/consent/consult.ts'
import type { AuthorizationRequestParams } from '../../src/engine/records.ts'
import { APP_ID, authorizationRequestOf, NOW, type TestEngine } from './engine.ts'
import { USER } from './registry.ts'

export const PRESENT = { visible: true, firstScreen: false, deepLink: false, userGestureAt: NOW }

export type Request = Omit<Partial<ConsultInput>, 'query'> & {
  readonly codeChallenge?: string
  readonly oauth?: Partial<AuthorizationRequestParams>
  readonly redirectUri?: string
  readonly now?: number
}

/** Consults for a user who is present. */
export function ask(
  { ports }: TestEngine,
  scopes: readonly (string | ScopeRequest)[],
  {
    codeChallenge,
    oauth,
    redirectUri: uri = 'https://shop.example/back',
    now = NOW,
    ...input
  }: Request = {},
): Promise<ConsultResult> {
  const query = {
    appId: APP_ID,
    scopes: scopes.map((scope) => (typeof scope === 'string' ? { scope } : scope)),
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(oauth && {
      redirect: { uri, oauth: authorizationRequestOf(oauth) },
    }),
  }
  return consult(ports, { user: USER, presence: PRESENT, ...input, query }, now)
}

/** The code of a request that needs no prompt. */
export async function granted(
  ...request: Parameters<typeof ask>
): Promise<Extract<ConsultResult, { kind: 'granted' }>> {
  const result = await ask(...request)
  if (result.kind !== 'granted') throw new Error('A prompt is required.')
  return result
}

/** The prompt of a request that needs one. */
export async function prompted(
  ...request: Parameters<typeof ask>
): Promise<Extract<ConsultResult, { kind: 'consent' }>> {
  const result = await ask(...request)
  if (result.kind !== 'consent') throw new Error('No prompt is required.')
  return result
}
