/**
 * Packs every package, installs the packages in an empty folder as a user would, and uses them from there. This detects files that
 * are missing from a package, and dependencies that do not run on every version of Node that a package states.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { subset } from 'semver'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'assent-pack-'))
const packages = [
  'packages/protocol',
  'packages/server',
  'packages/merchant',
  'packages/admin-client',
  'packages/jsapi',
  'examples',
]
const run = (command, parameters, cwd = folder) =>
  execFileSync(command, parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** Every package has the files that its page shows, and states no Node version that a dependency excludes. */
function checkInstalled(modules) {
  const { node } = readJson(join(root, 'package.json')).engines
  for (const name of packages.map((path) => readJson(join(root, path, 'package.json')).name)) {
    for (const file of ['README.md', 'LICENSE'])
      if (!existsSync(join(modules, name, file))) throw new Error(`${name} has no ${file}.`)
    if (readJson(join(modules, name, 'package.json')).engines.node !== node)
      throw new Error(`${name} does not state the Node versions ${node}.`)
  }
  for (const [path, { engines, optional }] of Object.entries(
    readJson(join(modules, '.package-lock.json')).packages,
  )) {
    if (engines?.node && !optional && !subset(node, engines.node))
      throw new Error(`${path} needs Node ${engines.node}, but the packages state ${node}.`)
  }
}

try {
  for (const name of packages)
    run('npm', ['pack', '--silent', '--workspace', name, '--pack-destination', folder], root)
  const tarballs = readdirSync(folder).map((name) => `./${name}`)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs])
  checkInstalled(join(folder, 'node_modules'))
  const script = `
    import { createRequire } from 'node:module'
    const require = createRequire(import.meta.url)
    for (const name of ['@assent/protocol', '@assent/server', '@assent/merchant', '@assent/admin-client', '@assent/jsapi/host', '@assent/demo']) {
      const imported = await import(name)
      if (Object.keys(imported).length === 0) throw new Error(name + ' has no exports.')
      if (Object.keys(require(name)).join() !== Object.keys(imported).join()) throw new Error(name + ' cannot be loaded with require.')
    }
    for (const file of ['@assent/server/assent.schema.json', '@assent/server/registry.schema.json', '@assent/jsapi/my.js', '@assent/jsapi/host-core.js', '@assent/jsapi/host-page.html', '@assent/jsapi/react-native']) require.resolve(file)

    const { startDemo } = await import('@assent/demo')
    const ports = { platform: 7390, wallet: 7391, miniProgram: 7392, merchant: 7393, upstream: 7394 }
    const demo = await startDemo(() => {}, { ports })
    const { platform, wallet, miniProgram } = demo.setup.urls
    for (const url of [
      platform + '/readyz',
      platform + '/docs/reference/wallet-api',
      platform + '/docs/causes/NO_USER_GESTURE',
      platform + '/consent/icons/kopi-house',
      wallet + '/bundle/wallet.js',
      wallet + '/wallet.css',
      miniProgram + '/kopi/',
      miniProgram + '/my.js',
      miniProgram + '/bundle/mini-program.js',
    ]) {
      const { status } = await fetch(url)
      if (status !== 200) throw new Error(url + ' responded with status ' + status + '.')
    }
    const page = await fetch(platform + '/consent/cr_unknown')
    if (!(await page.text()).includes('This request has expired or was already answered')) throw new Error('The consent page was not served.')
    await demo.close()
  `
  writeFileSync(join(folder, 'use.mjs'), script)
  run('node', ['use.mjs'])
  const help = run('npx', ['assent', '--help'])
  if (!/^ {2}serve /m.test(help)) throw new Error('The command assent --help does not run.')
  const schema = run('npx', ['assent', 'schema'])
  if (!schema.includes('assent.yaml'))
    throw new Error('The command assent schema does not print the schema.')
  console.log(`${tarballs.length} packages install, import and run`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
