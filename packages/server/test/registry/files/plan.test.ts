/**
 * @module What a file changes in the registry, and what keeps it from being applied.
 */
import { createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api, Scope, Sections } from '../../../src/config/sections.ts'
import { LOCALES } from '../../../src/engine/consent/prompt.ts'
import { RegistryProblemsError } from '../../../src/registry/changes/change-writer.ts'
import { linesOfPlan } from '../../../src/registry/files/plan-text.ts'
import { describeProblem } from '../../../src/registry/files/problems.ts'
import {
  applySections,
  clientEntry,
  exportText,
  miniProgramEntry,
  OTHER_SVG,
  openRegistry,
  planSections,
  publicKey,
  SVG,
  sha256,
  toDataUri,
  walletEntry,
} from '../../support/registry-sections.ts'

type Opened = Awaited<ReturnType<typeof openRegistry>>
let opened: Opened
beforeEach(async () => {
  opened = await openRegistry()
})
afterEach(() => opened.remove())

const apply = (sections: Partial<Sections>, options = {}) =>
  applySections(opened.store, sections, opened.folder, options)
const plan = (sections: Partial<Sections>, options = {}) =>
  planSections(opened.store, sections, opened.folder, options)

/** The problems of a change, from the plan or from the store. */
async function problemsOf(sections: Partial<Sections>, options = {}): Promise<readonly string[]> {
  const before = await opened.store.readHead()
  const { problems } = await plan(sections, options)
  if (problems.length > 0) return problems
  const error = await apply(sections, options).catch((one: unknown) => one)
  if (!(error instanceof RegistryProblemsError)) return []
  expect(await opened.store.readHead()).toEqual(before)
  return error.problems.map(describeProblem)
}

const texts = Object.fromEntries(
  LOCALES.map((locale) => [locale, { title: 'See points', description: 'Your points' }]),
)
const LOYALTY: Scope = { scope: 'LOYALTY', fields: ['kycStatus'], texts }
const api = (name: string, members: Partial<Api> = {}): Api => ({
  name,
  paths: [`/v1/own/${name}`],
  upstream: 'http://127.0.0.1:9/x',
  scopes: ['LOYALTY'],
  ...members,
})

const kopi = (members = {}, appMembers = {}) =>
  clientEntry('kopi', 1, { miniPrograms: [miniProgramEntry('kopi-app', appMembers)], ...members })

describe('a plan', () => {
  it('creates what is new, in the order in which records depend on one another', async () => {
    const { created } = await plan({
      clients: [
        kopi(
          {
            oauth: [{ clientId: 'web', appId: 'kopi-app', tokenEndpointAuthMethod: 'none' }],
          },
          { icon: 'icon.svg', scopes: ['LOYALTY'] },
        ),
      ],
      wallets: [walletEntry('w', 2)],
      scopes: [LOYALTY],
      apis: [api('points')],
    })
    expect(created.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      `image ${sha256(SVG)}`,
      'scope LOYALTY',
      'api points',
      'wallet w',
      'client kopi',
      'miniProgram kopi-app',
      'oauthClient web',
    ])
  })

  it('has nothing to do after it was applied', async () => {
    await apply({ clients: [kopi({}, { icon: 'icon.svg' })], scopes: [LOYALTY] })
    const again = await plan({ clients: [kopi({}, { icon: 'icon.svg' })], scopes: [LOYALTY] })
    expect(again).toMatchObject({ created: [], changed: [], removed: [], unchangedCount: 4 })
  })

  it('lists no merchants unless it prunes', async () => {
    await apply({ clients: [clientEntry('teh', 2)] })
    const listed: string[] = []
    const store = {
      ...opened.store,
      listRecords: (...parameters: Parameters<typeof opened.store.listRecords>) => {
        listed.push(parameters[0])
        return opened.store.listRecords(...parameters)
      },
    }
    await planSections(store, { clients: [kopi()] }, opened.folder)
    expect(listed).toEqual(['scope', 'api'])
  })

  it('stores no default that the entry does not state', async () => {
    await apply({ clients: [kopi()] })
    const client = await opened.store.readRecord('client', 'kopi')
    expect(Object.keys(client?.document ?? {}).sort()).toEqual(['clientId', 'keys', 'name'])
  })

  it('names every member that changes, keys by thumbprint and images by size', async () => {
    await apply({ clients: [kopi({ contact: 'a@kopi.example' }, { icon: toDataUri(SVG) })] })
    const next = await plan({
      clients: [
        kopi(
          {
            name: 'Kopi Trading',
            keys: [
              { version: 1, publicKey: publicKey(1) },
              { version: 2, publicKey: publicKey(3) },
            ],
          },
          { icon: toDataUri(OTHER_SVG), scopes: ['auth_user'], verified: true },
        ),
      ],
    })
    expect([...linesOfPlan(next)]).toEqual([
      `+ image ${sha256(OTHER_SVG)}`,
      '~ client kopi',
      '    contact: - "a@kopi.example"',
      expect.stringMatching(/^ {4}keys\.2: \+ "key [\w-]{43}"$/),
      '    name: "Merchant kopi" → "Kopi Trading"',
      '~ mini program kopi-app',
      `    icon: "image/svg+xml, ${SVG.length} bytes, ${sha256(SVG).slice(0, 8)}…" → "image/svg+xml, ${OTHER_SVG.length} bytes, ${sha256(OTHER_SVG).slice(0, 8)}…"`,
      '    scopes: - "auth_base"',
      '    scopes: + "auth_user"',
      '    verified: + true',
      '1 to create, 2 to change, 0 to remove, 0 unchanged.',
    ])
  })

  it('shows hashes of secrets by their first characters only', async () => {
    const client = (hash: string) =>
      kopi({
        oauth: [
          {
            clientId: 'web',
            appId: 'kopi-app',
            tokenEndpointAuthMethod: 'client_secret_basic' as const,
            secretHashes: [hash],
          },
        ],
      })
    await apply({ clients: [client('A'.repeat(43))] })
    const lines = [...linesOfPlan(await plan({ clients: [client('B'.repeat(43))] }))]
    expect(lines).toContain('    secretHashes: - "AAAAAAAA…"')
    expect(lines.join('\n')).not.toContain('AAAAAAAAA')
  })

  it('removes only with prune, and only records of its owner', async () => {
    await apply({ clients: [clientEntry('file', 3)] }, { owner: 'assent.yaml' })
    await apply({ clients: [kopi({}, { icon: 'icon.svg' })] })
    expect((await plan({})).removed).toEqual([])
    const { removed } = await plan({}, { prune: true })
    expect(removed.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      `image ${sha256(SVG)}`,
      'client kopi',
      'miniProgram kopi-app',
    ])
    await apply({}, { prune: true })
    expect(await exportText(opened.store, 'all')).toContain('clientId: file\n')
    expect(await exportText(opened.store)).toBe('{}\n')
  })

  it('creates again what was removed', async () => {
    await apply({ clients: [kopi()] })
    await apply({}, { prune: true })
    await apply({ clients: [kopi()] })
    expect((await opened.store.readRecord('client', 'kopi'))?.version).toBe(3)
  })

  it('keeps an image that another owner uses', async () => {
    await apply({ clients: [kopi({}, { icon: 'icon.svg' })] })
    const other = clientEntry('file', 3, {
      miniPrograms: [miniProgramEntry('file-app', { icon: 'icon.svg' })],
    })
    await apply({ clients: [other] }, { owner: 'assent.yaml' })
    await apply({}, { prune: true })
    expect(await opened.store.readRecord('image', sha256(SVG))).toBeDefined()
    await apply({}, { owner: 'assent.yaml', prune: true })
    expect(await exportText(opened.store, 'all')).toBe('{}\n')
  })

  it('removes the image that no mini program has any more', async () => {
    await apply({ clients: [kopi({}, { icon: toDataUri(SVG) })] })
    await apply({ clients: [kopi({}, { icon: toDataUri(OTHER_SVG) })] }, { prune: true })
    expect(await opened.store.readRecord('image', sha256(SVG))).toBeUndefined()
  })

  it('does not write an image that was exchanged after it was checked', async () => {
    const prepared = await plan({ clients: [kopi({}, { icon: 'icon.svg' })] })
    writeFileSync(join(opened.folder, 'icon.svg'), OTHER_SVG)
    const image = prepared.created.find(({ kind }) => kind === 'image')
    expect(() => image?.read()).toThrow('was changed meanwhile')
  })

  it('lists at most 100 new records of a kind', async () => {
    const miniPrograms = Array.from({ length: 103 }, (_, index) => miniProgramEntry(`x${index}x`))
    const lines = [
      ...linesOfPlan(await plan({ clients: [clientEntry('kopi', 1, { miniPrograms })] })),
    ]
    expect(lines).toHaveLength(1 + 100 + 1 + 1)
    expect(lines.at(-2)).toBe('+ 3 more of the kind miniProgram')
  })
})

describe('a plan that takes over', () => {
  const ofFile = { owner: 'assent.yaml' }

  it('changes the owner of what the file declares, and of nothing else', async () => {
    const teh = clientEntry('teh', 2)
    await apply({ clients: [kopi(), teh] }, ofFile)
    const taking = await plan({ clients: [kopi()] }, { takeOver: true })
    expect([...linesOfPlan(taking)].slice(0, 2)).toEqual([
      '~ client kopi',
      '    owner: "assent.yaml" → "registry"',
    ])
    expect(taking).toMatchObject({ problems: [], created: [], removed: [] })
    await apply({ clients: [kopi()] }, { takeOver: true })
    expect(await opened.store.readRecord('client', 'kopi')).toMatchObject({ owner: 'registry' })
    expect(await opened.store.readRecord('client', 'teh')).toMatchObject({ owner: 'assent.yaml' })
  })

  it('leaves nothing to remove for the former owner', async () => {
    await apply({ clients: [kopi()] }, ofFile)
    await apply({ clients: [kopi()] }, { takeOver: true })
    const { removed, problems } = await plan({}, { ...ofFile, prune: true })
    expect({ removed, problems }).toEqual({ removed: [], problems: [] })
  })
})

describe('a change is refused', () => {
  const oauth = (members = {}) => ({
    clientId: 'web',
    appId: 'kopi-app',
    tokenEndpointAuthMethod: 'none' as const,
    ...members,
  })

  it.each<[string, Partial<Sections>, Partial<Sections>, RegExp]>([
    [
      'when the record has another owner',
      { clients: [kopi()] },
      { clients: [clientEntry('kopi', 1)] },
      /^client kopi belongs to assent\.yaml, and registry declares it as well: remove it from one of them\.$/,
    ],
    [
      'when the client of a mini program does not exist',
      {},
      { clients: [{ clientId: 'none', miniPrograms: [miniProgramEntry('a')] }] },
      /^mini program a names the client none, which does not exist: declare it, or correct the name\.$/,
    ],
    [
      'when a scope does not exist',
      {},
      { clients: [kopi({}, { scopes: ['NONE'] })] },
      /^mini program kopi-app names the scope NONE, which does not exist/,
    ],
    [
      'when the scope of an API does not exist',
      {},
      { apis: [api('points')] },
      /^API points names the scope LOYALTY, which does not exist/,
    ],
    [
      'when the wallet of an OAuth client does not exist',
      {},
      { clients: [kopi({ oauth: [oauth({ walletId: 'none' })] })] },
      /^OAuth client web names the wallet none, which does not exist/,
    ],
    [
      'when a wallet has the key of a client',
      { clients: [kopi()] },
      { wallets: [walletEntry('w', 1)] },
      /^wallet w has a key of client kopi \(owner: assent\.yaml\)\. Each party needs a key of its own/,
    ],
    [
      'when an API has the path of another one',
      { scopes: [LOYALTY], apis: [api('points', { paths: ['/v1/own/{a}'] })] },
      { apis: [api('others', { paths: ['/v1/own/{b}'] })] },
      /^API others and API points \(owner: assent\.yaml\) have the same route POST \/v1\/own\/\{\}, a path: choose another one\.$/,
    ],
    [
      'when a name looks like that of somebody else',
      { clients: [kopi({ name: 'Kopi House' })] },
      { clients: [clientEntry('teh', 2, { name: 'Коpi-House' })] },
      /^client teh has the name Коpi-House, which looks like Kopi House, the name of client kopi \(owner: assent\.yaml\)/,
    ],
    [
      'when two mini programs of one merchant look alike',
      { clients: [kopi()] },
      {
        clients: [
          { clientId: 'kopi', miniPrograms: [miniProgramEntry('b', { name: 'Program kopi-app' })] },
        ],
      },
      /^mini program b has the name Program kopi-app, which looks like Program kopi-app/,
    ],
    [
      'when a scope permits nothing',
      {},
      { scopes: [{ scope: 'LOYALTY', texts }] },
      /^scope LOYALTY permits nothing: give it fields, or name it in the scopes of an API\.$/,
    ],
    [
      'when an OAuth client acts for the mini program of another merchant',
      { clients: [kopi()] },
      { clients: [clientEntry('teh', 2, { oauth: [oauth()] })] },
      /^OAuth client web acts for the mini program kopi-app, which belongs to the client kopi: declare it below that client\.$/,
    ],
    [
      'when the OAuth client of another merchant has the key',
      {
        clients: [
          kopi({
            oauth: [
              oauth({
                tokenEndpointAuthMethod: 'private_key_jwt',
                jwks: [
                  { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
                ],
              }),
            ],
          }),
        ],
      },
      {
        clients: [
          clientEntry('teh', 2, {
            miniPrograms: [miniProgramEntry('teh-app')],
            oauth: [
              {
                clientId: 'teh-web',
                appId: 'teh-app',
                tokenEndpointAuthMethod: 'private_key_jwt',
                jwks: [
                  { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
                ],
              },
            ],
          }),
        ],
      },
      /^OAuth client teh-web has a key of OAuth client web \(owner: assent\.yaml\)/,
    ],
  ])('%s', async (_name, others, sections, message) => {
    await apply(others, { owner: 'assent.yaml' })
    const problems = await problemsOf(sections)
    expect(problems).toEqual([expect.stringMatching(message)])
  })

  it('when it removes what another owner still names', async () => {
    await apply({ clients: [clientEntry('kopi', 1)] })
    const entry = { clientId: 'kopi', miniPrograms: [miniProgramEntry('a')] }
    await apply({ clients: [entry] }, { owner: 'assent.yaml' })
    expect(await problemsOf({}, { prune: true })).toEqual([
      'client kopi cannot be removed, because mini program a (owner: assent.yaml) names it: remove or change that first.',
    ])
  })

  it('when a mini program moves to another merchant and leaves its OAuth client', async () => {
    await apply({ clients: [kopi(), clientEntry('teh', 2)] })
    const web = { clientId: 'kopi', miniPrograms: [], oauth: [oauth()] }
    await apply({ clients: [web] }, { owner: 'assent.yaml' })
    const moved = [
      clientEntry('kopi', 1),
      clientEntry('teh', 2, { miniPrograms: [miniProgramEntry('kopi-app')] }),
    ]
    expect(await problemsOf({ clients: moved })).toEqual([
      expect.stringMatching(
        /^mini program kopi-app moves to the client teh, but the OAuth client web/,
      ),
    ])
  })
})

describe('a change is accepted', () => {
  it('when an OAuth client has a key of its merchant', async () => {
    await apply({ clients: [kopi()] })
    const key = Buffer.from(publicKey(1), 'base64')
    const jwk = createPublicKey({ key, format: 'der', type: 'spki' }).export({ format: 'jwk' })
    const web = {
      clientId: 'web',
      appId: 'kopi-app',
      tokenEndpointAuthMethod: 'private_key_jwt' as const,
      jwks: [jwk as Record<string, unknown>],
    }
    const entry = { clientId: 'kopi', miniPrograms: [], oauth: [web] }
    expect(await problemsOf({ clients: [entry] })).toEqual([])
  })

  it('when names in the registry look alike, and the change gives nobody such a name', async () => {
    await apply({ clients: [kopi({ name: 'Kopi House' })] }, { owner: 'assent.yaml' })
    const teh = clientEntry('teh', 2)
    await apply({ clients: [teh] })
    expect(await problemsOf({ clients: [{ ...teh, contact: 'a@teh.example' }] })).toEqual([])
  })
})

describe('a plan that is made while others write', () => {
  const sections = (clientId: string) => ({ clients: [clientEntry(clientId, 1)] })

  it('is made again when it has seen half of their change', async () => {
    const { store, folder } = opened
    await apply(sections('base'))
    let isChanged = false
    const changing: typeof store = {
      ...store,
      async findRecordsOfAny(lookups) {
        if (!isChanged) await apply(sections('other'), { prune: true })
        isChanged = true
        return store.findRecordsOfAny(lookups)
      },
    }
    const { problems, removed } = await planSections(changing, sections('kopi'), folder, {
      prune: true,
    })
    expect(isChanged).toBe(true)
    expect(problems).toEqual([])
    expect(removed.map(({ id }) => id)).toEqual(['other'])
  })
})
