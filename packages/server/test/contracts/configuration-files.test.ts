/**
 * @module The committed JSON Schemas of assent.yaml and registry.yaml, in a validator that others use: it accepts the YAML of the
 * documentation.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { DISPLAY_TEXT_KEYWORD, RELOADABLE_KEYWORD } from '../../src/config/schema/fields.ts'
import { completeConfig } from '../docs/config-blocks.ts'
import { BLOCKS } from '../docs/pages.ts'
import { ROOT } from '../support/compiler.ts'
import { testConfig } from '../support/server.ts'

const DOCS = join(ROOT, 'docs')

function validatorOf(file: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false })
  ajv.addVocabulary([RELOADABLE_KEYWORD, DISPLAY_TEXT_KEYWORD])
  return ajv.compile(JSON.parse(readFileSync(join(DOCS, 'contracts', file), 'utf8')))
}

const ASSENT = validatorOf('assent.schema.json')
const REGISTRY = validatorOf('registry.schema.json')

const YAML = BLOCKS.filter(({ language }) => language === 'yaml')

function problemsOf(validate: ValidateFunction, value: unknown): readonly string[] {
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

it.each([
  ['assent', (code: string) => problemsOf(ASSENT, completeConfig(code))],
  ['registry', (code: string) => problemsOf(REGISTRY, parse(code))],
] as const)('accepts the blocks tagged yaml %s', (tag, check) => {
  const blocks = YAML.filter(({ tags }) => tags.includes(tag))
  const problems = blocks.map(({ file, line, code }) => [`${file}:${line}`, check(code)])
  expect(blocks.length).toBeGreaterThan(1)
  expect(problems.filter(([, found]) => found?.length !== 0)).toEqual([])
})

it('accepts a complete file', () => {
  expect(ASSENT(testConfig())).toBe(true)
})

it.each<[string, unknown]>([
  ['an unknown member', { ...testConfig(), colour: 'red' }],
  ['a missing member', { ...testConfig(), issuer: undefined }],
  ['a value of another type', { ...testConfig(), logLevel: 7 }],
])('refuses %s', (_title, value) => {
  expect(ASSENT(JSON.parse(JSON.stringify(value)))).toBe(false)
})
