/**
 * @module Files are parsed entry by entry. Values, problems and positions are those of the whole file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import Type from 'typebox'
import { afterAll, describe, expect, it } from 'vitest'
import { isNode, LineCounter, parseDocument, stringify } from 'yaml'
import { ConfigError, readYamlFile } from '../../src/config/yaml.ts'

const folder = mkdtempSync(join(tmpdir(), 'assent-yaml-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'file.yaml')
const PATHS = [
  [],
  ['a'],
  ['a', 0],
  ['a', 1],
  ['a', 1, 'y'],
  ['a', 0, 'x', 1],
  ['a', 9],
  ['b'],
  ['b', 0],
  ['b', 0, 'r'],
  ['c', 'd'],
]

/** What the product reads: the value, and where its parts are; or the messages with their positions. */
function read(text: string): unknown {
  writeFileSync(file, text)
  try {
    const { value, addIssue } = readYamlFile(file, Type.Unknown())
    const positions = PATHS.map((path) => {
      const { line, column } = addIssue(path, '')
      return [line, column]
    })
    return { value, positions }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ line, column, message }) => ({ line, column, message }))
  }
}

/** What the parser says about the whole text. */
function expected(text: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return [Math.max(line, 1), Math.max(col, 1)]
  }
  if (document.errors.length > 0)
    return document.errors.map(({ pos, message }) => {
      const [line, column] = at(pos[0])
      return { line, column, message }
    })
  try {
    const value: unknown = document.toJS()
    const positions = PATHS.map((path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true)
        if (isNode(node) && node.range) return at(node.range[0])
      }
      return [1, 1]
    })
    return { value, positions }
  } catch (error) {
    return [{ line: 1, column: 1, message: (error as Error).message }]
  }
}

describe('a file has the same values, problems and positions in parts as in whole', () => {
  it.each<[string, string]>([
    ['JSON', '{"a":[{"x":[1,2]},{"y":[{"z":"q}\\"]"}]}],"b":[{"r":null}],"c":{"d":[{}]}}'],
    ['JSON on lines', '{\n  "a": [\n    { "x": 1 },\n    { "y": "\\u0041" }\n  ]\n}\n'],
    ['JSON with a name twice in an entry', '{"a":[{"x":1},{"x":1,"y":2,"x":3}]}'],
    ['JSON with a name twice at the top', '{"a":[{"x":1}],"a":[{"x":2}]}'],
    ['JSON with a comma too many', '{"a":[{"x":1},]}'],
    ['JSON with a text that does not end', '{"a":[{"x":1},{"y":"]}'],
    ['JSON with names that are numbers', '{"2":[{"k":1}],"1":[{"m":2}],"a":[{"x":1}]}'],
    ['JSON with a prototype', '{"a":[{"__proto__":{"x":1}}]}'],
    ['JSON with other elements', '{"a":[{"x":1},"s",3,[{"t":1}]]}'],
    ['flow style', '{a: [{x: 1}, {y: [2]}], b: [{r: "q"}]}'],
    ['a placeholder', '{"a":[{"x":1},"\ue0000"]}'],
    ['block style', 'a:\n- x:\n    - 1\n    - 2\n- y: 3\nb:\n  - r: 1\n'],
    ['other indents', 'a:\n-   x: 1\n    y: 2\n-\n  y: 3\n- - 1\n  - 2\n- {x: y}\n'],
    ['comments', '# top\na:\n# one\n- x: 1 # x\n\n# two\n- y: 2\n# end\nc:\n  d: 1\n'],
    ['a text block', 'a:\n- x: |+\n    - one\n\n    two\n\n\n- y: >-\n    three\n    four\n'],
    ['Windows lines', 'a:\r\n- x: 1\r\n- y: 2\r\nc:\r\n  d: 3\r\n'],
    ['an alias of another entry', 'a:\n- &one {x: 1}\n- *one\n'],
    ['an alias of an entry elsewhere', 'a:\n- &one {x: 1}\nc:\n  d: *one\n'],
    ['an alias that does not exist', 'a:\n- x: *none\n'],
    ['an anchor within an entry', 'a:\n- x: &one [1, 2]\n  y: *one\n'],
    ['a quoted text of several lines', 'a: "\n- y\nb: z"\n'],
    ['an indented text of several lines', 'a:\n- x: "q\n    r"\n- y: one\n    two\n'],
    ['a wrong indent', 'a:\n- x: 1\n y: 2\n'],
    ['a tab', 'a:\n- x: 1\n\ty: 2\n'],
    ['a name twice at the top', 'a:\n- x: 1\nb:\n- r: 1\na:\n- y: 1\n'],
    ['a name twice in an entry', 'a:\n- x: 1\n- y: 1\n  y: 2\n'],
    ['document marks', '---\na:\n- x: 1\n- y: 2\n'],
    ['two documents', 'a:\n- x: 1\n---\na:\n- y: 1\n'],
    ['a list', '- x: 1\n- y: 2\n'],
    ['a tag', 'a:\n- !!str 1\n- y: !!int "2"\n'],
    ['a comment only', '# nothing\n'],
    ['a null', 'a:\n-\n- ~\n'],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual(expected(text))
  })

  const value = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'long name'),
    fc.oneof(
      fc.array(
        fc.oneof(
          fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 })),
          fc.string(),
        ),
      ),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  )

  it('whatever it contains', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 0, 2), (content, indent) => {
        const texts = [
          JSON.stringify(content, undefined, indent),
          stringify(content, { lineWidth: 0 }),
          stringify(content, { lineWidth: 20, indentSeq: false }),
        ]
        for (const text of texts) expect(read(text)).toEqual(expected(text))
      }),
      { numRuns: 25 },
    )
  })
})
