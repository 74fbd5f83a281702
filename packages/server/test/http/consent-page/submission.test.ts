/**
 * @module The submitted form of the consent prompt: which scopes and which duration it grants.
 */
import type { SheetScope } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { AssentError } from '../../../src/engine/errors.ts'
import { parseSubmission } from '../../../src/http/consent-page/submission.ts'

function scopeOf(scope: string, more: Partial<SheetScope> = {}): SheetScope {
  return { scope, title: '', description: '', required: false, fields: [], ...more }
}

type OfferedChoices = Parameters<typeof parseSubmission>[1]

function sheetOf(...scopes: readonly SheetScope[]): OfferedChoices {
  return { scopes, lifetimes: ['once', '30d'], lifetime: '30d' }
}

const NAME = scopeOf('USER_NAME')
const BIRTHDAY = scopeOf('USER_BIRTHDAY')
const OVER_18 = scopeOf('USER_AGE_OVER_18', { insteadOf: 'USER_BIRTHDAY' })
const EMAIL = scopeOf('USER_EMAIL', { required: true })

function submit(sheet: OfferedChoices, fields: Readonly<Record<string, string>>) {
  return parseSubmission(new URLSearchParams(fields), sheet)
}

describe(parseSubmission, () => {
  it('grants nothing on “decline”, even when scopes are switched on', () => {
    expect(submit(sheetOf(NAME, BIRTHDAY), { answer: 'decline', granted: 'USER_NAME' })).toEqual({
      kind: 'decide',
      granted: [],
    })
  })

  it('dismisses the prompt on “dismiss”', () => {
    expect(submit(sheetOf(NAME), { answer: 'dismiss' })).toEqual({ kind: 'dismiss' })
  })

  it.each([{}, { answer: '' }, { answer: 'yes' }])('is incomplete with the fields %o', (fields) => {
    expect(submit(sheetOf(NAME), fields)).toEqual({ kind: 'incomplete', isSelectionEmpty: false })
  })

  it('is incomplete on “allow” when no scope is switched on', () => {
    expect(submit(sheetOf(NAME, BIRTHDAY), { answer: 'allow' })).toEqual({
      kind: 'incomplete',
      isSelectionEmpty: true,
    })
  })

  it.each([
    { name: 'the only scope', sheet: sheetOf(NAME), fields: {}, granted: ['USER_NAME'] },
    {
      name: 'required scopes, and optional scopes that are switched on',
      sheet: sheetOf(EMAIL, NAME, BIRTHDAY),
      fields: { granted: 'USER_NAME' },
      granted: ['USER_EMAIL', 'USER_NAME'],
    },
    {
      name: 'the narrowest alternative by default',
      sheet: sheetOf(BIRTHDAY, OVER_18),
      fields: {},
      granted: ['USER_AGE_OVER_18'],
    },
    {
      name: 'the alternative that the user has selected',
      sheet: sheetOf(BIRTHDAY, OVER_18),
      fields: { 'choice:USER_BIRTHDAY': 'USER_BIRTHDAY' },
      granted: ['USER_BIRTHDAY'],
    },
  ])('grants $name on “allow”', ({ sheet, fields, granted }) => {
    expect(submit(sheet, { answer: 'allow', ...fields })).toEqual({
      kind: 'decide',
      granted,
      lifetime: '30d',
    })
  })

  it('uses the duration that the user has chosen', () => {
    expect(submit(sheetOf(NAME), { answer: 'allow', lifetime: 'once' })).toMatchObject({
      lifetime: 'once',
    })
  })

  it('rejects a duration that the prompt has not offered', () => {
    const invalid = () => submit(sheetOf(NAME), { answer: 'allow', lifetime: '1y' })
    expect(invalid).toThrow(new AssentError('DECISION_INVALID'))
  })
})
