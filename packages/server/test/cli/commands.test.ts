/**
 * @module The command line: what it prints, what it refuses, how it stops.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, type Installation, install, runCommand, serve } from '../support/command.ts'
import { createDatabase } from '../support/postgres.ts'
import {
  CLIENT_ID,
  codeFor,
  expectRefusedSoon,
  inquire,
  redeem,
  refresh,
  signedHeaders,
} from '../support/server.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent explain', () => {
  it('says what is wrong with a request, and where', async () => {
    const path = '/v1/authorizations/applyToken'
    const body = '{"grantType": "AUTHORIZATION_CODE"}'
    const clock = { now: Math.floor(Date.now() / 1000) }
    const headers = signedHeaders(clock, path, JSON.stringify(JSON.parse(body)))
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const file = join(installation.folder, 'request.txt')
    writeFileSync(file, [`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'))
    const said = ['--config', installation.configPath, '--request', file]
    const { code, output } = await runCommand('explain', ...said)
    expect(output).toMatch(/^CONTENT: You signed the body written again by a JSON library/)
    expect(output).toMatch(/The first difference is at byte \d+ of the signed content\./)
    expect(code).toBe(1)
  })
})

describe('assent apis list', () => {
  it('prints which scope opens which API and field; a running server says the same', async () => {
    const { output } = await runCommand('apis', 'list', '--config', installation.configPath)
    const lines = output.trim().split('\n')
    expect(lines[0]).toBe('| scope | API | needs | opens |')
    expect(lines).toContain('| CARD_LIST | cards | any | cards[].brand, cards[].lastFour |')
    expect(lines).toContain('| USER_NICKNAME | inquiryUserInfo | any | userId, nickName |')
    expect(lines).toContain('| auth_base | inquiryUserInfo | any | userId |')
    const server = await serve(installation, await freePort())
    const docs = await (await fetch(`${server.url}/docs/apis`)).text()
    server.child.kill('SIGTERM')
    await server.ended
    expect(docs).toBe(output)
  })
})

/** The file with a line more in its first mini program. */
function withMiniProgram(line: string): (text: string) => string {
  return (text) => text.replace('appId: coffee-app', `appId: coffee-app\n        ${line}`)
}

describe('assent check', () => {
  it('says that a good file is fine', async () => {
    const { code, output } = await runCommand('check', '--config', installation.configPath)
    expect(output).toContain('is fine: 1 wallets, 3 clients, 3 mini programs')
    expect(code).toBe(0)
  })

  it.each([
    { name: 'a missing file', file: undefined, says: /no such file/ },
    { name: 'broken YAML', file: 'issuer: [', says: /assent\.yaml:1:10 / },
    { name: 'an unknown name', file: 'isuer: x', says: /isuer is not known here/ },
    {
      name: 'an issuer with a path',
      file: (text: string) => text.replace(':7300', ':7300/assent'),
      says: /assent\.yaml:1:9 issuer is not an origin/,
    },
    {
      name: 'a scope that does not exist',
      file: (text: string) => text.replace('- USER_NICKNAME', '- USER_NICKNAM'),
      says: /clients\/0\/miniPrograms\/0\/scopes\/5 USER_NICKNAM is not a scope/,
    },
    {
      name: 'an API without a scope',
      file: (text: string) =>
        text.replace('scopes:\n      - CARD_LIST\n    fields', 'scopes: []\n    fields'),
      says: /apis\/0\/scopes cards: no scope opens it/,
    },
    {
      name: 'a scope without an API',
      file: (text: string) => text.replace('- USER_NICKNAME', '- SEND_MESSAGE'),
      says: /scopes\/5 SEND_MESSAGE opens nothing: no field of the user and none of apis/,
    },
    {
      name: 'fields without a scope',
      file: (text: string) => text.replace('CARD_LIST:', 'SEND_MESSAGE:'),
      says: /cards: cards\[\]\.brand, cards\[\]\.lastFour belong to SEND_MESSAGE, which does not open it/,
    },
    {
      name: 'a path with two spellings',
      file: (text: string) => text.replace('/v1/cards/inquiryCardList', '/v1/cards/../x'),
      says: /cards: \/v1\/cards\/\.\.\/x is not a path/,
    },
    {
      name: "a path of Assent's own",
      file: (text: string) =>
        text.replace('/v1/cards/inquiryCardList', '/v1/users/inquiryUserInfo'),
      says: /cards: \/v1\/users\/inquiryUserInfo is Assent's own/,
    },
    {
      name: 'an upstream that is no URL',
      file: (text: string) => text.replace('http://127.0.0.1:9/cards', 'ftp://x/cards'),
      says: /cards: ftp:\/\/x\/cards is not an http or https URL/,
    },
    {
      name: 'a client twice',
      file: (text: string) => text.replace('SANDBOX_other', `"${CLIENT_ID}"`),
      says: /is there twice/,
    },
    {
      name: 'an id without quotes',
      file: (text: string) => text.replace('SANDBOX_other', CLIENT_ID),
      says: /clients\/1\/clientId must be string: put it in quotes/,
    },
    {
      name: 'a key that is none',
      file: (text: string) =>
        text.replace(/publicKey: \|[\s\S]*?-----END PUBLIC KEY-----/, 'publicKey: nonsense'),
      says: /publicKey is neither a PEM file/,
    },
    {
      name: 'a wrong type',
      file: (text: string) => text.replace('port: 0', 'port: many'),
      says: /listen\/port must be integer/,
    },
    {
      name: 'a name that looks like another',
      file: (text: string) => text.replace(/name: Other$/m, 'name: Kорi Ноuѕe'),
      says: /miniPrograms\/0\/name Kорi Ноuѕe looks like Kopi House/,
    },
    {
      name: 'a name that turns its letters around',
      file: (text: string) => text.replace(/name: Other$/m, 'name: "Kopi \\u202eesuoH"'),
      says: /name has characters that cannot be seen/,
    },
    {
      name: 'a purpose in one language',
      file: withMiniProgram('purposes: { auth_user: { en: To greet you. } }'),
      says: /purposes\/auth_user needs texts in zh, fil, id, ms, ar, es/,
    },
    {
      name: 'a purpose that says nothing',
      file: withMiniProgram('purposes: { auth_user: { en: To improve your experience. } }'),
      says: /purposes\/auth_user\/en says “your experience”, which fits any purpose/,
    },
    {
      name: 'a purpose of a scope that is not asked',
      file: withMiniProgram('purposes: { SEND_MESSAGE: { en: To write to you. } }'),
      says: /SEND_MESSAGE is not among its scopes/,
    },
    {
      name: 'a policy in the clear',
      file: withMiniProgram('policyUrl: http://kopi.example/privacy'),
      says: /policyUrl is not an https URL/,
    },
    {
      name: 'a colour that cannot be read',
      file: (text: string) =>
        text.replace(
          'walletId: demo-wallet',
          'walletId: demo-wallet\n    theme: { accent: "#ffff00" }',
        ),
      says: /theme\/accent #ffff00 on #ffffff has a contrast of 1\.1: 4\.5 is needed/,
    },
    {
      name: 'more testers than may be',
      file: withMiniProgram(`testers: [${Array.from({ length: 101 }, (_, n) => `w/${n}`)}]`),
      says: /testers must not have more than 100 items/,
    },
    {
      name: 'a store of another kind',
      file: (text: string) => text.replace('sqlite:', 'mysql:'),
      says: /store must match/,
    },
    {
      name: 'a word that is none of a few',
      file: (text: string) => `${text}\nlogLevel: loud\n`,
      says: /logLevel is none of .*warn/,
    },
    {
      name: 'a logo that is not there',
      file: (text: string) =>
        text.replace('walletId: demo-wallet', 'walletId: demo-wallet\n    theme: { logo: no.svg }'),
      says: /names a picture that cannot be shown: ENOENT.*no\.svg/,
    },
  ])('$name', async ({ file, says }) => {
    const text = readFileSync(installation.configPath, 'utf8')
    const path = file === undefined ? `${installation.configPath}.gone` : installation.configPath
    if (file !== undefined) writeFileSync(path, typeof file === 'string' ? file : file(text))
    const { code, output } = await runCommand('check', '--config', path)
    expect(output).toMatch(says)
    expect(code).toBe(2)
  })

  it('refuses a private key where a public one belongs', async () => {
    const out = join(installation.folder, 'pair')
    await runCommand('keys', 'generate', '--out', out)
    const text = readFileSync(installation.configPath, 'utf8')
    writeFileSync(
      installation.configPath,
      text.replace(
        /publicKey: \|[\s\S]*?-----END PUBLIC KEY-----/,
        'publicKey: pair/private-key.pem',
      ),
    )
    const { code, output } = await runCommand('check', '--config', installation.configPath)
    expect(output).toContain('is a private key')
    expect(code).toBe(2)
  })
})

describe('assent keys', () => {
  it('generates a pair that only its owner can read, and never over another', async () => {
    const out = join(installation.folder, 'pair')
    expect((await runCommand('keys', 'generate', '--out', out)).code).toBe(0)
    expect(statSync(join(out, 'private-key.pem')).mode & 0o777).toBe(0o600)
    const privateKey = createPrivateKey(readFileSync(join(out, 'private-key.pem')))
    const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })
    expect(readFileSync(join(out, 'public-key.pem'), 'utf8')).toBe(publicPem)
    expect((await runCommand('keys', 'generate', '--out', out)).code).toBe(1)
  })

  it('shows the key that verifies replies; the folder is 0700, its files 0600', async () => {
    const { output } = await runCommand('keys', 'show', '--config', installation.configPath)
    const folder = join(installation.folder, 'keys')
    const privateKey = createPrivateKey(readFileSync(join(folder, 'reply-1.pem')))
    expect(output.trim()).toBe(
      createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString().trim(),
    )
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const file of ['reply-1.pem', 'master-1.key'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  })
})

describe('assent serve', () => {
  it('serves, survives a restart with everything alive, and stops with 0', async () => {
    expect((await runCommand('migrate', '--config', installation.configPath)).output).toContain(
      'is up to date',
    )
    const port = await freePort()
    const first = await serve(installation, port)
    const tokens = await redeem(first, await codeFor(first, ['auth_user']))
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    const second = await serve(installation, port)
    expect((await inquire(second, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
    second.child.kill('SIGINT')
    expect((await second.ended).code).toBe(0)
  })

  it.each([
    ['--client', CLIENT_ID],
    ['--mini-program', 'coffee-app'],
    ['--user', 'demo-wallet/user-maria-5521'],
  ])(
    'assent revoke %s %s ends what a running server has issued, and not what it issues later',
    async (flag, id) => {
      const server = await serve(installation, await freePort())
      const tokens = await redeem(server, await codeFor(server, ['auth_user']))
      const { output, code } = await runCommand(
        'revoke',
        '--config',
        installation.configPath,
        flag,
        id,
      )
      expect(output).toContain('nothing that was issued up to now is valid')
      expect(code).toBe(0)
      await expectRefusedSoon(server, tokens['accessToken'])
      expect((await refresh(server, tokens['refreshToken'])).result.resultCode).toBe(
        'INVALID_REFRESH_TOKEN',
      )
      // What is issued in the same second is void too: the wall between before and after is a whole second.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      const later = await redeem(server, await codeFor(server, ['auth_user']))
      expect((await inquire(server, later['accessToken'])).result.resultCode).toBe('SUCCESS')
      server.child.kill('SIGTERM')
      await server.ended
    },
  )

  it('answers what is under way before it stops', async () => {
    const server = await serve(installation, await freePort())
    const body = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'
    const path = '/v1/authorizations/applyToken'
    const { hostname, port } = new URL(server.url)
    const headers = { ...signedHeaders(server.clock, path, body), 'Content-Length': body.length }
    const request = httpRequest({ hostname, port, path, method: 'POST', headers })
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      request.on('response', resolve).on('error', reject),
    )
    request.write(body.slice(0, 10))
    await new Promise((resolve) => setTimeout(resolve, 100))
    server.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await expect(fetch(`${server.url}/readyz`)).rejects.toThrow()
    request.end(body.slice(10))
    const response = await answered
    expect(response.statusCode).toBe(200)
    expect(response.headers['signature']).toContain('signature=')
    response.resume()
    expect((await server.ended).code).toBe(0)
  })
})

describe('assent serve --workers', () => {
  it.each(['sqlite', 'postgres'])(
    'a port that is taken: says so and ends with 1 (%s)',
    async (kind) => {
      const database = kind === 'postgres' ? await createDatabase() : undefined
      const port = await freePort()
      const taker = createServer()
      await new Promise<void>((resolve) => taker.listen(port, '127.0.0.1', resolve))
      const flags = ['serve', '--config', installation.configPath, '--port', String(port)]
      const ran = await runCommand(...flags, ...(database ? ['--store', database.url] : []))
      expect(ran).toMatchObject({ code: 1, output: expect.stringContaining('EADDRINUSE') })
      taker.close()
      await database?.remove()
    },
  )

  it('serves one port from several processes, replaces one that dies, and stops them all with 0', async () => {
    const database = await createDatabase()
    const server = await serve(
      installation,
      await freePort(),
      '--workers',
      '2',
      '--store',
      database.url,
    )
    for (let round = 0; round < 10; round++) {
      const authCode = await codeFor(server, ['auth_base'])
      const replies = await Promise.all(Array.from({ length: 16 }, () => redeem(server, authCode)))
      const winners = replies.filter(({ result }) => result.resultCode === 'SUCCESS')
      expect(winners).toHaveLength(1)
    }
    const workers = (): number[] =>
      readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number)
    const [first = 0] = workers()
    expect(workers()).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    process.kill(first, 'SIGKILL')
    await expect.poll(() => workers().filter((pid) => pid !== first).length).toBe(2)
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    await database.remove()
  })

  it('needs a store of several nodes', async () => {
    const { code, output } = await runCommand(
      'serve',
      '--config',
      installation.configPath,
      '--workers',
      '2',
    )
    expect(output).toContain('SQLite has one serving process')
    expect(code).toBe(2)
  })
})

describe('usage', () => {
  it.each([
    { parameters: [], code: 2, says: /assent serve/ },
    { parameters: ['--help'], code: 0, says: /assent serve/ },
    { parameters: ['fly'], code: 2, says: /assent serve/ },
    { parameters: ['check', '--colour'], code: 2, says: /--colour/ },
    { parameters: ['keys', 'generate', '--bits', '1024'], code: 2, says: /--bits is/ },
    {
      parameters: ['funnel', '--url', 'http://127.0.0.1:1'],
      code: 2,
      says: /^http:\/\/127\.0\.0\.1:1 does not say its metrics: /,
    },
    { parameters: ['schema'], code: 0, says: /"title": "assent.yaml"/ },
  ])('$parameters', async ({ parameters, code, says }) => {
    const ran = await runCommand(...parameters)
    expect(ran.output).toMatch(says)
    expect(ran.code).toBe(code)
  })
})
