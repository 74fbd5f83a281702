/**
 * @module A collection for Bruno that signs its requests: the wallet API, and the merchant API in its first dialect, from their contracts. Its
 * variables fit the demo.
 * @see [Bru](https://docs.usebruno.com/bru-lang/overview), the language of its files
 */
import type { Json } from '../openapi/components.ts'
import {
  ACCESS_TOKEN,
  AUTH_CODE,
  AUTH_REQUEST,
  CONSENT_REQUEST,
  REFRESH_TOKEN,
} from '../signed-apis/example-credentials.ts'
import { merchantApiContract } from '../signed-apis/merchant-api.ts'
import { walletApiContract } from '../signed-apis/wallet-api.ts'
import { SIGN_REQUEST, STORE_VALUES, VERIFY_SIGNED } from './scripts.ts'

type Folder = {
  readonly build: (issuer: string) => Json
  /** Of the operations, and the name of the folder. */
  readonly tag: string
  readonly title: string
}

/** In an order in which a code becomes tokens before the grant is withdrawn. */
const FOLDERS: readonly Folder[] = [
  { build: walletApiContract, tag: 'consent', title: 'Wallet API: consent' },
  { build: merchantApiContract, tag: 'v1', title: 'Merchant API' },
  { build: walletApiContract, tag: 'users', title: 'Wallet API: users' },
  { build: walletApiContract, tag: 'guardians', title: 'Wallet API: guardians' },
]

/** Values of the examples that are variables of the collection. */
const VARIABLES: Readonly<Record<string, string>> = {
  [AUTH_CODE]: 'authCode',
  [ACCESS_TOKEN]: 'accessToken',
  [REFRESH_TOKEN]: 'refreshToken',
  [AUTH_REQUEST]: 'authRequest',
  [CONSENT_REQUEST]: 'consentRequestId',
  kfs: 'sheetHash',
  'u-4f2': 'customerId',
  'my-mini-program': 'appId',
  '1001': 'userId',
  '1002': 'guardianId',
  '1003': 'minorId',
  'https://shop.example/back': 'redirectUrl',
}

/** The parties of the demo. Key files are relative to the folder of the collection. */
const DEMO: Readonly<Record<string, string>> = {
  baseUrl: 'http://127.0.0.1:7300',
  walletId: 'demo-wallet',
  walletKeyFile: '../../../.assent-demo/wallet.private.pem',
  walletKeyVersion: '1',
  clientId: '2018103116394800000001',
  clientKeyFile: '../../../.assent-demo/kopi.private.pem',
  clientKeyVersion: '1',
  appId: 'kopi-house',
  userId: 'u-1001',
  guardianId: 'u-1001',
  minorId: 'u-1003',
  redirectUrl: 'http://127.0.0.1:7302/kopi/',
}

type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly requestBody: {
    readonly content: { readonly 'application/json': { readonly example: object } }
  }
}

/** @param issuer the public URL of the server @returns texts by the name of the file */
export function brunoCollection(issuer: string): Readonly<Record<string, string>> {
  return {
    'bruno.json': `${JSON.stringify(MANIFEST, undefined, 2)}\n`,
    'collection.bru': blocks({
      'script:pre-request': SIGN_REQUEST,
      'script:post-response': STORE_VALUES,
      tests: VERIFY_SIGNED,
      docs: DOCS,
    }),
    'environments/demo.bru': blocks({ vars: pairs(DEMO) }),
    ...Object.fromEntries(
      FOLDERS.flatMap(({ build, tag, title }, index) =>
        folder(tag, title, index + 1, operationsOf(build(issuer), tag)),
      ),
    ),
  }
}

const MANIFEST = {
  version: '1',
  name: 'Assent',
  type: 'collection',
  ignore: ['node_modules', '.git'],
  scripts: {
    moduleWhitelist: ['node:crypto', 'node:fs', 'node:path'],
    filesystemAccess: { allow: true },
  },
}

const DOCS = `# Assent

The wallet API and the merchant API. A script signs each request, so the collection needs the developer mode of Bruno.
Choose an environment: demo has the parties of the demo, with keys in the folder .assent-demo.
Replies set the variables that later requests use: codes, tokens, ids.`

/** A block of the language: its content is indented. */
function block(name: string, content: string): string {
  const indented = content.replaceAll(/^(?=.)/gm, '  ')
  return `${name} {\n${indented}\n}\n`
}

function blocks(contents: Readonly<Record<string, string>>): string {
  return Object.entries(contents)
    .map(([name, content]) => block(name, content))
    .join('\n')
}

function pairs(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

type Found = { readonly path: string; readonly operation: Operation }

function operationsOf(document: Json, tag: string): readonly Found[] {
  const paths = document['paths'] as Readonly<Record<string, { readonly post: Operation }>>
  return Object.entries(paths)
    .map(([path, { post }]) => ({ path, operation: post }))
    .filter(({ operation }) => operation.tags.includes(tag))
}

function folder(
  name: string,
  title: string,
  seq: number,
  operations: readonly Found[],
): readonly (readonly [file: string, text: string])[] {
  return [
    [`${name}/folder.bru`, blocks({ meta: pairs({ name: title, seq }) })],
    ...operations.map(
      (found, index) =>
        [`${name}/${found.operation.operationId}.bru`, requestOf(found, index + 1)] as const,
    ),
  ]
}

function requestOf({ path, operation }: Found, seq: number): string {
  const { operationId, summary, description, requestBody } = operation
  const { example } = requestBody.content['application/json']
  return blocks({
    meta: pairs({ name: operationId, type: 'http', seq }),
    post: pairs({ url: `{{baseUrl}}${path}`, body: 'json', auth: 'none' }),
    'body:json': JSON.stringify(example, withVariables, 2),
    docs: `${summary}. ${description.split('\n', 1)[0]}`,
  })
}

function withVariables(_name: string, value: unknown): unknown {
  const variable = typeof value === 'string' ? VARIABLES[value] : undefined
  return variable === undefined ? value : `{{${variable}}}`
}
