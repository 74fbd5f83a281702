/**
 * @module Two nodes with key folders of their own on one database rotate every kind of key, and have key files damaged, while requests flow:
 * no request is refused.
 */
import { createPublicKey, type KeyObject, randomInt } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { parseSignatureHeader, WALLET_PATHS } from '@assent/protocol'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { generateTokenKey } from '../../src/crypto/keys/key-generation.ts'
import {
  freePort,
  type Installation,
  installWithoutKeys,
  runCommand,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import { basic, postForm } from '../support/oauth.ts'
import { waitForDatabase } from '../support/postgres.ts'
import {
  APP_ID,
  isGenuine,
  type JsonReply,
  type Signing,
  send,
  signedHeaders,
  testConfig,
  USER_ID,
  USERS,
  WALLET_SIGNING,
} from '../support/server.ts'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
const CALLERS = 4
/** Longer than the ten seconds for which a key is announced at least. */
const ANNOUNCEMENT = '12s'

type KeyNode = {
  readonly installation: Installation
  readonly process: ServeProcess
  readonly metricsUrl: string
}

let database: Awaited<ReturnType<typeof startPostgres>>
let upstream: Server
let nodes: readonly KeyNode[] = []
let secret: string
/** The assertions that the upstream received. */
const assertions: string[] = []
const failures: string[] = []
/** The ids of the keys that were in use. */
const used = new Set<string>()

beforeAll(async () => {
  database = await startPostgres()
  await waitForDatabase(database.url('postgres'))
  upstream = createServer((request, response) => {
    assertions.push(String(request.headers['assent-assertion']))
    response.setHeader('content-type', 'application/json').end('{"ok":true}')
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const first = installWithoutKeys(testConfig(), USERS)
  const made = await runCommand('oauth', 'create-secret', '--config', first.configPath)
  const [shown = '', hash = ''] = made.output.split('\n').map((line) => line.split(' ')[0] ?? '')
  secret = shown
  writeFileSync(first.configPath, stringify(configWith(hash)))
  const second = installWithoutKeys(testConfig(), USERS)
  writeFileSync(second.configPath, stringify(configWith(hash)))
  // As a deployment does: every node gets the key-encryption key, and no other key.
  mkdirSync(join(second.folder, 'keys'), { mode: 0o700 })
  copyFileSync(kekOf(first), kekOf(second))
  chmodSync(kekOf(second), 0o600)
  nodes = [await startNode(first), await startNode(second)]
})
afterAll(async () => {
  for (const { process, installation } of nodes) {
    process.child.kill('SIGTERM')
    await process.ended
    installation.remove()
  }
  await database.stop()
  await new Promise((resolve) => upstream.close(resolve))
})

async function startNode(installation: Installation): Promise<KeyNode> {
  const metricsPort = await freePort()
  const flags = ['--metrics-port', String(metricsPort)]
  const process = await serve(installation, await freePort(), ...flags)
  return { installation, process, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics` }
}

function kekOf({ folder }: Installation): string {
  return join(folder, 'keys', 'user-kek-1.key')
}

function configWith(secretHash: string): object {
  const config = testConfig()
  const { port } = upstream.address() as { port: number }
  const [kopi, ...others] = config.clients
  const client = {
    appId: APP_ID,
    tokenEndpointAuthMethod: 'client_secret_basic',
    secretHashes: [secretHash],
    grantTypes: ['client_credentials'],
    platformScopes: ['events'],
  }
  return {
    ...config,
    store: database.url('postgres'),
    apis: [
      ...(config.apis ?? []),
      {
        name: 'ping',
        paths: ['/v1/ping'],
        upstream: `http://127.0.0.1:${port}/ping`,
        scopes: ['auth_base'],
        fields: { auth_base: ['ok'] },
      },
    ],
    clients: [
      {
        ...kopi,
        oauth: ALGORITHMS.map((algorithm) => ({
          ...client,
          clientId: algorithm,
          introspectionSignedResponseAlg: algorithm,
        })),
      },
      ...others,
    ],
  }
}

function anyNode(): ServeProcess {
  return (nodes[randomInt(nodes.length)] as KeyNode).process
}

/** A merchant's copy of the published keys, read from any node again when a reply names another version. */
let replyKeys = new Map<number, KeyObject>()

async function platformKey(version: number): Promise<KeyObject> {
  if (!replyKeys.has(version)) {
    const response = await fetch(`${anyNode().url}/.well-known/assent/reply-keys`)
    const { keys } = (await response.json()) as {
      keys: { keyVersion: number; publicKey: string }[]
    }
    replyKeys = new Map(
      keys.map(({ keyVersion, publicKey }) => [
        keyVersion,
        createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }),
      ]),
    )
  }
  const key = replyKeys.get(version)
  if (!key) throw new Error(`No node publishes reply key ${version}.`)
  return key
}

/** Calls any node, and verifies its reply with the keys that any node publishes. */
async function post(path: string, body: object, signing: Signing = {}): Promise<JsonReply> {
  const node = anyNode()
  const text = JSON.stringify(body)
  const reply = await send(node, path, signedHeaders(node.clock, path, text, signing), text)
  const { keyVersion = 0 } = parseSignatureHeader(String(reply.headers['signature'])) ?? {}
  used.add(`reply-${keyVersion}`)
  if (!isGenuine({ platformKey: await platformKey(keyVersion) }, path, reply))
    throw new Error(`${path} responded with an invalid signature of key ${keyVersion}.`)
  const json = JSON.parse(reply.body) as JsonReply
  if (reply.status !== 200 || json.result.resultStatus !== 'S')
    throw new Error(`${path}: ${reply.status} ${reply.body}`)
  return json
}

function versionOf(credential: string): number {
  return Buffer.from(credential.slice('ac_'.length), 'base64url').readUInt8(0)
}

async function logIn(): Promise<JsonReply> {
  const consulted = await post(
    WALLET_PATHS.consult,
    { appId: APP_ID, userId: USER_ID, scopes: ['auth_base'] },
    WALLET_SIGNING,
  )
  const authCode = String(consulted['authCode'])
  used.add(`master-${versionOf(authCode)}`)
  return post('/v1/authorizations/applyToken', { grantType: 'AUTHORIZATION_CODE', authCode })
}

async function useTokens({ accessToken, refreshToken }: JsonReply): Promise<JsonReply> {
  await post('/v1/users/inquiryUserInfo', { accessToken })
  await post('/v1/ping', { accessToken })
  await verifyWithAnyNode(assertions.at(-1) ?? '')
  return post('/v1/authorizations/applyToken', { grantType: 'REFRESH_TOKEN', refreshToken })
}

async function introspectSigned(algorithm: string): Promise<void> {
  const form = { grant_type: 'client_credentials', scope: 'events' }
  const headers = basic(algorithm, secret)
  const { json } = await postForm(anyNode(), '/oauth2/token', form, headers)
  const { body } = await postForm(
    anyNode(),
    '/oauth2/introspect',
    { token: String(json['access_token']) },
    { ...headers, accept: 'application/token-introspection+jwt' },
  )
  await verifyWithAnyNode(body)
  expect(decodeProtectedHeader(body).alg).toBe(algorithm)
}

const keySets: JWTVerifyGetKey[] = []

/** As verifiers do, with a cached key set that is fetched again for an unknown key. */
async function verifyWithAnyNode(jwt: string): Promise<void> {
  if (keySets.length === 0)
    for (const { process } of nodes)
      keySets.push(
        createRemoteJWKSet(new URL(`${process.url}/oauth2/jwks`), { cooldownDuration: 0 }),
      )
  const keySet = keySets[randomInt(keySets.length)] as JWTVerifyGetKey
  await jwtVerify(jwt, keySet)
  used.add(String(decodeProtectedHeader(jwt).kid))
}

async function callUntil(isDone: () => boolean): Promise<number> {
  let count = 0
  async function caller(): Promise<void> {
    while (!isDone()) {
      try {
        await useTokens(await logIn())
        for (const algorithm of ALGORITHMS) await introspectSigned(algorithm)
        count++
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return count
}

function rotate(index: number, ...options: readonly string[]): ReturnType<typeof runCommand> {
  const { installation } = nodes[index] as KeyNode
  return runCommand(
    'keys',
    'rotate',
    '--config',
    installation.configPath,
    ...options,
    '--after',
    ANNOUNCEMENT,
  )
}

const NEXT_KEYS = ['master-2', 'reply-2', 'assertion-2', 'token-4', 'token-5', 'token-6']

it('rotates every kind of key on both nodes, and refuses no request', async () => {
  const before = await logIn()
  let isRotated = false
  async function rotateAll(): Promise<void> {
    const commands = [
      await rotate(0),
      await rotate(1, '--key', 'reply'),
      await rotate(0, '--key', 'assertion'),
      await rotate(1, '--key', 'token', '--alg', 'RS256'),
      await rotate(0, '--key', 'token', '--alg', 'ES256'),
      await rotate(1, '--key', 'token', '--alg', 'EdDSA'),
    ]
    expect(commands.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    await expect
      .poll(() => NEXT_KEYS.filter((id) => used.has(id)), { timeout: 60_000 })
      .toEqual(NEXT_KEYS)
    isRotated = true
  }
  const [count] = await Promise.all([callUntil(() => isRotated), rotateAll()])
  console.info(`${count} rounds, ${failures.length} failed, keys in use: ${[...used].join(', ')}`)
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(0)
  // What the first keys sealed is still accepted.
  await useTokens(before)
}, 180_000)

it('keeps the keys that it has when key files are damaged, and names the files', async () => {
  const pem = generateTokenKey('ES256')
  const { installation, process, metricsUrl } = nodes[0] as KeyNode
  const folder = join(installation.folder, 'keys')
  const kek = readFileSync(kekOf(installation), 'utf8')
  const damages: readonly (readonly [
    file: string,
    reason: string,
    damage: (path: string) => void,
  ])[] = [
    ['master-9.key', 'empty', (path) => writeFileSync(path, '', { mode: 0o600 })],
    ['token-9.pem', 'damaged', (path) => writeFileSync(path, pem.slice(0, 90), { mode: 0o600 })],
    ['reply-9.pem', 'wrong-kind', (path) => writeFileSync(path, pem, { mode: 0o600 })],
    ['assertion-9.pem', 'readable-by-others', (path) => writeFileSync(path, pem, { mode: 0o644 })],
    ['token-8.pem', 'not-a-file', (path) => symlinkSync(path, path)],
    ['token-7.pem', 'not-a-file', (path) => mkdirSync(path)],
    ['user-kek-1.key', 'damaged', (path) => writeFileSync(path, kek.slice(0, 20))],
    ['master-1.key', 'conflict', (path) => writeFileSync(path, `${'A'.repeat(43)}\n`)],
  ]
  failures.length = 0
  let isNoticed = false
  async function damageAll(): Promise<void> {
    for (const [file, , damage] of damages) damage(join(folder, file))
    const metrics = async (): Promise<string> => (await fetch(metricsUrl)).text()
    for (const [file, reason] of damages) {
      const line = `assent_key_file_problems{file="${file}",reason="${reason}"} 1`
      await expect.poll(metrics, { timeout: 10_000 }).toContain(line)
    }
    isNoticed = true
  }
  const [count] = await Promise.all([callUntil(() => isNoticed), damageAll()])
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(0)
  const check = await runCommand('check', '--config', installation.configPath)
  const log = process.output()
  for (const [file, reason] of damages) {
    const line = log.split('\n').find((one) => one.includes(file) && one.includes(`"${reason}"`))
    const { msg = '' } = JSON.parse(line ?? '{}') as { msg?: string }
    expect(msg, file).toContain(file)
    // A conflict is only visible beside the database.
    if (reason !== 'conflict') expect(check.output).toContain(msg)
  }
  writeFileSync(kekOf(installation), kek)
}, 120_000)
