/**
 * @module What an invalid request is told: which member, and what it has to be.
 */
import Type from 'typebox'
import { expect, it } from 'vitest'
import { validatorOf } from '../../../src/admin-api/requests/validation.ts'
import { reason } from '../../../src/admin-api/schemas.ts'

const schema = Type.Object(
  {
    reason,
    state: Type.Optional(Type.Literal('active')),
    names: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z]+$' }))),
  },
  { additionalProperties: false },
)

it.each<[object, string, string | RegExp]>([
  [{ reason: ' ' }, '/reason', /^must match pattern "\\S": Why\. It is recorded/],
  [{ reason: 'x', state: 'gone' }, '/state', 'must be "active".'],
  [{ reason: 'x', names: ['A'] }, '/names/0', 'must match pattern "^[a-z]+$".'],
  [{ reason: 'x', other: 1 }, '/other', 'is not a known member.'],
])('%j → %s %s', (body, pointer, detail) => {
  const [issue, ...others] = validatorOf(schema)(body)
  expect(others).toEqual([])
  expect(issue?.pointer).toBe(pointer)
  expect(issue?.detail).toMatch(detail)
})
