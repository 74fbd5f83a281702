/**
 * @module Paths of the gateway: other spellings of the path of an API never reach its upstream.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  bearerCall,
  CARDS_PATH,
  INBOX_PATH,
  LIMITED_PATH,
  SEND_PATH,
  startTestGateway,
  type TestGateway,
} from '../../support/gateway.ts'
import {
  isGenuine,
  type JsonReply,
  type RawReply,
  send,
  signedHeaders,
} from '../../support/server.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
beforeEach(() => gateway.reset())
afterAll(() => gateway.close())

/** Other spellings of a path, each of which some servers treat as the same path. */
function spellingsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1)
  const at = (index: number, text: string): string =>
    `/${segments.map((segment, n) => (n === index ? text : segment)).join('/')}`
  const each = segments.flatMap((segment, index) => {
    const first = `%${segment.charCodeAt(0).toString(16)}`
    return [
      at(index, first + segment.slice(1)),
      at(index, first.toUpperCase() + segment.slice(1)),
      at(index, `%25${first.slice(1)}${segment.slice(1)}`),
      at(index, `${segment.slice(0, -1)}%${segment.charCodeAt(segment.length - 1).toString(16)}`),
      at(index, [...segment].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')),
      at(index, segment.toUpperCase()),
      at(index, `${segment[0]?.toUpperCase()}${segment.slice(1)}`),
      at(index, `./${segment}`),
      at(index, `%2e/${segment}`),
      at(index, `x/../${segment}`),
      at(index, `x/%2e%2e/${segment}`),
      at(index, `x/..%2f${segment}`),
      at(index, `/${segment}`),
      at(index, `%2f${segment}`),
      at(index, `${segment};a=b`),
      at(index, `${segment}%3b`),
      at(index, `${segment}%00`),
      at(index, `${segment}%20`),
      at(index, `${segment}.`),
      at(index, `${segment}%2e`),
      at(index, `${segment}\\`),
      at(index, `${segment}%5c`),
      at(index, `${segment}%0a`),
      at(index, `${segment}%c0%af`),
      at(index, `${segment}+`),
      at(index, `${segment}~`),
      at(index, `${segment}*`),
      at(index, `${segment}%e2%80%8b`),
      at(index, `${segment},`),
      at(index, `${segment}'`),
      at(index, `${segment}%ef%bc%8f`),
      at(index, `${segment}%09`),
      at(index, `%ef%bd%96${segment}`),
      at(index, `${segment}:80`),
      at(index, `${segment}@`),
      at(index, `${segment}&`),
      at(index, `${segment}=`),
      at(index, `${segment}$`),
      at(index, `${segment}!`),
      at(index, `(${segment})`),
      at(index, `${segment}|`),
      at(index, `${segment}%7c`),
      at(index, `${segment}^`),
      at(index, `"${segment}"`),
      at(index, `<${segment}>`),
      at(index, `[${segment}]`),
      at(index, `{${segment}}`),
      at(index, `${segment}%0d%0aX-A:b`),
      at(index, `${segment}%u002f`),
      at(index, `${segment}%`),
      at(index, `${segment}%2`),
      at(index, `${segment}%zz`),
      at(index, `\`${segment}`),
    ]
  })
  const whole = [
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path}/..`,
    `${path}/%2e`,
    `${path}.json`,
    `${path}.htm`,
    `${path}?`,
    `${path}?a=b`,
    `${path}?accessToken=x`,
    `${path}#a`,
    `${path}%23`,
    `${path}%3f`,
    `${path}%3fa=b`,
    `/${path}`,
    `//x${path}`,
    `/.${path}`,
    `/..${path}`,
    `/x/..${path}`,
    `/%2e%2e${path}`,
    `/;${path}`,
    `/api${path}`,
    path.replaceAll('/', '\\'),
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '%5c'),
    path.replaceAll('/', '//'),
    path.toUpperCase(),
    path.replace('v1', 'v01'),
    path.replace('v1', 'v1.0'),
    path.replace('v1', 'V1'),
    path.slice(1),
    path.slice(0, -1),
    `${path}${path}`,
    `*${path}`,
    path.split('').reverse().join(''),
  ]
  return [...new Set([...each, ...whole])].filter((one) => one !== path)
}

describe('other spellings of the path of an API', () => {
  it.each([
    [CARDS_PATH, () => gateway.cardToken, false],
    ['/v1/cards/card1/limits', () => gateway.cardToken, false],
    [SEND_PATH, () => gateway.inboxToken, false],
    [LIMITED_PATH, () => gateway.inboxToken, false],
    [INBOX_PATH, () => gateway.inboxToken, true],
  ] as const)('reach no upstream: %s', async (path, token, isBearer) => {
    const spellings = spellingsOf(path)
    // Short paths have fewer spellings, so an extra segment before and after is tried too.
    const more = spellings.flatMap((one) => [`/acl${one}`, `${one}/x`])
    const isOtherCard = (one: string): boolean => /^\/v1\/cards\/[\w.~-]+\/limits$/.test(one)
    const all = [...new Set([...spellings, ...more])].filter(
      (one) => !/\s/.test(one) && !isOtherCard(one),
    )
    expect(all.length).toBeGreaterThanOrEqual(200)
    const accepted: string[] = []
    for (const target of all) {
      const status = await (isBearer
        ? bearerCall(gateway, target, token())
        : sendSignedRequest(target, { accessToken: token(), requestId: 'r' })
      ).then(
        ({ status: given, body }) =>
          given === 200 && body.includes('"resultStatus":"S"') ? 'accepted' : `${given}`,
        () => 'no response',
      )
      if (status === 'accepted') accepted.push(target)
    }
    expect(accepted).toEqual([])
    const reached = [...gateway.upstream.arrived, ...gateway.otherUpstream.arrived].map(
      ({ url }) => url,
    )
    expect(reached).toEqual([])
  })

  async function sendSignedRequest(target: string, body: object): Promise<RawReply> {
    const text = JSON.stringify(body)
    const reply = await send(
      gateway.server,
      target,
      signedHeaders(gateway.server.clock, target, text),
      text,
    )
    const { result } = JSON.parse(reply.body || '{}') as Partial<JsonReply>
    // A reply is signed for the path as the client has written it.
    if (result && !isGenuine(gateway.server, target, reply))
      throw new Error('The signature of the reply is invalid.')
    return reply
  }
})
