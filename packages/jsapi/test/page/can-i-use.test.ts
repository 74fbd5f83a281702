/**
 * @module The names that `my.canIUse` knows.
 */
import { describe, expect, it } from 'vitest'
import { canIUse, isOurs } from '../../src/page/can-i-use.ts'
import { createMy } from '../../src/page/my.ts'
import { createBridge } from '../support/bridge.ts'

describe(canIUse, () => {
  it.each(Object.keys(createMy(createBridge(async () => ({})))))('knows my.%s', (method) => {
    expect(canIUse(method)).toBe(true)
  })

  it.each([
    'getAuthCode.object',
    'getAuthCode.object.scopes',
    'getAuthCode.object.scopes.auth_user',
    'getAuthCode.object.success',
    'getAuthCode.return.authCode',
    'getAuthCode.callback.authSuccessScopes',
    'getAuthCode.success.authErrorScopes',
    'getOpenUserInfo.return.response',
    'getSetting.return.authSetting',
    'openSetting.return',
  ])('%s → true', (name) => {
    expect(canIUse(name)).toBe(true)
  })

  it.each([
    'getAuthCode.object.loginId',
    'getAuthCode.object.state.x',
    'getAuthCode.object.scopes.auth user',
    'getAuthCode.object.scopes.a.b',
    'getAuthCode.return.userId',
    'getAuthCode.other.scopes',
    'getOpenUserInfo.object.scopes',
    'canIUse.object',
    'getauthcode',
    'request',
    'tradePay',
    'button.open-type.getAuthorize',
    'toString',
    'constructor.name',
    '__proto__',
    '',
    '.',
    undefined,
    null,
    7,
    {},
  ])('%j → false', (name) => {
    expect(canIUse(name)).toBe(false)
  })
})

describe(isOurs, () => {
  it.each([
    { name: 'getAuthCode.object.unknown', expected: true },
    { name: 'button.open-type.getAuthorize', expected: false },
    { name: 'hasOwnProperty', expected: false },
    { name: 7, expected: false },
  ])('$name → $expected', ({ name, expected }) => {
    expect(isOurs(name)).toBe(expected)
  })
})
