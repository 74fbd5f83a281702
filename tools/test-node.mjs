/**
 * Runs the fast suite with another version of Node.js, which npm downloads when it is missing.
 *   npm run test:node -- 24
 *   npm run test:node -- 24 packages/server/test/engine
 * Child processes of the tests use that version too, because they start `process.execPath` or `node` from PATH.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VITEST = 'node_modules/vitest/vitest.mjs'

const [version, ...filters] = process.argv.slice(2)
if (!version || !/^\d+(\.\d+){0,2}$/.test(version)) {
  console.error('Specify a version of Node.js: npm run test:node -- 24')
  process.exit(2)
}

function run(...parameters) {
  const { status, error } = spawnSync(
    'npx',
    ['--yes', `--package=node@${version}`, 'node', ...parameters],
    { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' },
  )
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

run('--version')
run(VITEST, 'run', '--project', 'embedded', ...filters)
