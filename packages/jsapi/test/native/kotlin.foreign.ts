/**
 * @module The Kotlin host on the JVM: it compiles, and works with the core and my.js in a JavaScript engine. Needs a JDK of version 17 or
 * later, and mvn, which fetches packages the first time.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const FOLDER = fileURLToPath(new URL('../../native/android/', import.meta.url))
const TIMEOUT_MS = 900_000

function maven(...parameters: string[]): void {
  const { status, stdout, stderr, error } = spawnSync('mvn', ['-q', '-B', ...parameters], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`mvn failed: ${error ?? ''} ${stdout} ${stderr}`)
}

describe('the native host in Kotlin', () => {
  it('passes its tests with the core and my.js', { timeout: TIMEOUT_MS }, () => {
    maven('clean', 'test')
    const reports = `${FOLDER}target/surefire-reports/`
    const [report = ''] = readdirSync(reports).filter((name) => name.endsWith('.xml'))
    const [, tests, failures] =
      /<testsuite [^>]*\btests="(\d+)"[^>]*\bfailures="(\d+)"/.exec(
        readFileSync(`${reports}${report}`, 'utf8'),
      ) ?? []
    const declared = readFileSync(`${FOLDER}test/AssentHostTest.kt`, 'utf8').match(/@Test\b/g)
    expect({ tests: Number(tests), failures: Number(failures) }).toEqual({
      tests: declared?.length,
      failures: 0,
    })
  })

  it('compiles for Android', { timeout: TIMEOUT_MS }, () => {
    expect(() => maven('clean', 'compile', '-Pandroid')).not.toThrow()
  })
})
