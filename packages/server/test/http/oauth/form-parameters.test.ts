/**
 * @module Form parameters: standard encodings are decoded exactly, and ambiguous encodings are rejected.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForm } from '../../../src/http/oauth/form-parameters.ts'

const text = fc
  .string({ maxLength: 40, unit: 'grapheme' })
  .filter((one) => !/\p{Cc}|\ufffd/u.test(one))

/** Without the parameters that may be sent several times. */
const name = text.filter((one) => one !== 'resource' && one !== 'audience')

describe('readForm', () => {
  it('decodes the encoding of URLSearchParams', () => {
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
    { form: 'a=1&%61=2', message: 'a was sent twice' },
    { form: Array.from({ length: 65 }, (_, n) => `a${n}=1`).join('&'), message: 'more than 64' },
  ])('rejects $form', ({ form, message }) => {
    expect(() => readForm(form)).toThrow(message)
  })

  it.each([
    { form: 'a=%', message: 'invalid UTF-8' },
    { form: 'a=%4', message: 'invalid UTF-8' },
    { form: 'a=%zz', message: 'invalid UTF-8' },
    { form: 'a=%ff', message: 'invalid UTF-8' },
    { form: 'a=%c3', message: 'invalid UTF-8' },
    { form: 'a=%ed%a0%80', message: 'invalid UTF-8' },
    { form: 'a=%00', message: 'control characters or invalid UTF-8' },
    { form: 'a=\ufffd', message: 'control characters or invalid UTF-8' },
    { form: `a=${'x'.repeat(1025)}`, message: 'a is longer than 1024 bytes' },
    { form: `a=${'é'.repeat(513)}`, message: 'a is longer than 1024 bytes' },
  ])('rejects $form when the parameter is read, and ignores it otherwise', ({ form, message }) => {
    const read = readForm(`${form}&b=1`)
    expect(() => read.get('a')).toThrow(message)
    expect(() => read.require('a')).toThrow(message)
    expect(read.get('b')).toBe('1')
  })

  it('ignores a name that cannot be decoded', () => {
    expect(readForm('%zz=a&b=1').get('b')).toBe('1')
  })

  it('checks resources when they are read', () => {
    const five = readForm('resource=a&'.repeat(5))
    expect(() => five.list('resource')).toThrow('more than 4')
    expect(() => readForm('resource=%zz').list('resource')).toThrow('invalid UTF-8')
  })
})
