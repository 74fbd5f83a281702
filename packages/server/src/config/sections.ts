/**
 * @module The sections of a file that declare records of the registry: wallets, scopes, apis and clients. assent.yaml has them beside the
 * settings of the node; registry.yaml has nothing else.
 */
import type { Config } from './schema.ts'

export type Wallet = Config['wallets'][number]
export type Scope = NonNullable<Config['scopes']>[number]
export type Api = NonNullable<Config['apis']>[number]
export type Client = Config['clients'][number]
export type MiniProgram = Client['miniPrograms'][number]
export type OAuthClientEntry = NonNullable<Client['oauth']>[number]

/** A client, or only the mini programs and OAuth clients of one that is declared elsewhere: then it has no name and no keys. */
export type ClientEntry = Omit<Client, 'name' | 'keys'> & Partial<Pick<Client, 'name' | 'keys'>>

export type Sections = {
  readonly wallets: readonly Wallet[]
  readonly scopes?: readonly Scope[] | undefined
  readonly apis?: readonly Api[] | undefined
  readonly clients: readonly ClientEntry[]
}

/** The settings of a node that the rules of the sections depend on. */
export type NodeSettings = Pick<Config, 'oauth' | 'notifications'>

/** Whether the entry declares the client itself. */
export function isDeclared(client: ClientEntry): client is Client {
  return client.name !== undefined && client.keys !== undefined
}
