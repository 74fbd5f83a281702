/**
 * Makes a release.
 *
 *   npm run release -- VERSION [--dry-run] [--key SSH-KEY]
 *   npm run release -- --rebuild [--builder URI] [--key SSH-KEY]
 *
 * The first form sets the version, closes the unreleased section of CHANGELOG.md, and makes the commit and the tag; then it writes the files
 * of the release into release/VERSION. A second commit has the fixture of the release, for tests of upgrades. Nothing is pushed. All of it is
 * made in a clone in a temporary folder, so a failure changes nothing here. --dry-run stops before anything is taken over.
 *
 * The second form writes the files of the release whose tag the current commit has. They are the same on every machine with the same
 * versions of Node.js and npm.
 *
 * SOURCE_DATE_EPOCH sets the time of the commit and of the changelog. Two runs with the same one make the same commit.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import semver from 'semver'
import { buildClone, run, writeArtifacts } from './release/artifacts.mjs'
import { closeUnreleased } from './release/changelog.mjs'
import { readJson, setVersion } from './release/versions.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const FIXTURES = 'packages/server/test/fixtures/releases'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'dry-run': { type: 'boolean', default: false },
    rebuild: { type: 'boolean', default: false },
    builder: { type: 'string' },
    key: { type: 'string' },
  },
})
const { 'dry-run': isDryRun, builder } = values
const key = values.key && resolve(values.key)
const [requested] = positionals
const now = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000))
const dates = { GIT_AUTHOR_DATE: `${now} +0000`, GIT_COMMITTER_DATE: `${now} +0000` }

const git = (folder, ...parameters) =>
  execFileSync('git', parameters, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...dates },
  }).trim()

function refuse(message) {
  console.error(message)
  process.exit(1)
}

/** Runs with a clone of the current commit, which is deleted afterwards. */
function withClone(use) {
  const folder = mkdtempSync(join(tmpdir(), 'assent-release-'))
  const clone = join(folder, 'clone')
  try {
    git(root, 'clone', '--quiet', '--shared', root, clone)
    git(clone, 'checkout', '--quiet', '-B', 'release', git(root, 'rev-parse', 'HEAD'))
    return use(clone, join(folder, 'files'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function commit(clone, message) {
  git(clone, 'add', '--all')
  git(clone, 'commit', '--quiet', '--message', message)
}

/** The commit of the release, its tag, and the commit with its fixture. */
function makeRelease(version) {
  withClone((clone, files) => {
    for (const name of ['user.name', 'user.email'])
      git(clone, 'config', name, git(root, 'config', name))
    const changelog = join(clone, 'CHANGELOG.md')
    const date = new Date(now * 1000).toISOString().slice(0, 10)
    writeFileSync(changelog, closeUnreleased(readFileSync(changelog, 'utf8'), version, date))
    setVersion(clone, version)
    buildClone(clone)
    commit(clone, `chore(release): ${version}`)
    git(clone, 'tag', '--annotate', `v${version}`, '--message', `Assent ${version}`)
    writeArtifacts(clone, files, { builder, key })
    if (isDryRun) return report(files)
    const assent = join(clone, 'packages/server/dist/assent.js')
    const fixture = join(FIXTURES, version)
    run(
      clone,
      'node',
      'packages/server/test/releases/make-fixture.mjs',
      '--assent',
      assent,
      '--out',
      fixture,
    )
    commit(clone, `test(releases): keep a database of ${version}`)
    takeOver(clone, version, files)
  })
}

function takeOver(clone, version, files) {
  git(root, 'fetch', '--quiet', clone, 'release', `refs/tags/v${version}:refs/tags/v${version}`)
  git(root, 'merge', '--quiet', '--ff-only', git(clone, 'rev-parse', 'HEAD'))
  publish(version, files)
  console.log(`Next: git push --follow-tags`)
}

function publish(version, files) {
  const target = join(root, 'release', version)
  rmSync(target, { recursive: true, force: true })
  cpSync(files, target, { recursive: true })
  report(files)
  console.log(`The files are in release/${version}.`)
}

function report(files) {
  console.log(readFileSync(join(files, 'SHA256SUMS'), 'utf8').trim())
}

if (git(root, 'status', '--porcelain') !== '')
  refuse('There are changes that are not committed. Commit or remove them first.')
const { version: current } = readJson(join(root, 'package.json'))
if (values.rebuild) {
  if (!git(root, 'tag', '--points-at', 'HEAD').split('\n').includes(`v${current}`))
    refuse(`The current commit does not have the tag v${current}.`)
  withClone((clone, files) => {
    buildClone(clone)
    writeArtifacts(clone, files, { builder, key })
    publish(current, files)
  })
} else {
  if (!semver.valid(requested))
    refuse('Usage: npm run release -- VERSION [--dry-run] [--key SSH-KEY], or --rebuild')
  if (!semver.gt(requested, current))
    refuse(`The version ${requested} is not later than ${current}.`)
  if (key && !existsSync(key)) refuse(`There is no key ${key}.`)
  makeRelease(requested)
}
