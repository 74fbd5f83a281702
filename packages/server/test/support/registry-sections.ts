/**
 * @module Registries for tests: sections of a file with records of every kind, and the stores that they are applied to.
 */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type {
  Api,
  Client,
  ClientEntry,
  MiniProgram,
  OAuthClientEntry,
  Scope,
  Wallet,
} from '../../src/config/sections.ts'
import type { Organization, ServiceAccount } from '../../src/engine/admin/records.ts'
import { type Role, rolesOf } from '../../src/engine/admin/roles.ts'
import { LOCALES } from '../../src/engine/consent/prompt.ts'
import type { ChangeCause } from '../../src/engine/store/registry.ts'
import { applyPlan } from '../../src/registry/files/apply.ts'
import { exportRegistry } from '../../src/registry/files/export.ts'
import { type PlanOptions, planChanges, type RegistryPlan } from '../../src/registry/files/plan.ts'
import type { RegistrySections } from '../../src/registry/files/sections.ts'
import type { MemberEntry } from '../../src/registry/records/administration-types.ts'
import { recordsOf } from '../../src/registry/records/declared-records.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { TEST_INTEGRITY } from './integrity.ts'
import { unusedPublicKey } from './keys.ts'

export const CAUSE: ChangeCause = {
  actor: 'ana@example',
  source: 'command',
  reason: 'A rehearsal',
  changedAt: 1_800_000_000,
}

export const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
export const OTHER_SVG = SVG.replace('<rect', '<rect x="1"')

export function toDataUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A folder with an icon, and an empty store. */
export async function openRegistry(): Promise<{
  readonly folder: string
  readonly store: StoreHandle
  remove(): Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-registry-'))
  writeFileSync(join(folder, 'icon.svg'), SVG)
  const store = await openSqliteStore(':memory:', { integrity: TEST_INTEGRITY })
  return {
    folder,
    store,
    async remove() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Plans and applies the sections. @returns the plan */
export async function applySections(
  store: StoreHandle,
  sections: Partial<RegistrySections>,
  folder: string,
  options: Partial<PlanOptions> = {},
): Promise<RegistryPlan> {
  const plan = await planSections(store, sections, folder, options)
  if (plan.problems.length > 0) throw new Error(plan.problems.join('\n'))
  await applyPlan(store, CAUSE, plan)
  return plan
}

export function planSections(
  store: StoreHandle,
  sections: Partial<RegistrySections>,
  folder: string,
  options: Partial<PlanOptions> = {},
): Promise<RegistryPlan> {
  const records = recordsOf({ wallets: [], clients: [], ...sections }, folder, store)
  return planChanges(store, records, { owner: 'registry', prune: false, ...options })
}

/** @param owner or `all` */
export async function exportText(store: StoreHandle, owner = 'registry'): Promise<string> {
  let text = ''
  for await (const part of exportRegistry(store, owner === 'all' ? undefined : owner)) text += part
  return text
}

/** Public keys. Each stands for one party. */
const KEYS = Array.from({ length: 12 }, unusedPublicKey)

/** Public keys of service accounts. */
const ED25519_KEYS = Array.from({ length: 2 }, () =>
  generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
)

type WithId<T> = T & { readonly id: string }

export function publicKey(index: number): string {
  return KEYS[index] ?? unusedPublicKey()
}

export function walletEntry(id: string, key: number, members: Partial<Wallet> = {}): Wallet {
  return { walletId: id, keys: [{ version: 1, publicKey: publicKey(key) }], ...members }
}

export function clientEntry(id: string, key: number, members: Partial<ClientEntry> = {}): Client {
  return {
    clientId: id,
    name: `Merchant ${id}`,
    keys: [{ version: 1, publicKey: publicKey(key) }],
    miniPrograms: [],
    ...members,
  }
}

export function miniProgramEntry(id: string, members: Partial<MiniProgram> = {}): MiniProgram {
  return { appId: id, name: `Program ${id}`, domains: [], scopes: ['auth_base'], ...members }
}

export const PLATFORM: WithId<Organization> = { id: 'platform', name: 'Platform', state: 'active' }

export function memberEntry(id: string, members: Partial<MemberEntry> = {}): MemberEntry {
  const { identity = { method: 'passkey' } } = members
  return {
    id,
    organization: PLATFORM.id,
    role: 'owner',
    name: `Member ${id}`,
    state: 'active',
    identity,
    ...(identity.method === 'passkey' && { passkeys: [passkeyOf(id)] }),
    ...members,
  }
}

export function passkeyOf(id: string): { credentialId: string; publicKey: string } {
  return { credentialId: `passkey-of-${id}`, publicKey: 'pQECAyY' }
}

export function serviceAccountEntry(
  id: string,
  members: Partial<ServiceAccount> = {},
): WithId<ServiceAccount> {
  return {
    id,
    organization: PLATFORM.id,
    name: `Account ${id}`,
    roles: ['auditor'],
    state: 'active',
    jwks: ED25519_KEYS.slice(0, 1),
    ...members,
  }
}

/** Texts that YAML or a reader of YAML could take for something else. */
const TEXTS = [
  'Kopi',
  'yes',
  'null',
  '1e3',
  '0x1f',
  '2026-11-29',
  '- list: #1',
  `'it’s' "quoted"`,
  '{ a: 1 }',
  '咖啡馆',
  'قهوة',
  '~',
  '☕ & more',
  '@at !tag *star',
  'a\\nb',
  'Café: true',
]

const text = fc.constantFrom(...TEXTS)
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined })

const list = (...items: string[]): fc.Arbitrary<string[]> => fc.constant(items)

/** Leaves out the members that are `undefined`, as files do. */
function present<T extends object>(members: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return members.map(
    (value) =>
      Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T,
  )
}

const url = fc.constantFrom('https://kopi.example/a?b=%C3%A9', 'https://kopi.example/:x,y/[z]')
const image = fc.constantFrom('icon.svg', toDataUri(SVG), toDataUri(OTHER_SVG))
const texts = text.map((one) =>
  Object.fromEntries(LOCALES.map((locale) => [locale, `Order ${one}`]).reverse()),
)

const wallet = (index: number): fc.Arbitrary<Wallet> =>
  present(
    fc.record({
      walletId: fc.constant(`wallet-${index}`),
      keys: fc.constant([{ version: 1, publicKey: publicKey(index) }]),
      name: optional(text.map((one) => `${one} Wallet 7${index}`)),
      customerBelongsTo: optional(text),
      settingsPath: optional(text),
      origins: optional(fc.constant(['https://host.example'])),
      authorizeUrl: optional(url),
      defaultCountry: optional(fc.constantFrom('PH' as const, 'NO' as const)),
      theme: optional(
        present(
          fc.record({
            logo: optional(image),
            accent: optional(fc.constant('#123456')),
            radius: optional(fc.integer({ min: 0, max: 28 })),
          }),
        ),
      ),
    }),
  ) as fc.Arbitrary<Wallet>

const scope = (index: number): fc.Arbitrary<Scope> =>
  present(
    fc.record({
      texts: fc.constant(
        Object.fromEntries(
          LOCALES.map((locale) => [locale, { title: `See ${index}`, description: 'Your points' }]),
        ),
      ),
      scope: fc.constant(`OWN_${index}`),
      sensitivity: optional(fc.constantFrom('basic' as const, 'restricted' as const)),
      fields: optional(fc.constant(['address.city' as const])),
    }),
  ) as fc.Arbitrary<Scope>

const api = (index: number): fc.Arbitrary<Api> =>
  present(
    fc.record({
      name: fc.constant(`api${index}`),
      // Every own scope permits something.
      scopes: fc.constant(['OWN_0', 'OWN_1', 'auth_user']),
      fields: optional(fc.constant({ auth_user: ['b'], OWN_0: ['a', 'cards[].brand'] })),
      paths: fc.constant([`/v1/own/${index}/{id}`]),
      upstream: fc.constant('http://127.0.0.1:9/x/{id}'),
      requiresRequestId: optional(fc.boolean()),
      limits: optional(present(fc.record({ perUser: optional(fc.constant(3)) }))),
      timeoutSeconds: optional(fc.constantFrom(0.5, 3)),
    }),
  ) as fc.Arbitrary<Api>

const miniProgram = (id: string, index: number): fc.Arbitrary<MiniProgram> =>
  fc.subarray(['auth_base', 'auth_user', 'OWN_0', 'OWN_1'], { minLength: 1 }).chain((scopes) =>
    present(
      fc.record({
        purposes: texts.map((purpose) => ({ [scopes[0] ?? '']: purpose })),
        scopes: fc.constant<string[]>(scopes),
        appId: fc.constant(id),
        name: text.map((one) => `${one} ${index}55`),
        icon: optional(fc.oneof(image, url)),
        domains: list('https://shop.example'),
        verified: optional(fc.boolean()),
        testers: optional(list('wallet-0/maria: 1')),
        recipients: optional(fc.array(text, { maxLength: 2 })),
        policyUrl: optional(url),
        retention: optional(text),
      }),
    ),
  ) as fc.Arbitrary<MiniProgram>

const NONE = fc.constant(undefined)

const oauthClient = (id: string, appId: string): fc.Arbitrary<OAuthClientEntry> =>
  fc.constantFrom('none' as const, 'client_secret_basic' as const).chain((method) =>
    present(
      fc.record({
        tokenEndpointAuthMethod: fc.constant(method),
        appId: fc.constant(appId),
        clientId: fc.constant(id),
        redirectUris: list('https://shop.example/back'),
        allowedOrigins:
          method === 'none'
            ? optional(list('https://shop.example', 'capacitor://localhost'))
            : NONE,
        secretHashes: method === 'none' ? NONE : list('A'.repeat(43)),
        requirePushedAuthorizationRequests: optional(fc.boolean()),
      }),
    ),
  ) as fc.Arbitrary<OAuthClientEntry>

const client = (index: number): fc.Arbitrary<Client> =>
  fc
    .record({ apps: fc.integer({ min: 0, max: 2 }), oauth: fc.integer({ min: 0, max: 2 }) })
    .chain(({ apps, oauth }) =>
      present(
        fc.record({
          miniPrograms: fc.tuple(
            ...Array.from({ length: apps }, (_, at) =>
              miniProgram(`app-${index}-${at}`, 10 * index + at),
            ),
          ),
          oauth:
            apps === 0 || oauth === 0
              ? fc.constant(undefined)
              : fc.tuple(
                  ...Array.from({ length: oauth }, (_, at) =>
                    oauthClient(`oauth-${index}-${at}`, `app-${index}-0`),
                  ),
                ),
          name: text.map((one) => `${one} Trading 9${index}`),
          clientId: fc.constant(`client-${index}`),
          contact: optional(text),
          country: optional(fc.constantFrom('PH', 'NO')),
          organization: optional(fc.constantFrom('merchant-0', 'merchant-1')),
          notifyUrl: optional(fc.constant('https://kopi.example/hook')),
          keys: fc.constant([
            { version: 2, publicKey: publicKey(4 + 2 * index) },
            { version: 1, publicKey: publicKey(5 + 2 * index) },
          ]),
          requestTimeToleranceSeconds: optional(fc.constantFrom(60, 300)),
        }),
      ),
    ) as fc.Arbitrary<Client>

const upTo = <T>(length: number, one: (index: number) => fc.Arbitrary<T>) =>
  fc
    .shuffledSubarray(Array.from({ length }, (_, index) => index))
    .chain((indexes) =>
      indexes.length === 0 ? fc.constant([] as T[]) : fc.tuple(...indexes.map(one)),
    )

const state = fc.constantFrom('active' as const, 'suspended' as const)

/** The organization of each client, and the platform. */
const organization = (id: string): fc.Arbitrary<WithId<Organization>> =>
  present(
    fc.record({
      state: id === 'platform' ? fc.constant('active' as const) : state,
      name: text,
      id: fc.constant(id),
      contact: optional(text),
      country: optional(fc.constantFrom('PH', 'NO')),
    }),
  ) as fc.Arbitrary<WithId<Organization>>

const identity = (index: number) =>
  fc.constantFrom<Pick<MemberEntry, 'identity' | 'passkeys'>>(
    { passkeys: [`${index}-b`, `${index}-a`].map(passkeyOf), identity: { method: 'passkey' } },
    { identity: { subject: `yes: ${index}`, issuer: 'https://id.example', method: 'oidc' } },
  )

const member = (index: number): fc.Arbitrary<MemberEntry> =>
  fc.constantFrom('platform', 'merchant-0').chain((ofOrganization) =>
    fc
      .record({
        state,
        role: fc.constantFrom(...rolesOf(ofOrganization)),
        id: fc.constant(`${index}-AZ_az`),
        organization: fc.constant(ofOrganization),
        name: text,
      })
      .chain((entry) => identity(index).map((one) => ({ ...one, ...entry }))),
  )

const serviceAccount = (index: number): fc.Arbitrary<WithId<ServiceAccount>> =>
  fc.record({
    jwks: fc.constant([ED25519_KEYS[index] ?? {}]),
    roles: fc.subarray<Role>(['security', 'auditor'], { minLength: 1 }),
    organization: fc.constant('platform'),
    name: text,
    state,
    id: fc.constant(`sa_Job.${index}`),
  })

/** Sections with records of every kind, in any order. Scopes, APIs and organizations are there, because others name them. */
export const sectionsArbitrary: fc.Arbitrary<RegistrySections> = fc.record({
  serviceAccounts: upTo(2, serviceAccount),
  members: upTo(4, member),
  organizations: fc.tuple(...['platform', 'merchant-1', 'merchant-0'].map(organization)),
  clients: upTo(3, client),
  wallets: upTo(3, wallet),
  scopes: fc.tuple(scope(1), scope(0)),
  apis: fc.tuple(api(1), api(0)),
})
