/**
 * @module Creates the demo's folder with keys, users.yaml and assent.yaml. Keys are generated once; the other files are written at every start.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateRsaKeyPair, type LoadedConfig, loadConfig } from '@assent/server'
import { stringify } from 'yaml'
import { SHOPS } from './shops.ts'

export const WALLET_ID = 'demo-wallet'

/** The paths at which merchants call the wallet's APIs. */
export const API_PATHS = {
  cards: '/v1/cards/inquiryCardList',
  inbox: '/v1/messages/sendInbox',
} as const

/** The OAuth client of the web shop, a page for any browser. */
export const WEB_CLIENT_ID = 'kopi-web'
export const WEB_PATH = '/web/'
const WEB_SCOPES = ['openid', 'profile', 'email']

/** The ports of all servers, on 127.0.0.1. */
export type Ports = {
  readonly platform: number
  readonly wallet: number
  readonly miniProgram: number
  readonly merchant: number
  /** The wallet's APIs behind the gateway. */
  readonly upstream: number
}

export type DemoSetup = {
  readonly config: LoadedConfig
  readonly urls: Readonly<Record<keyof Ports, string>>
  /** The wallet's private key, PEM. */
  readonly walletKey: string
  /** The private keys of the merchants, PEM, by client id. */
  readonly merchantKeys: Readonly<Record<string, string>>
  readonly users: readonly DemoUser[]
}

export type DemoUser = {
  readonly userId: string
  readonly nickName: string
  readonly locale: string
  readonly avatar: string
}

/** Maria and her daughter. */
const TESTERS = ['u-1001', 'u-1003']

const STATIC = fileURLToPath(new URL('../static/', import.meta.url))

function createUsers(walletUrl: string): readonly (DemoUser & Record<string, unknown>)[] {
  return [
    {
      walletId: WALLET_ID,
      userId: 'u-1001',
      status: 'ACTIVE',
      nickName: 'Maria ✨',
      userName: { fullName: 'Maria Clara Santos', firstName: 'Maria Clara', lastName: 'Santos' },
      avatar: `${walletUrl}/maria.svg`,
      gender: 'FEMALE',
      birthDate: '1994-05-17',
      nationality: 'PH',
      mobilePhone: '+639171234567',
      email: 'maria@example.com',
      address: '12 Mabini Street, Ermita, Manila',
      shippingAddress: 'Unit 4B, 12 Mabini Street, Ermita, Manila',
      kycStatus: 'VERIFIED',
      city: 'Manila',
      relayEmail: 'k7f3@relay.wallet.example',
      locale: 'en-PH',
    },
    {
      walletId: WALLET_ID,
      userId: 'u-1002',
      status: 'ACTIVE',
      nickName: 'عمر',
      userName: { fullName: 'عمر الفاروق', firstName: 'عمر', lastName: 'الفاروق' },
      avatar: `${walletUrl}/omar.svg`,
      gender: 'MALE',
      birthDate: '1988-11-02',
      nationality: 'IQ',
      mobilePhone: '+9647701234567',
      email: 'omar@example.com',
      address: 'شارع الرشيد، بغداد',
      shippingAddress: 'شارع الرشيد ٢٢، بغداد',
      kycStatus: 'VERIFIED',
      city: 'بغداد',
      relayEmail: 'q2x9@relay.wallet.example',
      locale: 'ar-IQ',
    },
    {
      walletId: WALLET_ID,
      userId: 'u-1003',
      status: 'ACTIVE',
      nickName: 'Lia',
      avatar: `${walletUrl}/lia.svg`,
      birthDate: '2014-02-03',
      nationality: 'PH',
      city: 'Manila',
      locale: 'fil-PH',
      // A minor. Maria is the guardian.
      guardianId: 'u-1001',
    },
  ]
}

/** @param store the value of `store` in assent.yaml */
export function prepareDemo(folder: string, ports: Ports, store: string): DemoSetup {
  mkdirSync(folder, { recursive: true })
  const urls = {
    platform: `http://127.0.0.1:${ports.platform}`,
    wallet: `http://127.0.0.1:${ports.wallet}`,
    miniProgram: `http://127.0.0.1:${ports.miniProgram}`,
    merchant: `http://127.0.0.1:${ports.merchant}`,
    upstream: `http://127.0.0.1:${ports.upstream}`,
  }
  const walletKey = ensureKeyPair(folder, 'wallet')
  const merchantKeys = Object.fromEntries(
    SHOPS.map(({ clientId, slug }) => [clientId, ensureKeyPair(folder, slug)]),
  )
  const users = createUsers(urls.wallet)
  writeFileSync(join(folder, 'users.yaml'), stringify({ users }))
  writeFileSync(
    join(folder, 'assent.yaml'),
    stringify({
      issuer: urls.platform,
      listen: { host: '127.0.0.1', port: ports.platform },
      store,
      keys: 'keys',
      receiptCheckpoints: 'receipt-checkpoints.log',
      logLevel: 'warn',
      directory: { kind: 'file', path: 'users.yaml' },
      // The demo runs on one machine, and its users are developers.
      notifications: { allowPrivateAddresses: true },
      signatureDiagnostics: true,
      apis: [
        {
          name: 'cards',
          paths: [API_PATHS.cards],
          upstream: `${urls.upstream}/cards`,
          scopes: ['CARD_LIST'],
          fields: { CARD_LIST: ['cards[].brand', 'cards[].lastFour'] },
        },
        {
          name: 'inbox',
          paths: [API_PATHS.inbox],
          upstream: `${urls.upstream}/inbox`,
          scopes: ['NOTIFICATION_INBOX'],
          requiresRequestId: true,
          limits: { perUser: 10 },
        },
      ],
      wallets: [
        {
          walletId: WALLET_ID,
          name: 'Demo Wallet',
          keys: [{ version: 1, publicKey: 'wallet.public.pem' }],
          settingsPath: 'Privacy',
          origins: [urls.wallet],
          authorizeUrl: `${urls.wallet}/authorize`,
        },
      ],
      clients: SHOPS.map((shop) => ({
        clientId: shop.clientId,
        name: shop.merchant,
        country: shop.country,
        contact: `privacy@${shop.slug}.example`,
        keys: [{ version: 1, publicKey: `${shop.slug}.public.pem` }],
        notifyUrl: `${urls.merchant}/assent/${shop.slug}`,
        redirectUris: [`${urls.miniProgram}/${shop.slug}/`],
        ...(shop.web && {
          oauth: [
            {
              clientId: WEB_CLIENT_ID,
              appId: shop.appId,
              tokenEndpointAuthMethod: 'none',
              allowedOrigins: [urls.miniProgram],
              redirectUris: [`${urls.miniProgram}${WEB_PATH}`],
              dpopBoundAccessTokens: true,
            },
          ],
        }),
        miniPrograms: [
          {
            appId: shop.appId,
            name: shop.name,
            icon: join(STATIC, 'mini-program', `${shop.slug}.svg`),
            domains: [urls.miniProgram],
            scopes: [...shop.approved, ...(shop.web ? WEB_SCOPES : [])],
            verified: shop.verified,
            // Only testers can use an unverified mini program.
            ...(!shop.verified && { testers: TESTERS.map((userId) => `${WALLET_ID}/${userId}`) }),
            purposes: shop.purposes,
            policyUrl: `https://${shop.slug}.example/privacy`,
            retention: 'Until you withdraw your consent, and 30 days after.',
          },
        ],
      })),
    }),
  )
  return { config: loadConfig(join(folder, 'assent.yaml')), urls, walletKey, merchantKeys, users }
}

/** Generates a key pair on the first start. @returns the private key */
function ensureKeyPair(folder: string, name: string): string {
  const path = resolve(folder, `${name}.private.pem`)
  if (!existsSync(path)) {
    const { privateKey, publicKey } = generateRsaKeyPair()
    writeFileSync(resolve(folder, `${name}.public.pem`), publicKey)
    writeFileSync(path, privateKey, { mode: 0o600 })
  }
  return readFileSync(path, 'utf8')
}
