/**
 * @module The tables of docs/administrators.md, compared with the code.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ADMIN_OPERATIONS } from '../../src/engine/admin/operations.ts'
import {
  isServiceRole,
  MERCHANT_ROLES,
  PLATFORM_ORGANIZATION,
  PLATFORM_ROLES,
  reachOf,
} from '../../src/engine/admin/roles.ts'
import { adminScopeOf } from '../../src/engine/admin/service-accounts.ts'
import { ROOT } from '../support/compiler.ts'

const PAGE = readFileSync(join(ROOT, 'docs/administrators.md'), 'utf8')
const WORDS = { any: 'all', merchants: 'merchants', own: 'own', none: '' } as const

it('has the row of each operation as it is decided', () => {
  const rows = PAGE.split('\n').filter((line) => /^\| `\w+\.\w+`/.test(line))
  const documented = rows.flatMap((line) => {
    const [operations = '', ...cells] = line.slice(1, -1).split('|')
    return [...operations.matchAll(/`([^`]+)`/g)].map(([, operation]) =>
      [operation, ...cells.map((cell) => cell.trim())].join(' | '),
    )
  })
  const decided = ADMIN_OPERATIONS.map((operation) =>
    [
      operation,
      ...PLATFORM_ROLES.map((role) => WORDS[reachOf(PLATFORM_ORGANIZATION, role, operation)]),
      ...MERCHANT_ROLES.map((role) => WORDS[reachOf('merchant', role, operation)]),
    ].join(' | '),
  )
  expect(documented.toSorted()).toEqual(decided.toSorted())
})

it('has the scopes of service accounts', () => {
  const scopes = PAGE.split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`admin:'))
    .map((line) => [...line.matchAll(/`(admin:[^`]+)`/g)].map(([, scope]) => scope))
  expect(scopes).toEqual([
    PLATFORM_ROLES.filter(isServiceRole).map(adminScopeOf),
    MERCHANT_ROLES.filter(isServiceRole).map(adminScopeOf),
  ])
})
