/**
 * Checks docs/dependencies.md against the imports. Each package that packages/*\/src imports needs a row, and only the files and
 * folders that its row names may import it. A row for an unused package is an error.
 * A place in a row is a path below packages/ (`server/src/crypto`, `*` for one folder), a folder of the repository, or a file name.
 */
import { listFiles, packagesOf, read } from './sources.mjs'

const DOCUMENT = 'docs/dependencies.md'

function readRows(markdown) {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && line.endsWith(' |'))
  return rows.slice(1).flatMap((line) => {
    const [names = '', , places = ''] = line.slice(2, -2).split(' | ')
    const paths = [...places.matchAll(/`([^`]+)`/g)].map(([, path]) => path)
    return names
      .replace(/\s*\([^)]*\)/g, '')
      .split(', ')
      .map((name) => ({ name, paths, isForDevelopment: places === 'development' }))
  })
}

function matches(file, place) {
  const path = place.split('*').map(escapePattern).join('[^/]*')
  return new RegExp(`^(?:packages/|.*/)?${path}(?:/|$)`).test(file)
}

function escapePattern(text) {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

const rows = readRows(read(DOCUMENT))
const problems = []

for (const file of listFiles(/\/src\/.*\.tsx?$/, 'packages')) {
  for (const name of new Set(packagesOf(read(file)))) {
    const row = rows.find((one) => one.name === name)
    if (!row) problems.push(`${file} imports ${name}, which has no row in ${DOCUMENT}`)
    else if (!row.paths.some((place) => matches(file, place)))
      problems.push(
        `${file} imports ${name}: its row in ${DOCUMENT} does not name this file or folder`,
      )
  }
}

const everything = listFiles(/\.(tsx?|m?js|json)$/)
  .filter((file) => !file.endsWith('package-lock.json'))
  .map(read)
  .join('\n')
for (const { name } of rows)
  if (!new RegExp(`['"\`/@ ]${escapePattern(name)}['"\`/@ ]`).test(everything))
    problems.push(`${DOCUMENT} has a row for ${name}, which nothing uses`)

for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : 0)
