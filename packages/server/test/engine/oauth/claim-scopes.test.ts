/**
 * @module The scopes that requested claims need.
 */
import type { UserField } from '@assent/protocol'
import { expect, it } from 'vitest'
import { scopesForFields } from '../../../src/engine/oauth/claim-scopes.ts'
import { STANDARD_SCOPES } from '../../../src/engine/standard-scopes.ts'

const scopes = new Map(STANDARD_SCOPES.map((entry) => [entry.scope, entry]))

it.each<[string, readonly string[], readonly UserField[], readonly string[], readonly string[]]>([
  [
    'the narrowest approved scope',
    ['profile', 'USER_NAME'],
    ['userName'],
    ['openid'],
    ['USER_NAME'],
  ],
  ['a broader one, if it is the only one', ['profile'], ['userName'], ['openid'], ['profile']],
  ['none for a field that is requested already', ['USER_NAME'], ['userName'], ['profile'], []],
  ['none if no scope is approved', ['openid'], ['userName'], ['openid'], []],
  ['each scope once', ['auth_user'], ['nickName', 'avatar'], ['openid'], ['auth_user']],
])('chooses %s', (_, approved, fields, requested, expected) => {
  const miniProgram = { scopes: new Set(approved) }
  expect(scopesForFields({ scopes }, miniProgram, fields, requested)).toEqual(expected)
})
