/**
 * @module `assent init`: writes a first configuration, with keys for a wallet and a merchant and with one user.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeSecretFile } from '../../../crypto/keys/key-files.ts'
import { generateRsaKeyPair } from '../../../crypto/keys/key-generation.ts'
import { defineCommand, print } from '../../command.ts'
import { UsageError } from '../../usage-error.ts'

const PARTIES = ['wallet', 'merchant'] as const

export const init = defineCommand({
  name: 'init',
  usages: [
    {
      syntax: 'init [--folder FOLDER]',
      help: 'Writes a commented assent.yaml to start from, with keys and one user.',
    },
  ],
  options: {
    folder: { type: 'string', default: '.', help: 'The folder to write to.' },
  },
  async run({ folder }) {
    for (const name of ['assent.yaml', 'users.yaml', ...PARTIES.map(privateKeyOf)])
      if (existsSync(join(folder, name)))
        throw new UsageError(
          `${join(folder, name)} exists already, so nothing was written. Choose another --folder, or move the file.`,
        )
    writeFiles(folder)
    const config = join(folder, 'assent.yaml')
    print(`${config}  Change it as its comments say.`)
    print(`${join(folder, 'users.yaml')}  One user, for the first login.`)
    for (const party of PARTIES)
      print(`${join(folder, privateKeyOf(party))}  Signs requests of the ${party}. Keep it secret.`)
    print(`Next: assent check --config ${config}, then assent serve --config ${config}`)
  },
})

function privateKeyOf(party: string): string {
  return `${party}.private.pem`
}

function writeFiles(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder, name), text, { flag: 'wx' })
  write('assent.yaml', CONFIG)
  write('users.yaml', USERS)
  for (const party of PARTIES) {
    const { privateKey, publicKey } = generateRsaKeyPair()
    writeSecretFile(join(folder, privateKeyOf(party)), privateKey)
    write(`${party}.public.pem`, publicKey)
  }
}

const CONFIG = `# The configuration of an Assent server. docs/configuration.md describes all settings.
# After a change, run: assent check --config assent.yaml
# A running server picks up changed wallets, clients and scopes by itself.

# The public address of this server. Consent links and tokens contain it. Use https in production.
issuer: http://127.0.0.1:7300

# Where the server listens. A TLS proxy in front of it serves the public address.
listen: { host: 127.0.0.1, port: 7300 }

# The store: a SQLite file for one node. For several nodes: postgres://USER@HOST/DATABASE
store: sqlite:data/assent.db

# The folder of the server's own keys. The first start creates them. Back it up.
keys: keys

# The users and their data. In production: { kind: http, url: https://… } (docs/wallets.md).
directory: { kind: file, path: users.yaml }

# The wallet or super app that embeds mini programs. Its back end signs its requests.
wallets:
  - walletId: my-wallet
    name: My Wallet
    # Where users find this page in your app. The consent prompt names it.
    settingsPath: Privacy
    # The origins of your app's web pages. They may show the consent page in a frame.
    origins: ["http://127.0.0.1:7301"]
    keys:
      - { version: 1, publicKey: wallet.public.pem }

# The merchants. Each signs its requests with its own key.
clients:
  - clientId: my-merchant
    name: My Merchant Inc.
    country: PH
    contact: privacy@merchant.example
    keys:
      - { version: 1, publicKey: merchant.public.pem }
    # Where events are sent, such as a withdrawal (docs/notifications.md).
    # notifyUrl: https://merchant.example/assent/events
    miniPrograms:
      - appId: my-mini-program
        name: My Mini Program
        # You checked who the merchant is. Without it, only testers can use the mini program.
        verified: true
        # The origins of its pages.
        domains: ["http://127.0.0.1:7302"]
        # The scopes that it may request. auth_base is the user id, without a prompt (docs/gateway.md).
        scopes: [auth_base, auth_user]
        # Why it needs each scope, in every language of the consent prompt, which shows this text.
        purposes:
          auth_user:
            en: To put your name and picture on the card.
            zh: 用于在卡上显示你的名字和头像。
            fil: Para ilagay ang pangalan at larawan mo sa card.
            id: Untuk mencantumkan nama dan foto Anda di kartu.
            ms: Untuk meletakkan nama dan gambar anda pada kad.
            ar: لوضع اسمك وصورتك على البطاقة.
            es: Para poner tu nombre y tu foto en la tarjeta.
        policyUrl: https://merchant.example/privacy
`

const USERS = `# The users of the file directory, for a first login and for tests (docs/configuration.md).
users:
  - walletId: my-wallet
    userId: "1001"
    status: ACTIVE
    nickName: Maria
    gender: FEMALE
    nationality: PH
    locale: en-PH
`
