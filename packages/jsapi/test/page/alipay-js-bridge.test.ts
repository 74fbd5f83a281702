/**
 * @module `AlipayJSBridge`: the same calls under the names of H5 pages.
 */
import { describe, expect, it, vi } from 'vitest'
import { createAlipayJSBridge, dispatchReady } from '../../src/page/alipay-js-bridge.ts'
import { createBridge } from '../support/bridge.ts'

const SUCCESS = { authCode: 'ac_1', authSuccessScopes: ['auth_base'], authErrorScopes: {} }
const resolved = () => Promise.resolve(SUCCESS)

function callAndWait(name: string, parameters?: unknown, outcome = resolved): Promise<object> {
  return new Promise((resolve) =>
    createAlipayJSBridge(createBridge(outcome)).call(name, parameters, resolve),
  )
}

describe(createAlipayJSBridge, () => {
  it('passes scopeNicks as scopes, and ignores the other parameters', () => {
    const bridge = createBridge(resolved)
    const parameters = { scopeNicks: ['auth_user'], appId: 'other', usage: 'u', showErrorTip: true }
    createAlipayJSBridge(bridge).call('getAuthCode', parameters)
    expect(bridge.calls).toEqual([{ method: 'getAuthCode', params: { scopes: ['auth_user'] } }])
  })

  it('returns the code as authcode and as authCode', async () => {
    expect(await callAndWait('getAuthCode', {})).toEqual({ authcode: 'ac_1', ...SUCCESS })
  })

  it('accepts the callback in place of the parameters', async () => {
    const bridge = createBridge(resolved)
    const result = await new Promise((resolve) =>
      createAlipayJSBridge(bridge).call('getAuthCode', resolve),
    )
    expect(result).toMatchObject({ authcode: 'ac_1' })
    expect(bridge.calls).toEqual([{ method: 'getAuthCode', params: { scopes: undefined } }])
  })

  it('passes a failure to the callback', async () => {
    const failure = { error: 11, cause: 'USER_DECLINED' }
    expect(await callAndWait('getAuthCode', {}, () => Promise.reject(failure))).toEqual(failure)
  })

  it('rejects every other method with error 4', async () => {
    expect(await callAndWait('getOpenUserInfo')).toMatchObject({ error: 4, cause: 'NOT_PERMITTED' })
  })

  it('passes every other method to the bridge of the container, with its result', () => {
    const call = vi.fn(() => 'native result')
    const container = { readCall: () => call, whenLoaded: () => {} }
    const bridge = createBridge(resolved)
    const alipay = createAlipayJSBridge(bridge, container)
    const callback = vi.fn()
    expect(alipay.call('tradePay', { tradeNO: '1' }, callback)).toBe('native result')
    expect(call.mock.calls).toEqual([['tradePay', { tradeNO: '1' }, callback]])
    expect(bridge.calls).toEqual([])
  })

  it('holds a call for a container that comes until the page has loaded', async () => {
    let native: unknown
    const listeners: (() => void)[] = []
    const container = {
      readCall: () => native,
      whenLoaded: (listener: () => void) => void listeners.push(listener),
    }
    const callback = vi.fn()
    createAlipayJSBridge(createBridge(resolved), container).call('tradePay', {}, callback)
    expect(callback).not.toHaveBeenCalled()
    const call = vi.fn()
    native = call
    for (const listener of listeners) listener()
    expect(call.mock.calls).toEqual([['tradePay', {}, callback]])
  })

  it.each(['getAuthCode', 'getOpenUserInfo'])('%s works without a callback', (name) => {
    const alipay = createAlipayJSBridge(createBridge(resolved))
    expect(() => alipay.call(name)).not.toThrow()
  })
})

describe(dispatchReady, () => {
  it('dispatches AlipayJSBridgeReady when the host has connected', () => {
    const document = new EventTarget()
    const listener = vi.fn()
    document.addEventListener('AlipayJSBridgeReady', listener)
    const bridge = createBridge(resolved)
    dispatchReady({ document: document as Document }, bridge)
    expect(listener).not.toHaveBeenCalled()
    bridge.connect()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('leaves the event to a container that has the bridge as well', () => {
    const document = new EventTarget()
    const listener = vi.fn()
    document.addEventListener('AlipayJSBridgeReady', listener)
    const bridge = createBridge(resolved)
    dispatchReady({ document: document as Document }, bridge, () => true)
    bridge.connect()
    expect(listener).not.toHaveBeenCalled()
  })
})
