/**
 * @module What a form says: what is written the standard's way is read as it was written, and what has two readings is refused.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForm } from '../../../src/http/oauth/form-parameters.ts'

const text = fc
  .string({ maxLength: 40, unit: 'grapheme' })
  .filter((one) => !/\p{Cc}|\ufffd/u.test(one))

/** One may be there several times, and is kept apart. */
const name = text.filter((one) => one !== 'resource')

describe('readForm', () => {
  it('reads what the standard writes', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text, { maxKeys: 20 }), (fields) => {
        const form = readForm(new URLSearchParams(fields).toString())
        const read = form.names.map((one) => [one, form.get(one) ?? ''])
        expect(read).toEqual(Object.entries(fields))
      }),
    )
  })

  it.each([
    { form: '', names: [] },
    { form: '&&a=1&', names: ['a'] },
    { form: 'a', names: ['a'] },
    { form: 'a=b=c', names: ['a'], a: 'b=c' },
    { form: 'a=x+y%20z%2B', names: ['a'], a: 'x y z+' },
    { form: 'a=%C3%A9', names: ['a'], a: 'é' },
    { form: '%61=1', names: ['a'], a: '1' },
    { form: '?a=1', names: ['?a'] },
  ])('reads $form', ({ form, names, a }) => {
    const read = readForm(form)
    expect(read.names).toEqual(names)
    if (a !== undefined) expect(read.get('a')).toBe(a)
  })

  it.each([
    { form: 'a=%', says: 'percent sign' },
    { form: 'a=%4', says: 'percent sign' },
    { form: 'a=%zz', says: 'percent sign' },
    { form: '%zz=a', says: 'percent sign' },
    { form: 'a=%ff', says: 'not UTF-8' },
    { form: 'a=%c3', says: 'not UTF-8' },
    { form: 'a=%ed%a0%80', says: 'not UTF-8' },
    { form: 'a=%00', says: 'cannot be read' },
    { form: 'a=\ufffd', says: 'cannot be read' },
    { form: 'a=1&%61=2', says: 'a is there twice' },
    { form: `a=${'x'.repeat(1025)}`, says: 'a is too long' },
    { form: Array.from({ length: 65 }, (_, n) => `a${n}=1`).join('&'), says: 'more than 64' },
  ])('refuses $form', ({ form, says }) => {
    expect(() => readForm(form)).toThrow(says)
  })
})
