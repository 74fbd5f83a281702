/**
 * @module Benchmark results as JSON and Markdown, with a description of the machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

export type Machine = {
  readonly cores: number
  readonly processor: string
  readonly memoryGib: number
  readonly node: string
  /** `yyyy-mm-dd` */
  readonly date: string
}

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url))

export function machine(): Machine {
  const all = cpus()
  return {
    cores: all.length,
    processor: all[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  }
}

/** Writes NAME.json and NAME.md to bench/results. */
export function keep(name: string, results: object, markdown: string): void {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}${name}.json`, `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(`${FOLDER}${name}.md`, `${markdown}\n`)
}

/** Formats a Markdown table with a text column followed by figures. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = titles.map((_, index) => (index === 0 ? '---' : '---:'))
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}
