/**
 * @module The published adapters of page frameworks, unmodified, on the built `my.js`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { BRIDGE_HELLO, type BridgeCall, type BridgeKnock } from '@assent/protocol'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { createEventTarget } from '../support/events.ts'

const MY_JS = fileURLToPath(new URL('../../dist/my.js', import.meta.url))

/** The page code of each framework, which logs in and reads the profile through the API of that framework. */
const FRAMEWORKS = {
  'uni-app': `
    import uni from '@dcloudio/uni-mp-alipay/dist/uni.api.esm.js'
    globalThis.login = async () => {
      const { code, errMsg } = await uni.login({ scopes: 'auth_user' })
      return { code, errMsg }
    }
    globalThis.readName = async () => (await uni.getUserInfo()).userInfo.nickName
  `,
  Taro: `
    import { hostConfig } from '@tarojs/plugin-platform-alipay/dist/runtime-utils.js'
    // The adapter adds its methods to Taro's core, of which it needs the chain of request interceptors.
    class Link { request() {} addInterceptor() {} cleanInterceptors() {} }
    const Taro = { options: {}, Link }
    hostConfig.initNativeApi(Taro)
    globalThis.login = async () => {
      const { code, authSuccessScopes } = await Taro.login()
      return { code, authSuccessScopes }
    }
    globalThis.readName = async () => JSON.parse((await Taro.getOpenUserInfo()).response).response.nickName
  `,
  Remax: `
    import { canIUse, getAuthCode, getSetting } from '@remax/ali/esm/api.js'
    import { promisify } from '@remax/framework-shared'
    globalThis.login = async () => {
      const { authCode: code } = await getAuthCode({ scopes: ['auth_user'] })
      return { code, canIUse: canIUse('getAuthCode') && !canIUse('tradePay'), settings: await getSetting() }
    }
    globalThis.readName = async () =>
      JSON.parse((await promisify(my.getOpenUserInfo)()).response).response.nickName
  `,
} as const

const LOGINS: Readonly<Record<keyof typeof FRAMEWORKS, object>> = {
  'uni-app': { code: 'ac_1', errMsg: 'login:ok' },
  Taro: { code: 'ac_1', authSuccessScopes: ['auth_base'] },
  Remax: { code: 'ac_1', canIUse: true, settings: { authSetting: { auth_user: true } } },
}

const REPLIES: Readonly<Record<string, unknown>> = {
  getAuthCode: { authCode: 'ac_1', authSuccessScopes: ['auth_base'], authErrorScopes: {} },
  getSetting: { authSetting: { auth_user: true } },
  getOpenUserInfo: {
    response: JSON.stringify({ response: { code: '10000', msg: 'Success', nickName: 'Maria' } }),
  },
}

type FrameworkPage = { login(): Promise<object>; readName(): Promise<string> }

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    define: { __UNI_PROMISE_API__: 'false', 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** A page in a wallet: `my.js` has run, and the host has connected. `containerMy` is what the container has defined. */
function openPage(
  containerMy: object | undefined,
  failure?: object,
): { run(code: string): void; globals: FrameworkPage } {
  let pageId = ''
  const parent = {
    postMessage(knock: BridgeKnock) {
      pageId = knock.pageId
    },
  }
  const page = {
    ...createEventTarget(),
    ...(containerMy && { my: containerMy }),
    parent,
    document: { ...createEventTarget(), readyState: 'complete', dispatchEvent: () => true },
    setTimeout,
    clearTimeout,
    crypto,
    performance,
    console,
    Event,
    // The containers of mini programs define these functions. Taro reads them.
    getApp: () => ({}),
    getCurrentPages: () => [],
  }
  const port = {
    onmessage: (_event: object): void => {},
    addEventListener() {},
    postMessage(message: BridgeCall) {
      if (message.type !== 'call') return
      const { id, method } = message
      const outcome = failure ? { ok: false, failure } : { ok: true, value: REPLIES[method] }
      queueMicrotask(() => port.onmessage({ data: { type: 'reply', id, ...outcome } }))
    },
  }
  const context = createContext(Object.assign(page, { window: page }))
  runInContext(readFileSync(MY_JS, 'utf8'), context)
  page.emit('message', { source: parent, data: { type: BRIDGE_HELLO, pageId }, ports: [port] })
  return {
    run: (code) => void runInContext(code, context),
    globals: page as unknown as FrameworkPage,
  }
}

/** What a wallet's container has beside the methods of authorization, frozen as containers do. */
const createNative = () =>
  Object.freeze({
    canIUse: (name: string) => name === 'request',
    getSystemInfoSync: () => ({ platform: 'iOS', windowWidth: 390, pixelRatio: 3 }),
  })

const CONTAINERS = [
  { container: 'without a container', createMy: () => undefined },
  { container: 'beside a container', createMy: () => ({ ...createNative() }) },
  { container: 'beside a frozen container', createMy: createNative },
]
const NAMES = Object.keys(FRAMEWORKS) as (keyof typeof FRAMEWORKS)[]
const bundles = new Map(NAMES.map((name) => [name, bundle(FRAMEWORKS[name])]))
const open = async (name: keyof typeof FRAMEWORKS, my?: object, failure?: object) => {
  const page = openPage(my, failure)
  page.run((await bundles.get(name)) ?? '')
  return page
}

describe.each(NAMES)('the adapter of %s', (name) => {
  it.each(CONTAINERS)('logs in and reads the profile $container', async ({ createMy }) => {
    const { globals } = await open(name, createMy())
    expect(await globals.login()).toEqual(LOGINS[name])
    expect(await globals.readName()).toBe('Maria')
  })

  it('passes a failure to the page', async () => {
    const failure = { error: 11, errorMessage: 'The user denied the request.', authErrorScopes: {} }
    const { globals } = await open(name, undefined, failure)
    await expect(globals.login()).rejects.toMatchObject(
      name === 'uni-app'
        ? { errMsg: 'login:fail The user denied the request.' }
        : { errorMessage: 'The user denied the request.' },
    )
  })
})
