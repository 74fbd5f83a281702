/**
 * @module Runs the TypeScript compiler over files that exist only for a test.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const DIAGNOSTIC = /^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$/

export type Diagnostic = {
  /** As it was given, or relative to the repository. */
  readonly file: string
  readonly line: number
  readonly code: string
  readonly message: string
}

export type Compilation = {
  /** Text by file name. Packages resolve as in this repository. */
  readonly files: Readonly<Record<string, string>>
  /** Folders of the repository that are compiled with them. */
  readonly include?: readonly string[]
  readonly compilerOptions?: Readonly<Record<string, unknown>>
}

/** A temporary folder with these files, in which packages resolve as in this repository. */
export function createFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'assent-compiler-'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** @returns what the compiler reports, without compiling to anything */
export function compile({ files, include = [], compilerOptions = {} }: Compilation): Diagnostic[] {
  const folder = createFolder(files)
  try {
    const config = {
      extends: join(ROOT, 'tsconfig.test.json'),
      compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')], ...compilerOptions },
      files: Object.keys(files),
      include: include.map((path) => join(ROOT, path)),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout, error } = spawnSync(
      process.execPath,
      [TSC, '--pretty', 'false', '-p', folder],
      { cwd: folder, encoding: 'utf8' },
    )
    if (error) throw error
    const lines = stdout.split('\n').filter((line) => line.includes('error TS'))
    return lines.map((line) => toDiagnostic(line, folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function toDiagnostic(line: string, folder: string): Diagnostic {
  const [, path = '', number = '0', code = '', message = ''] = DIAGNOSTIC.exec(line) ?? []
  if (!code) throw new Error(`The compiler does not start: ${line}`)
  const file = join(folder, path)
    .replace(`${folder}/`, '')
    .replace(/^.*\/(?=packages\/)/, '')
  return { file, line: Number(number), code, message }
}
