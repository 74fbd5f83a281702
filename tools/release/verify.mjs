/**
 * Verifies a release. It is part of the release, and needs nothing but Node.js:
 *
 *   node verify.mjs
 *
 * Every file has the checksum that SHA256SUMS says. The packages of the lock file are those of the bill of materials, with the same
 * hashes. After `npm ci`, so are the packages that are installed. The signature of SHA256SUMS is verified by ssh-keygen, not here.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const read = (name) => readFileSync(join(folder, name), 'utf8')
const problems = []

const checksums = read('SHA256SUMS').trim().split('\n')
for (const line of checksums) {
  const [expected, name] = line.split(/ [ *]/)
  const isPresent = existsSync(join(folder, name))
  const content = isPresent && readFileSync(join(folder, name))
  if (!isPresent) problems.push(`${name} is missing.`)
  else if (createHash('sha256').update(content).digest('hex') !== expected)
    problems.push(`${name} has another checksum than SHA256SUMS says.`)
}

/** Place, version and hash of each package of the bill of materials. */
const components = new Map(
  JSON.parse(read('sbom.cdx.json')).components.map(({ version, properties, hashes, scope }) => {
    const { value } = properties.find(({ name }) => name === 'cdx:npm:package:path')
    return [value, { version, hash: hashes[0].content, isOptional: scope === 'optional' }]
  }),
)

/** @param mayLack whether a package of the bill may be absent */
function compare(lockFile, mayLack) {
  const { packages } = JSON.parse(read(lockFile))
  for (const [place, { version, integrity = '' }] of Object.entries(packages)) {
    if (place === '') continue
    const component = components.get(place)
    const hash = Buffer.from(integrity.split('-')[1] ?? '', 'base64').toString('hex')
    if (!component) problems.push(`${lockFile}: ${place} is not in sbom.cdx.json.`)
    else if (component.version !== version || component.hash !== hash)
      problems.push(`${lockFile}: ${place} ${version} is not what sbom.cdx.json says.`)
  }
  for (const [place, component] of components)
    if (!packages[place] && !mayLack(component))
      problems.push(`${lockFile}: ${place} of sbom.cdx.json is missing.`)
  return Object.keys(packages).filter(Boolean).length
}

console.log(`${checksums.length} files, ${components.size} packages in sbom.cdx.json`)
compare('package-lock.json', () => false)
const INSTALLED = 'node_modules/.package-lock.json'
if (existsSync(join(folder, INSTALLED))) {
  // Packages for other platforms are not installed.
  const count = compare(INSTALLED, ({ isOptional }) => isOptional)
  for (const [place, { version, isOptional }] of components) {
    const manifest = join(folder, place, 'package.json')
    if (!existsSync(manifest)) {
      if (!isOptional) problems.push(`${place} is not installed.`)
    } else if (JSON.parse(readFileSync(manifest, 'utf8')).version !== version)
      problems.push(`${place} has another version than sbom.cdx.json says.`)
  }
  console.log(`${count} packages are installed`)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else console.log('The release is complete and unchanged.')
