/**
 * @module Form parameters: standard encodings are decoded exactly, and ambiguous encodings are rejected.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForm } from '../../../src/http/oauth/form-parameters.ts'
import { PARAMETERS, type ParameterName } from '../../../src/http/oauth/parameters.ts'

const text = fc
  .string({ maxLength: 40, unit: 'grapheme' })
  .filter((one) => !/\p{Cc}|\ufffd/u.test(one))

/** Without the parameters that may be sent several times. */
const name = text.filter((one) => one !== 'resource' && one !== 'audience')

/** Parameters that are long enough for every text. */
const parameter = fc.constantFrom(
  ...(Object.keys(PARAMETERS) as ParameterName[]).filter((one) => PARAMETERS[one].maxBytes > 2048),
)

describe('readForm', () => {
  it('decodes the encoding of URLSearchParams', () => {
    fc.assert(
      fc.property(fc.dictionary(parameter, text), fc.dictionary(name, text), (known, others) => {
        const fields = { ...others, ...known }
        const form = readForm(new URLSearchParams(fields).toString())
        expect(form.names).toEqual(Object.keys(fields))
        const names = Object.keys(known) as ParameterName[]
        expect(names.map((one) => form.get(one) ?? '')).toEqual(Object.values(known))
      }),
    )
  })

  it.each([
    { form: '', names: [] },
    { form: '&&sub=1&', names: ['sub'] },
    { form: 'sub', names: ['sub'] },
    { form: 'sub=b=c', names: ['sub'], sub: 'b=c' },
    { form: 'sub=x+y%20z%2B', names: ['sub'], sub: 'x y z+' },
    { form: 'sub=%C3%A9', names: ['sub'], sub: 'é' },
    { form: 's%75b=1', names: ['sub'], sub: '1' },
    { form: '?a=1', names: ['?a'] },
  ])('reads $form', ({ form, names, sub }) => {
    const read = readForm(form)
    expect(read.names).toEqual(names)
    if (sub !== undefined) expect(read.get('sub')).toBe(sub)
  })

  it.each([
    { form: 'a=1&%61=2', message: 'a was sent twice' },
    { form: Array.from({ length: 65 }, (_, n) => `a${n}=1`).join('&'), message: 'more than 64' },
  ])('rejects $form', ({ form, message }) => {
    expect(() => readForm(form)).toThrow(message)
  })

  it.each([
    { form: 'sub=%', message: 'invalid UTF-8' },
    { form: 'sub=%4', message: 'invalid UTF-8' },
    { form: 'sub=%zz', message: 'invalid UTF-8' },
    { form: 'sub=%ff', message: 'invalid UTF-8' },
    { form: 'sub=%c3', message: 'invalid UTF-8' },
    { form: 'sub=%ed%a0%80', message: 'invalid UTF-8' },
    { form: 'sub=%00', message: 'control characters or invalid UTF-8' },
    { form: 'sub=\ufffd', message: 'control characters or invalid UTF-8' },
    { form: `sub=${'x'.repeat(1025)}`, message: 'sub is longer than 1024 bytes' },
    { form: `sub=${'é'.repeat(513)}`, message: 'sub is longer than 1024 bytes' },
  ])('rejects $form when the parameter is read, and ignores it otherwise', ({ form, message }) => {
    const read = readForm(`${form}&code=1`)
    expect(() => read.get('sub')).toThrow(message)
    expect(() => read.require('sub')).toThrow(message)
    expect(read.get('code')).toBe('1')
  })

  it('ignores a name that cannot be decoded', () => {
    expect(readForm('%zz=a&code=1').get('code')).toBe('1')
  })

  it('checks resources when they are read', () => {
    const five = readForm('resource=a&'.repeat(5))
    expect(() => five.list('resource')).toThrow('more than 4')
    expect(() => readForm('resource=%zz').list('resource')).toThrow('invalid UTF-8')
  })
})
