/**
 * @module `my`: the call that each method makes over the bridge.
 */
import { describe, expect, it, vi } from 'vitest'
import { createMy, type My } from '../../src/page/my.ts'
import { createBridge } from '../support/bridge.ts'

const resolved = (value: unknown) => () => Promise.resolve(value)

describe(createMy, () => {
  it.each<{ name: string; call: (my: My) => unknown; method: string; params: unknown }>([
    {
      name: 'getAuthCode without options',
      call: (my) => my.getAuthCode(),
      method: 'getAuthCode',
      params: {},
    },
    {
      name: 'getAuthCode with null',
      call: (my) => my.getAuthCode(null),
      method: 'getAuthCode',
      params: {},
    },
    {
      name: 'getAuthCode with unknown parameters',
      call: (my) => my.getAuthCode({ scopes: 'auth_user', state: 's', appId: 'a' } as object),
      method: 'getAuthCode',
      params: { scopes: 'auth_user', state: 's', appId: 'a' },
    },
    {
      name: 'getAuthCode with callbacks, which are not sent',
      call: (my) => my.getAuthCode({ success: () => {}, fail: () => {}, complete: () => {} }),
      method: 'getAuthCode',
      params: {},
    },
    {
      name: 'getOpenUserInfo',
      call: (my) => my.getOpenUserInfo(),
      method: 'getOpenUserInfo',
      params: {},
    },
    { name: 'getSetting', call: (my) => my.getSetting(), method: 'getSetting', params: {} },
    { name: 'openSetting', call: (my) => my.openSetting(), method: 'openSetting', params: {} },
    { name: 'getGrants', call: (my) => my.getGrants(), method: 'getGrants', params: {} },
    {
      name: 'revokeScopes',
      call: (my) => my.revokeScopes({ scopes: ['auth_user'] }),
      method: 'revokeScopes',
      params: { scopes: ['auth_user'] },
    },
  ])('$name calls $method', ({ call, method, params }) => {
    const bridge = createBridge(resolved({}))
    call(createMy(bridge))
    expect(bridge.calls).toEqual([{ method, params }])
  })

  it('passes the result to the promise, the callbacks and the second argument', async () => {
    const success = vi.fn()
    const callback = vi.fn()
    const my = createMy(createBridge(resolved({ authCode: 'ac_1' })))
    const result = { authCode: 'ac_1', authcode: 'ac_1' }
    expect(await my.getAuthCode({ success }, callback)).toEqual(result)
    expect(success.mock.calls).toEqual([[result]])
    expect(callback.mock.calls).toEqual([[result]])
  })

  it('rejects with the failure of the host', async () => {
    const my = createMy(createBridge(() => Promise.reject({ error: 4, cause: 'FIRST_SCREEN' })))
    await expect(my.getAuthCode()).rejects.toEqual({ error: 4, cause: 'FIRST_SCREEN' })
  })

  it('runs the listeners of onGrantChanged after every change', () => {
    const bridge = createBridge(resolved({}))
    const listener = vi.fn()
    createMy(bridge).onGrantChanged(listener)
    bridge.changeGrant()
    bridge.changeGrant()
    expect(listener).toHaveBeenCalledTimes(2)
  })
})
