/**
 * @module The configuration and the calls of the consent journeys.
 */
import { expect } from 'vitest'
import type { Config } from '../../src/config/schema.ts'
import {
  APP_ID,
  consultFor,
  type JsonReply,
  redeem,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_ID,
  walletCall,
} from './server.ts'

/** A mini program with narrower alternatives and a purpose, and one that only its tester can use. */
export function consentConfig(): Config {
  const config = testConfig()
  const [kopi] = config.clients
  if (!kopi) throw new Error('The test configuration has no client.')
  const [coffee] = kopi.miniPrograms
  if (!coffee) throw new Error('The test configuration has no mini program.')
  coffee.scopes = [
    'auth_base',
    'auth_user',
    'USER_BIRTHDAY',
    'USER_AGE_OVER_18',
    'USER_EMAIL',
    'RELAY_EMAIL',
    'PLAINTEXT_EMAIL_ADDRESS',
    'CARD_LIST',
  ]
  coffee.purposes = { auth_user: purposeOf('To greet you by your name.') }
  kopi.miniPrograms.push({
    appId: 'young-app',
    name: 'Young',
    domains: [],
    scopes: ['auth_base', 'auth_user', 'CARD_LIST'],
    testers: [`${WALLET_ID}/tester`],
  })
  return config
}

/** The purpose in every language; the English text is given. */
export function purposeOf(en: string): Record<string, string> {
  const texts = { zh: '用于称呼你。', fil: 'Para batiin ka.', id: 'Untuk menyapa Anda.' }
  return { en, ...texts, ms: 'Untuk menyapa anda.', ar: 'لمخاطبتك باسمك.', es: 'Para saludarte.' }
}

type ConsultOptions = {
  readonly userId?: string
  readonly appId?: string
  readonly context?: object
}

export type ConsentCalls = {
  request(scopes: unknown, more?: ConsultOptions): Promise<JsonReply>
  decide(prompt: JsonReply, granted: readonly string[], more?: object): Promise<JsonReply>
  /** Revokes the grant, clears denials, and lets an open prompt expire. */
  reset(appId?: string): Promise<void>
  tokensFor(decided: JsonReply): Promise<JsonReply>
}

/** @param running the server, which a test file starts before its tests */
export function consentCalls(running: () => TestServer): ConsentCalls {
  function request(scopes: unknown, more: ConsultOptions = {}): Promise<JsonReply> {
    return consultFor(running(), scopes, more)
  }

  function decide(
    prompt: JsonReply,
    granted: readonly string[],
    more: object = {},
  ): Promise<JsonReply> {
    const { consentRequestId, sheetHash } = prompt
    expect(prompt['status'], JSON.stringify(prompt)).toBe('CONSENT_REQUIRED')
    return walletCall(running(), 'decide', {
      userId: USER_ID,
      consentRequestId,
      sheetHash,
      granted,
      ...more,
    })
  }

  async function reset(appId = APP_ID): Promise<void> {
    await walletCall(running(), 'revoke', { userId: USER_ID, appId })
    await walletCall(running(), 'clearDenials', { userId: USER_ID, appId })
    running().clock.now += 61
  }

  async function tokensFor(decided: JsonReply): Promise<JsonReply> {
    expect(decided['status']).toBe('GRANTED')
    return redeem(running(), decided['authCode'])
  }

  return { request, decide, reset, tokensFor }
}
