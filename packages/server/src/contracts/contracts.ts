/**
 * @module The contracts: machine-readable documents of every interface, built from the schemas that validate. A server serves them at
 * `/docs/contracts`, and `docs/contracts` has those of an example server.
 */
import { adminApiContract } from './admin-api.ts'
import { directoryContract } from './called-apis/directory.ts'
import { upstreamApiContract } from './called-apis/upstream-api.ts'
import {
  ASSENT_SCHEMA_FILE,
  assentFileContract,
  REGISTRY_SCHEMA_FILE,
  registryFileContract,
} from './configuration-files.ts'
import { notificationsContract } from './notifications/document.ts'
import { oauthContract } from './oauth/document.ts'
import type { Json } from './openapi/components.ts'
import { merchantApiContract } from './signed-apis/merchant-api.ts'
import { walletApiContract } from './signed-apis/wallet-api.ts'

/** The server that the committed contracts describe. */
export const EXAMPLE_ISSUER = 'https://auth.wallet.example'

/** @param issuer the public URL of the server */
type BuildContract = (issuer: string) => Json

/** Every contract by the name of its file. The end of a name is its format: `.openapi.json`, `.asyncapi.json` or `.schema.json`. */
export const CONTRACTS: ReadonlyMap<string, BuildContract> = new Map([
  ['admin-api.openapi.json', adminApiContract],
  ['oauth.openapi.json', oauthContract],
  ['merchant-api.openapi.json', merchantApiContract],
  ['wallet-api.openapi.json', walletApiContract],
  ['notifications.asyncapi.json', notificationsContract],
  ['directory.openapi.json', directoryContract],
  ['upstream-api.openapi.json', upstreamApiContract],
  [ASSENT_SCHEMA_FILE, assentFileContract],
  [REGISTRY_SCHEMA_FILE, registryFileContract],
])

/** @returns a function that reads the text of a contract by the name of its file. Each is built when it is first read */
export function createContractReader(issuer: string): (file: string) => string | undefined {
  const texts = new Map<string, string>()
  return (file) => {
    const build = CONTRACTS.get(file)
    if (!build) return undefined
    const text = texts.get(file) ?? formatContract(build(issuer))
    texts.set(file, text)
    return text
  }
}

/** The text of a contract's file. */
export function formatContract(document: Json): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
