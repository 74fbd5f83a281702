/**
 * @module Checks of the names in assent.yaml: IDs are unique, and no name can be mistaken for another.
 */
import { normalizeText, problemOfText } from '../../engine/texts/display-text.ts'
import { createNameIndex } from '../../engine/texts/look-alikes.ts'
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

export function checkUniqueIds({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
  const apps = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.map(({ appId }, index) => ({
      id: appId,
      path: ['clients', client, 'miniPrograms', index, 'appId'],
    })),
  )
  const wallets = value.wallets.map(({ walletId }, index) => ({
    id: walletId,
    path: ['wallets', index, 'walletId'],
  }))
  const clients = value.clients.map(({ clientId }, index) => ({
    id: clientId,
    path: ['clients', index, 'clientId'],
  }))
  return [apps, wallets, clients].flatMap((ids) => {
    const seen = new Set<string>()
    return ids.flatMap(({ id, path }) => {
      const isDuplicate = seen.has(id)
      seen.add(id)
      return isDuplicate ? [addIssue(path, `must be unique, but ${id} appears more than once`)] : []
    })
  })
}

type Name = {
  readonly name: string
  readonly path: readonly (string | number)[]
  /** Whose name it is. The names of one owner may be alike. */
  readonly owner: string
  readonly id: string
}

/**
 * Users recognize wallets, merchants and mini programs by their names, so no name looks like that of another. The first one in the
 * file keeps its name. When the file is reloaded, names in use stay.
 * @param running the configuration in use
 * @see docs/configuration.md#names-that-look-alike
 */
export function checkLookAlikes(
  { value, addIssue }: YamlFile<Sections>,
  running: Pick<Sections, 'wallets' | 'clients'> | undefined,
): readonly ConfigIssue[] {
  const inUse = new Set(running && namesOf(running).map(identityOf))
  const isInUse = (name: Name): boolean => inUse.has(identityOf(name))
  const names = namesOf(value)
  const index = createNameIndex<Name>()
  return [...names.filter(isInUse), ...names.filter((name) => !isInUse(name))].flatMap((name) => {
    const other = index.find(name.name).find((found) => !mayBeAlike(found, name))
    // A name that cannot be shown takes no name from others.
    const isTaken = other === undefined && problemOfText(name.name, Infinity) === undefined
    if (isTaken) index.add(name.name, name)
    return other === undefined
      ? []
      : [
          addIssue(
            name.path,
            `${name.name} looks like ${other.name}, the name of ${other.path.join('/')}: choose a name that users cannot confuse with it`,
          ),
        ]
  })
}

function namesOf({ wallets, clients }: Pick<Sections, 'wallets' | 'clients'>): readonly Name[] {
  return [
    ...wallets.map(({ walletId, name = walletId }, wallet) => ({
      name,
      path: ['wallets', wallet, 'name'],
      owner: WALLETS,
      id: walletId,
    })),
    ...clients.flatMap(({ clientId, name, miniPrograms }, client) => [
      ...(name === undefined
        ? []
        : [{ name, path: ['clients', client, 'name'], owner: clientId, id: '' }]),
      ...miniPrograms.map(({ appId, name: appName }, app) => ({
        name: appName,
        path: ['clients', client, 'miniPrograms', app, 'name'],
        owner: clientId,
        id: appId,
      })),
    ]),
  ]
}

/** The operator may give several wallets the same name. */
const WALLETS = ''

/** A mini program may bear the name of its merchant. Two of its mini programs must differ, so that users know which one asks. */
function mayBeAlike(one: Name, other: Name): boolean {
  if (one.owner !== other.owner) return false
  return one.owner === WALLETS ? one.name === other.name : one.id === '' || other.id === ''
}

function identityOf({ owner, id, name }: Name): string {
  return JSON.stringify([owner, id, normalizeText(name)])
}
