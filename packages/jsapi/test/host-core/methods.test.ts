/**
 * @module The methods of the bridge: what each requests from the wallet, and what the page gets.
 */
import { BRIDGE_TIMEOUTS_MS, type HostContext } from '@assent/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HostError } from '../../src/host-core/host-error.ts'
import { METHODS, type MethodContext } from '../../src/host-core/methods.ts'
import { createPromptLock } from '../../src/host-core/prompt-lock.ts'
import type { HostServices } from '../../src/host-core/services.ts'
import type { UserPresence } from '../../src/host-core/user-presence.ts'
import {
  CONSENT_REQUIRED,
  createServices,
  failedReply,
  PRESENT,
  SUCCESS,
} from '../support/services.ts'

type Presence = { readonly context?: HostContext; readonly consumeGesture?: () => void }

function createContext(
  services: Partial<HostServices> = {},
  { context = PRESENT, consumeGesture = () => {} }: Presence = {},
  signal: AbortSignal = new AbortController().signal,
): MethodContext {
  return {
    appId: 'kopi-house',
    services: createServices(services),
    timeouts: BRIDGE_TIMEOUTS_MS,
    userPresence: {
      reportGesture: () => {},
      resetGesture: () => {},
      observe: async () => ({ hasGesture: () => true, context: () => context, consumeGesture }),
    },
    signal,
    prompts: createPromptLock(),
    inTurn: (work) => work(),
    announceUserTurn: vi.fn(),
  }
}

describe('getAuthCode', () => {
  it('requests the scopes for the mini program of the port, with what the host observes', async () => {
    const consult = vi.fn(createServices().consult)
    const params = { scopes: ['auth_user'], nonce: 'n', codeChallenge: 'c', appId: 'kopi-house' }
    await METHODS.getAuthCode(createContext({ consult }), params)
    expect(consult.mock.calls).toEqual([
      [
        {
          appId: 'kopi-house',
          scopes: ['auth_user'],
          context: PRESENT,
          nonce: 'n',
          codeChallenge: 'c',
        },
      ],
    ])
  })

  it('returns the code without a consent prompt when the scopes are granted', async () => {
    const showSheet = vi.fn(async () => {})
    const result = await METHODS.getAuthCode(createContext({ showSheet }), { state: 's' })
    expect(result).toEqual({
      authCode: 'ac_1',
      authSuccessScopes: ['auth_user'],
      authErrorScopes: {},
      state: 's',
    })
    expect(showSheet).not.toHaveBeenCalled()
  })

  it('returns no state when none was passed', async () => {
    expect(await METHODS.getAuthCode(createContext(), {})).not.toHaveProperty('state')
  })

  it.each([
    { name: 'malformed scopes', params: { scopes: 7 } },
    { name: 'a malformed scope', params: { scopes: ['auth user'] } },
    { name: 'a state that is not a string', params: { state: 7 } },
    { name: 'a nonce that is not a string', params: { nonce: {} } },
    { name: 'a code challenge that is not a string', params: { codeChallenge: null } },
  ])('rejects $name before it calls the wallet', async ({ params }) => {
    const consult = vi.fn(createServices().consult)
    await expect(METHODS.getAuthCode(createContext({ consult }), params)).rejects.toMatchObject({
      jsapiCause: 'PARAM_INVALID',
    })
    expect(consult).not.toHaveBeenCalled()
  })

  it('shows the consent prompt, then completes the request for the same page', async () => {
    const showSheet = vi.fn(async () => {})
    const complete = vi.fn(createServices().complete)
    const context = createContext({ consult: async () => CONSENT_REQUIRED, showSheet, complete })
    expect(await METHODS.getAuthCode(context, {})).toMatchObject({ authCode: 'ac_1' })
    expect(showSheet.mock.calls).toEqual([[CONSENT_REQUIRED.consentUrl, expect.any(AbortSignal)]])
    expect(context.announceUserTurn).toHaveBeenCalledTimes(1)
    expect(complete.mock.calls).toEqual([[{ consentRequestId: 'cr_1', pageInstance: 'page-1' }]])
  })

  it('rejects with the outcome of a consent request that was not granted', async () => {
    const authErrorScopes = { auth_user: '10001' }
    const context = createContext({
      consult: async () => CONSENT_REQUIRED,
      complete: async () => ({ result: SUCCESS, status: 'DECLINED', authErrorScopes }),
    })
    await expect(METHODS.getAuthCode(context, {})).rejects.toMatchObject({
      jsapiCause: 'USER_DECLINED',
      authErrorScopes,
    })
  })

  it('ends the consent request when no prompt may be shown', async () => {
    const showSheet = vi.fn(async () => {})
    const complete = vi.fn(createServices().complete)
    const context = createContext(
      { consult: async () => CONSENT_REQUIRED, showSheet, complete },
      {
        consumeGesture: () => {
          throw new HostError('NO_USER_GESTURE')
        },
      },
    )
    await expect(METHODS.getAuthCode(context, {})).rejects.toMatchObject({
      jsapiCause: 'NO_USER_GESTURE',
    })
    expect(showSheet).not.toHaveBeenCalled()
    expect(complete).toHaveBeenCalledTimes(1)
  })

  it('reports why the prompt failed, even if ending the consent request fails too', async () => {
    const context = createContext({
      consult: async () => CONSENT_REQUIRED,
      showSheet: () => Promise.reject(new HostError('CONSENT_ALREADY_OPEN')),
      complete: () => Promise.reject(new Error('offline')),
    })
    await expect(METHODS.getAuthCode(context, {})).rejects.toMatchObject({
      jsapiCause: 'CONSENT_ALREADY_OPEN',
    })
  })
})

describe('a wallet that does not reply', () => {
  const never = () => new Promise<never>(() => {})
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each([
    { method: 'getAuthCode', service: 'consult', params: {} },
    { method: 'getOpenUserInfo', service: 'profile', params: {} },
    { method: 'getSetting', service: 'settings', params: {} },
    { method: 'openSetting', service: 'settings', params: {} },
    { method: 'getGrants', service: 'grants', params: {} },
    { method: 'revokeScopes', service: 'revoke', params: { scopes: ['auth_user'] } },
  ] as const)('$method fails with TIMEOUT 10 seconds after $service', async (row) => {
    const { method, service, params } = row
    const outcome = expect(
      METHODS[method](createContext({ [service]: never }), params),
    ).rejects.toMatchObject({ jsapiCause: 'TIMEOUT' })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
  })

  it('getAuthCode fails with TIMEOUT 10 seconds after complete', async () => {
    const services = { consult: async () => CONSENT_REQUIRED, complete: never }
    const outcome = expect(METHODS.getAuthCode(createContext(services), {})).rejects.toMatchObject({
      jsapiCause: 'TIMEOUT',
    })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
  })

  it.each([
    { method: 'getAuthCode', service: 'showSheet', jsapiCause: 'DISMISSED' },
    { method: 'openSetting', service: 'showSettings', jsapiCause: 'TIMEOUT' },
  ] as const)('$method fails with $jsapiCause 10 minutes after $service', async (row) => {
    const { method, service, jsapiCause } = row
    const services = { consult: async () => CONSENT_REQUIRED, [service]: never }
    const context = createContext(services)
    const settled = vi.fn()
    const outcome = expect(METHODS[method](context, {}).finally(settled)).rejects.toMatchObject({
      jsapiCause,
    })
    await vi.advanceTimersByTimeAsync(599_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await outcome
  })

  it('ends a consent request whose reply comes after the time limit', async () => {
    let reply = (_late: typeof CONSENT_REQUIRED): void => {}
    const complete = vi.fn(createServices().complete)
    const consult = () =>
      new Promise<typeof CONSENT_REQUIRED>((resolve) => {
        reply = resolve
      })
    const outcome = expect(
      METHODS.getAuthCode(createContext({ consult, complete }), {}),
    ).rejects.toMatchObject({ jsapiCause: 'TIMEOUT' })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
    expect(complete).not.toHaveBeenCalled()
    reply(CONSENT_REQUIRED)
    await vi.advanceTimersByTimeAsync(0)
    expect(complete.mock.calls).toEqual([[{ consentRequestId: 'cr_1', pageInstance: 'page-1' }]])
  })
})

describe('a page that goes', () => {
  it.each([
    { method: 'getAuthCode', service: 'consult' },
    { method: 'getAuthCode', service: 'showSheet' },
    { method: 'getAuthCode', service: 'complete' },
    { method: 'openSetting', service: 'showSettings' },
    { method: 'getSetting', service: 'settings' },
  ] as const)('fails $method with PAGE_GONE during $service', async ({ method, service }) => {
    const page = new AbortController()
    const leave = () => {
      page.abort()
      return new Promise<never>(() => {})
    }
    const services = { consult: async () => CONSENT_REQUIRED, [service]: leave }
    const context = createContext(services, {}, page.signal)
    await expect(METHODS[method](context, {})).rejects.toMatchObject({ jsapiCause: 'PAGE_GONE' })
  })

  it('consults nobody when it goes while its tap is not confirmed yet', async () => {
    const page = new AbortController()
    const consult = vi.fn(createServices().consult)
    const context = createContext({ consult }, {}, page.signal)
    const { observe } = context.userPresence
    const userPresence: UserPresence = {
      ...context.userPresence,
      observe() {
        page.abort()
        return observe()
      },
    }
    await expect(METHODS.getAuthCode({ ...context, userPresence }, {})).rejects.toMatchObject({
      jsapiCause: 'PAGE_GONE',
    })
    expect(consult).not.toHaveBeenCalled()
  })
})

describe('getOpenUserInfo', () => {
  const parse = (value: object): unknown =>
    (JSON.parse((value as { response: string }).response) as { response: unknown }).response

  it('returns the profile as JSON text', async () => {
    const result = await METHODS.getOpenUserInfo(createContext(), {})
    expect(parse(result)).toMatchObject({ code: '10000', nickName: 'Maria' })
  })

  it('returns code 40006 and empty fields without a grant', async () => {
    const profile = async () => failedReply('ACCESS_DENIED')
    const result = await METHODS.getOpenUserInfo(createContext({ profile }), {})
    expect(parse(result)).toEqual({
      code: '40006',
      msg: 'Business Failed',
      avatar: '',
      nickName: '',
      gender: '',
      countryCode: '',
      province: '',
      city: '',
    })
  })

  it.each([
    { name: 'the back end is unreachable', jsapiCause: 'NETWORK', fail: () => Promise.reject() },
    {
      name: 'the wallet API refuses',
      jsapiCause: 'NOT_PERMITTED',
      fail: async () => failedReply('USER_UNKNOWN'),
    },
  ])('rejects with $jsapiCause when $name', async ({ jsapiCause, fail }) => {
    const context = createContext({ profile: fail })
    await expect(METHODS.getOpenUserInfo(context, {})).rejects.toMatchObject({ jsapiCause })
  })
})

describe('getSetting', () => {
  it('returns whether each requested scope is granted', async () => {
    expect(await METHODS.getSetting(createContext(), {})).toEqual({
      authSetting: { auth_user: true },
    })
  })
})

describe('openSetting', () => {
  it('reads the settings after the user has left the page', async () => {
    const order: string[] = []
    const context = createContext({
      showSettings: async (appId) => void order.push(`shown for ${appId}`),
      settings: async () => {
        order.push('read')
        return { result: SUCCESS, authSetting: {} }
      },
    })
    expect(await METHODS.openSetting(context, {})).toEqual({ authSetting: {} })
    expect(order).toEqual(['shown for kopi-house', 'read'])
  })
})

describe('getGrants', () => {
  it('returns names and times of the granted scopes, and nothing else', async () => {
    const scope = {
      scope: 'auth_user',
      grantedAt: '2026-01-01T00:00:00Z',
      title: 'know your name',
      description: 'Name and picture',
      silent: false,
      lifetime: 'until_withdrawn',
    } as const
    const grant = {
      appId: 'kopi-house',
      name: 'Kopi House',
      icon: '',
      merchant: 'Kopi',
      scopes: [scope],
      refused: [],
    }
    const grants = async () => ({ result: SUCCESS, grants: [grant], withdrawn: [] })
    expect(await METHODS.getGrants(createContext({ grants }), {})).toEqual({
      scopes: [{ scope: 'auth_user', grantedAt: '2026-01-01T00:00:00Z' }],
    })
  })
})

describe('revokeScopes', () => {
  it('revokes the scopes of the mini program of the port', async () => {
    const revoke = vi.fn(createServices().revoke)
    const context = createContext({ revoke })
    expect(await METHODS.revokeScopes(context, { scopes: ['auth_user'] })).toEqual({})
    expect(revoke.mock.calls).toEqual([[{ appId: 'kopi-house', scopes: ['auth_user'] }]])
  })

  it.each([
    { name: 'no scopes', scopes: undefined },
    { name: 'an empty list', scopes: [] },
    { name: 'a string', scopes: 'auth_user' },
    { name: 'a malformed name', scopes: ['auth user'] },
  ])('rejects $name without revoking anything', async ({ scopes }) => {
    const revoke = vi.fn(createServices().revoke)
    await expect(METHODS.revokeScopes(createContext({ revoke }), { scopes })).rejects.toMatchObject(
      { jsapiCause: 'PARAM_INVALID' },
    )
    expect(revoke).not.toHaveBeenCalled()
  })
})
