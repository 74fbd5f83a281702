/**
 * @module The workflows of the repository's host: their commands exist, their actions are pinned, and they may do no more than they need.
 */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../support/compiler.ts'

type Step = { readonly uses?: string; readonly run?: string }
type Job = {
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}
type Workflow = {
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: object
  readonly jobs: Readonly<Record<string, Job>>
}

const FOLDER = join(ROOT, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}
/** Commands of npm itself, and of the runner. */
const KNOWN = /^(npm ci|sudo apt-get (update|install)\b)/

function expectCommand(line: string): void {
  const [, run, short] = /^npm (?:run ([\w:-]+)|(test|start))\b/.exec(line) ?? []
  const script = run ?? short
  if (script) expect(scripts, line).toHaveProperty([script])
  else if (line.startsWith('.')) accessSync(join(ROOT, line), constants.X_OK)
  else expect(line).toMatch(KNOWN)
}

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  const { permissions, concurrency, jobs } = parse(text) as Workflow

  it('runs commands that exist', () => {
    const lines = Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .flatMap(({ run = '' }) => run.split('\n').filter(Boolean))
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expectCommand(line)
  })

  it('pins every action by its commit, and says the version', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'))
    expect(uses.length).toBeGreaterThan(0)
    for (const line of uses)
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('has limits: permissions, time, and one run per branch or tag', () => {
    expect(Object.values(permissions ?? { all: 'write' })).not.toContain('write')
    expect(concurrency).toBeDefined()
    for (const { 'timeout-minutes': minutes, permissions: more = {} } of Object.values(jobs)) {
      expect(minutes).toBeLessThanOrEqual(60)
      expect(Object.keys(more).filter((scope) => more[scope] === 'write')).toEqual(
        name === 'release.yaml' ? ['id-token', 'attestations'] : [],
      )
    }
  })
})
