/**
 * @module The types of `my` beside those that pages already have: the published types of the platform, and wrappers with
 * mutable arrays. The compiler checks this file; the calls at run time show that the types tell the truth.
 */
/// <reference types="@mini-types/my" />
import { describe, expect, it } from 'vitest'
import { createMy, type My } from '../../src/page/my.ts'
import { createBridge } from '../support/bridge.ts'

type PlatformOptions<Name extends 'getAuthCode' | 'getSetting' | 'openSetting'> = NonNullable<
  Parameters<(typeof my)[Name]>[0]
>

const page: My = createMy(
  createBridge(async () => ({
    authCode: 'ac_1',
    authSuccessScopes: ['auth_user'],
    authErrorScopes: {},
  })),
)

describe('the types of my', () => {
  it('fit a wrapper with mutable arrays', async () => {
    async function login(): Promise<{ authCode: string; authSuccessScopes: string[] }> {
      return page.getAuthCode({ scopes: ['auth_user'] })
    }
    const { authSuccessScopes } = await login()
    authSuccessScopes.push('auth_base')
    expect(authSuccessScopes).toEqual(['auth_user', 'auth_base'])
  })

  it('let a callback change what it gets', async () => {
    const seen: object[] = []
    await page.getAuthCode({
      success(result) {
        result.authSuccessScopes.sort()
        result.authErrorScopes['USER_NAME'] = '10001'
        result.authCode = ''
        seen.push(result)
      },
      complete: (result) => void seen.push(result),
    })
    expect(seen).toHaveLength(2)
    await page.getGrants({ success: ({ scopes }) => void scopes?.pop() })
    await page.getSetting({
      success({ authSetting }) {
        if (authSetting) authSetting['auth_user'] = true
      },
    })
  })

  it('take the options of the platform, with their callbacks', async () => {
    const codes: string[] = []
    const options: PlatformOptions<'getAuthCode'> = {
      scopes: ['auth_user'],
      success: ({ authCode, authSuccessScopes }) => void codes.push(authCode, ...authSuccessScopes),
      fail: ({ errorMessage }) => void codes.push(errorMessage ?? ''),
      complete: (result) => void codes.push(...Object.keys(result).slice(0, 0)),
    }
    await page.getAuthCode(options)
    expect(codes).toEqual(['ac_1', 'auth_user'])
    const settings: PlatformOptions<'getSetting' | 'openSetting'> = {
      fail: ({ error }) => void codes.push(String(error)),
    }
    await page.getSetting(settings)
    await page.openSetting(settings)
  })

  it('return what a function with the types of the platform returns, but for the names of scopes', async () => {
    const code: Promise<{ authCode: string; authErrorScopes: Record<string, string> }> =
      page.getAuthCode()
    const canIUse: typeof my.canIUse = page.canIUse
    expect([(await code).authCode, canIUse('getAuthCode')]).toEqual(['ac_1', true])
    // @ts-expect-error The platform lists the scopes of one wallet. Here each wallet has its own.
    const listed: ReturnType<typeof my.getAuthCode> = page.getAuthCode()
    const getSetting: typeof my.getSetting = page.getSetting
    // @ts-expect-error The platform types fields of the profile beside `response`, which holds them as JSON.
    const getOpenUserInfo: typeof my.getOpenUserInfo = page.getOpenUserInfo
    expect([await listed, typeof getSetting, typeof getOpenUserInfo]).toHaveLength(3)
  })
})
