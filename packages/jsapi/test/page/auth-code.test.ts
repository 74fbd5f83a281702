/**
 * @module The spellings of `getAuthCode` that pages of the platform family use, for both globals.
 */
import { describe, expect, it, vi } from 'vitest'
import { requestAuthCode } from '../../src/page/auth-code.ts'
import { createBridge } from '../support/bridge.ts'

const SUCCESS = { authCode: 'ac_1', authSuccessScopes: ['auth_base'], authErrorScopes: {} }
const resolved = () => Promise.resolve(SUCCESS)

describe(requestAuthCode, () => {
  it.each([
    { api: 'my', options: undefined, params: {} },
    { api: 'my', options: null, params: {} },
    { api: 'my', options: {}, params: {} },
    { api: 'my', options: { scopes: null }, params: {} },
    { api: 'my', options: { scopes: '' }, params: { scopes: '' } },
    { api: 'my', options: { scopes: [] }, params: { scopes: [] } },
    { api: 'my', options: { scopes: 'auth_user' }, params: { scopes: 'auth_user' } },
    { api: 'my', options: { scopeNicks: ['auth_user'] }, params: { scopes: ['auth_user'] } },
    { api: 'my', options: { scopes: 'a', scopeNicks: 'b' }, params: { scopes: 'a' } },
    { api: 'my', options: { appId: 'a', state: 's' }, params: { appId: 'a', state: 's' } },
    { api: 'my', options: { success: 'text', fail: 7, complete: null }, params: {} },
    { api: 'AlipayJSBridge', options: { scopeNicks: 'a,b' }, params: { scopes: 'a,b' } },
    {
      api: 'AlipayJSBridge',
      options: { scopes: ['auth_user'] },
      params: { scopes: ['auth_user'] },
    },
    { api: 'AlipayJSBridge', options: { scopes: 'auth_user' }, params: { scopes: 'auth_user' } },
    { api: 'AlipayJSBridge', options: { scopes: 'a', scopeNicks: 'b' }, params: { scopes: 'b' } },
    { api: 'AlipayJSBridge', options: { scopes: 'a', scopeNicks: null }, params: { scopes: 'a' } },
    {
      api: 'AlipayJSBridge',
      options: { appId: 'other', usage: 'u', showErrorTip: true, nonce: 'n', state: 's' },
      params: { nonce: 'n', state: 's' },
    },
  ] as const)('$api with $options sends $params', ({ api, options, params }) => {
    const bridge = createBridge(resolved)
    void requestAuthCode(bridge, api, options, undefined)
    expect(bridge.calls).toEqual([{ method: 'getAuthCode', params }])
  })

  it.each(['auth_user', 7, true, ['auth_user']])(
    'rejects %j in place of the options, instead of asking for less',
    async (options) => {
      const bridge = createBridge(resolved)
      await expect(requestAuthCode(bridge, 'my', options, undefined)).rejects.toMatchObject({
        error: 2,
        cause: 'PARAM_INVALID',
      })
      expect(bridge.calls).toEqual([])
    },
  )

  it('returns the code under the names of mini programs and of H5 pages', async () => {
    const result = await requestAuthCode(createBridge(resolved), 'my', {}, undefined)
    expect(result).toEqual({ ...SUCCESS, authcode: 'ac_1' })
  })

  it.each([
    { name: 'a second argument', options: {}, isSecond: true },
    { name: 'the only argument', options: undefined, isSecond: false },
  ])('accepts one callback as $name', async ({ options, isSecond }) => {
    const callback = vi.fn()
    await requestAuthCode(
      createBridge(resolved),
      'my',
      isSecond ? options : callback,
      isSecond ? callback : undefined,
    )
    expect(callback.mock.calls).toEqual([[{ ...SUCCESS, authcode: 'ac_1' }]])
  })

  it('calls the callbacks among the options of an H5 page', async () => {
    const success = vi.fn()
    await requestAuthCode(createBridge(resolved), 'AlipayJSBridge', { success }, undefined)
    expect(success).toHaveBeenCalledTimes(1)
  })
})
