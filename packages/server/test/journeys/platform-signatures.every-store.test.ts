/**
 * @module What the platform sends is signed in the encoding that its receiver verifies: notifications in each format, and calls to the
 * user directory.
 */
import type { SignatureEncoding } from '@assent/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptedBy, type SignedMessage } from '../support/family-verifiers.ts'
import { type Outside, startOutside } from '../support/outside.ts'
import {
  APP_ID,
  call,
  codeFor,
  OTHER_APP_ID,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'

const SDK_TOOLS = ['Go SDK', 'Python SDK', 'PHP SDK', 'Java SDK', 'Java SDK, earlier'] as const

let outside: Outside
let server: TestServer

beforeAll(async () => {
  outside = await startOutside()
})
beforeEach(() => outside.clear())
afterAll(() => outside.close())

type Encodings = { readonly assent?: SignatureEncoding; readonly ams?: SignatureEncoding }

/** The first client has its notifications in the format `assent`, the second one in the format `ams`. */
function configOf(
  { assent, ams }: Encodings,
  directory: SignatureEncoding | undefined,
): TestConfig {
  const { url } = outside
  const config = testConfig()
  const [first, second, ...others] = config.clients
  if (!first || !second) throw new Error('The test configuration has two clients.')
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    directory: {
      kind: 'http',
      url: `${url}/users?v=1`,
      cacheSeconds: 0,
      ...(directory && { signatureEncoding: directory }),
    },
    clients: [
      {
        ...first,
        notifyUrl: `${url}/assent?shop=1`,
        ...(assent && { signatureEncoding: assent }),
      },
      {
        ...second,
        notifyUrl: `${url}/ams?shop=1`,
        notifyFormat: 'ams',
        ...(ams && { signatureEncoding: ams }),
      },
      ...others,
    ],
  }
}

/** Grants and withdraws. @returns the last notification at a path */
async function notified(format: 'assent' | 'ams'): Promise<SignedMessage> {
  const appId = format === 'assent' ? APP_ID : OTHER_APP_ID
  const at = () => outside.received().filter(({ path }) => path === `/${format}?shop=1`)
  const before = at().length
  await codeFor(server, ['auth_user'], { appId })
  await walletCall(server, 'revoke', { userId: USER_ID, appId })
  await expect.poll(() => at().length - before, { timeout: 20_000 }).toBe(2)
  return at().at(-1) as SignedMessage
}

function directoryCall(): SignedMessage {
  return outside.received().find(({ path }) => path === '/users?v=1') as SignedMessage
}

function headerOf({ headers }: SignedMessage): string {
  return String(headers['signature'])
}

const PERCENT = /^algorithm=RSA256,keyVersion=1,signature=[A-Za-z0-9%]+%3D%3D$/
const BASE64 = /^algorithm=RSA256,keyVersion=1,signature=[A-Za-z0-9+/]+==$/
const BASE64URL = /^algorithm=RSA256,keyVersion=1,signature=[\w-]{342}$/

describe('without settings', () => {
  beforeAll(async () => {
    server = await startTestServer(configOf({}, undefined))
  })
  afterAll(() => server.close())

  it('the format ams verifies with every webhook tool of the AMS SDKs', async () => {
    const message = await notified('ams')
    expect(headerOf(message)).toMatch(PERCENT)
    expect(acceptedBy(server.platformKey, message)).toEqual(SDK_TOOLS)
  })

  it('the format assent is in base64url for a client that has sent nothing, and a call to the directory too', async () => {
    const message = await notified('assent')
    for (const one of [message, directoryCall()]) {
      expect(headerOf(one)).toMatch(BASE64URL)
      expect(acceptedBy(server.platformKey, one)).toContain('Laravel middleware')
    }
  })

  it('the format assent is in the encoding of the last request of the client, on every node', async () => {
    for (const [encoding, header] of [
      ['percent', PERCENT],
      ['base64url', BASE64URL],
      ['base64', BASE64],
    ] as const) {
      await call(server, '/v1/authorizations/query', { accessToken: 'nothing' }, { encoding })
      expect(headerOf(await notified('assent'))).toMatch(header)
    }
  })

  it('a request that is not authentic changes nothing', async () => {
    const forged = { encoding: 'percent', keyVersion: 1 } as const
    const { result } = await call(server, '/v1/authorizations/query', { accessToken: 'x' }, forged)
    expect(result.resultCode).toBe('INVALID_SIGNATURE')
    expect(headerOf(await notified('assent'))).toMatch(BASE64)
  })
})

describe('with settings', () => {
  beforeAll(async () => {
    server = await startTestServer(configOf({ assent: 'base64', ams: 'base64url' }, 'percent'))
  })
  afterAll(() => server.close())

  it('the encoding is the one that is set, whatever the client and the format use', async () => {
    await call(server, '/v1/authorizations/query', { accessToken: 'x' }, { encoding: 'percent' })
    expect(headerOf(await notified('assent'))).toMatch(BASE64)
    expect(headerOf(await notified('ams'))).toMatch(BASE64URL)
    expect(headerOf(directoryCall())).toMatch(PERCENT)
    expect(acceptedBy(server.platformKey, directoryCall())).toEqual(SDK_TOOLS)
  })
})
