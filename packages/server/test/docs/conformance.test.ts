/**
 * @module The list of modules in docs/conformance.md: each names a test that exists.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const DOCUMENT = new URL('../../../../docs/conformance.md', import.meta.url)
const FOLDER = new URL('../conformance/', import.meta.url)

const ROW = /^\| `([\w-]+)` \| (?:`([^`]+)`: `([^`]+)`|(not (?:run|done): .+)) \|$/
const rows = readFileSync(DOCUMENT, 'utf8')
  .split('\n')
  .filter((line) => /^\| `(oidcc|fapi2)-/.test(line))

it('has a row for each module, with a test or a reason', () => {
  expect(rows.length).toBeGreaterThan(140)
  expect(rows.filter((row) => !ROW.test(row))).toEqual([])
})

it('names tests that exist', () => {
  const missing = rows.filter((row) => {
    const [, , file, title] = ROW.exec(row) ?? []
    if (file === undefined || title === undefined) return false
    const path = new URL(file, FOLDER)
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title)
  })
  expect(missing).toEqual([])
})
