/**
 * @module `assent check`: the problems that it finds in assent.yaml.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Installation, install, runCommand } from '../../support/command.ts'
import { CLIENT_ID } from '../../support/server.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

/** Adds a line to the first mini program. */
function withMiniProgram(line: string): (text: string) => string {
  return (text) => text.replace('appId: coffee-app', `appId: coffee-app\n        ${line}`)
}

describe('assent check', () => {
  it('confirms that a file is valid', async () => {
    const { code, output } = await runCommand('check', '--config', installation.configPath)
    expect(output).toContain('is valid: 1 wallets, 3 clients, 3 mini programs')
    expect(code).toBe(0)
  })

  it('warns of what it cannot read in the users file, and fails when serve could not start with it', async () => {
    const usersFile = join(installation.folder, 'users.yaml')
    const users = readFileSync(usersFile, 'utf8')
    writeFileSync(usersFile, users.replace('birthDate: 1994-05-17', 'birthDate: 1990-13-45'))
    const warned = await runCommand('check', '--config', installation.configPath)
    expect(warned.output).toMatch(
      /warning: .*users\.yaml:\d+:\d+ users\/0\/birthDate cannot be read \(invalid_format\)/,
    )
    expect(warned.code).toBe(0)
    writeFileSync(usersFile, users.replace('userId: tester', 'userId: user-bare'))
    const refused = await runCommand('check', '--config', installation.configPath)
    expect(refused.output).toMatch(/users\.yaml:\d+:\d+ users\/3 is the user of users\/2 again/)
    expect(refused.code).not.toBe(0)
  })

  it.each([
    {
      name: 'a missing file',
      file: undefined,
      message: /does not exist \(no such file\): .*assent\.yaml\.gone/,
    },
    { name: 'broken YAML', file: 'issuer: [', message: /assent\.yaml:1:10 / },
    { name: 'an unknown property', file: 'isuer: x', message: /isuer is not a known property/ },
    {
      name: 'an issuer with a path',
      file: (text: string) => text.replace(':7300', ':7300/assent'),
      message: /assent\.yaml:1:9 issuer must be an origin/,
    },
    {
      name: 'a scope that does not exist',
      file: (text: string) => text.replace('- USER_NICKNAME', '- USER_NICKNAM'),
      message: /clients\/0\/miniPrograms\/0\/scopes\/5 is the unknown scope USER_NICKNAM/,
    },
    {
      name: 'an API without a scope',
      file: (text: string) =>
        text.replace('scopes:\n      - CARD_LIST\n    fields', 'scopes: []\n    fields'),
      message: /apis\/0\/scopes \(cards\) must contain at least one scope/,
    },
    {
      name: 'a scope without an API',
      file: (text: string) => text.replace('- USER_NICKNAME', '- SEND_MESSAGE'),
      message: /scopes\/5 is SEND_MESSAGE, which permits nothing/,
    },
    {
      name: 'fields without a scope',
      file: (text: string) => text.replace('CARD_LIST:', 'SEND_MESSAGE:'),
      message:
        /\(cards\) assigns cards\[\]\.brand, cards\[\]\.lastFour to SEND_MESSAGE, which is not among/,
    },
    {
      name: 'a path with two spellings',
      file: (text: string) => text.replace('/v1/cards/inquiryCardList', '/v1/cards/../x'),
      message: /\(cards\) must contain paths such as .*, not \/v1\/cards\/\.\.\/x/,
    },
    {
      name: "a path of Assent's own",
      file: (text: string) =>
        text.replace('/v1/cards/inquiryCardList', '/v1/users/inquiryUserInfo'),
      message: /must not contain \/v1\/users\/inquiryUserInfo, which Assent serves itself/,
    },
    {
      name: 'an invalid upstream URL',
      file: (text: string) => text.replace('http://127.0.0.1:9/cards', 'ftp://x/cards'),
      message: /\(cards\) must be an http or https URL .*, but is ftp:\/\/x\/cards/,
    },
    {
      name: 'a duplicate client',
      file: (text: string) => text.replace('SANDBOX_other', `"${CLIENT_ID}"`),
      message: /clientId must be unique, but .* appears more than once/,
    },
    {
      name: 'an ID without quotes',
      file: (text: string) => text.replace('SANDBOX_other', CLIENT_ID),
      message: /clients\/1\/clientId must be string: put it in quotes/,
    },
    {
      name: 'an invalid key',
      file: (text: string) =>
        text.replace(/publicKey: \|[\s\S]*?-----END PUBLIC KEY-----/, 'publicKey: nonsense'),
      message: /publicKey is not a key that can be read/,
    },
    {
      name: 'a wrong type',
      file: (text: string) => text.replace('port: 0', 'port: many'),
      message: /listen\/port must be integer/,
    },
    {
      name: 'a name that looks like another',
      file: (text: string) => text.replace(/name: Other$/m, 'name: Kорi Ноuѕe'),
      message: /miniPrograms\/0\/name Kорi Ноuѕe looks like Kopi House/,
    },
    {
      name: 'a name with a text direction override',
      file: (text: string) => text.replace(/name: Other$/m, 'name: "Kopi \\u202eesuoH"'),
      message: /name contains U\+202E, which changes the direction of the text/,
    },
    {
      name: 'a purpose in one language',
      file: withMiniProgram('purposes: { auth_user: { en: To greet you. } }'),
      message: /purposes\/auth_user needs texts in zh, fil, id, ms, ar, es/,
    },
    {
      name: 'a vague purpose',
      file: withMiniProgram('purposes: { auth_user: { en: To improve your experience. } }'),
      message: /purposes\/auth_user\/en says “your experience”, which fits any purpose/,
    },
    {
      name: 'a purpose of a scope that is not requested',
      file: withMiniProgram('purposes: { SEND_MESSAGE: { en: To write to you. } }'),
      message: /belongs to SEND_MESSAGE, which is not among/,
    },
    {
      name: 'a privacy policy without TLS',
      file: withMiniProgram('policyUrl: http://kopi.example/privacy'),
      message: /policyUrl must be an https URL/,
    },
    {
      name: 'a color with too little contrast',
      file: (text: string) =>
        text.replace(
          'walletId: demo-wallet',
          'walletId: demo-wallet\n    theme: { accent: "#ffff00" }',
        ),
      message: /theme\/accent has a contrast of 1\.1 with #ffff00 on #ffffff: .* at least 4\.5/,
    },
    {
      name: 'too many testers',
      file: withMiniProgram(`testers: [${Array.from({ length: 101 }, (_, n) => `w/${n}`)}]`),
      message: /testers must not have more than 100 items/,
    },
    {
      name: 'an unsupported store',
      file: (text: string) => text.replace('sqlite:', 'mysql:'),
      message: /store must match/,
    },
    {
      name: 'an unknown log level',
      file: (text: string) => `${text}\nlogLevel: loud\n`,
      message: /logLevel must be one of .*warn/,
    },
    {
      name: 'a missing logo file',
      file: (text: string) =>
        text.replace('walletId: demo-wallet', 'walletId: demo-wallet\n    theme: { logo: no.svg }'),
      message:
        /assent\.yaml:\d+:\d+ wallets\/0\/theme\/logo does not exist \(no such file\): .*no\.svg/,
    },
    {
      name: 'a missing icon file',
      file: withMiniProgram('icon: icons/no.png'),
      message:
        /assent\.yaml:\d+:\d+ clients\/0\/miniPrograms\/0\/icon does not exist \(no such file\): .*no\.png/,
    },
    {
      name: 'a missing key file',
      file: (text: string) =>
        text.replace(
          /publicKey: \|[\s\S]*?-----END PUBLIC KEY-----/,
          'publicKey: keys/merchant.pem',
        ),
      message: /keys\/0\/publicKey is the path of a file that does not exist: .*merchant\.pem/,
    },
    {
      name: 'a key folder that is a file',
      file: (text: string) => text.replace('keys: keys', 'keys: users.yaml'),
      message: /keys must be the path of a folder: .*users\.yaml/,
    },
  ])('reports $name', async ({ file, message }) => {
    const text = readFileSync(installation.configPath, 'utf8')
    const path = file === undefined ? `${installation.configPath}.gone` : installation.configPath
    if (file !== undefined) writeFileSync(path, typeof file === 'string' ? file : file(text))
    const { code, output } = await runCommand('check', '--config', path)
    expect(output).toMatch(message)
    expect(code).toBe(2)
  })

  it('rejects a private key in the place of a public key', async () => {
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
