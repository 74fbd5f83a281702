/**
 * @module Reads whole tables page by page, so that a running server is not held up.
 */
import type { Row, Value } from './row-mapping.ts'

const PAGE_ROWS = 1000

/** Runs a statement. @param parameter the placeholder of the n-th parameter, from 1 */
export type AuditQuery = {
  readonly query: (
    text: string,
    ...parameters: readonly Value[]
  ) => readonly Row[] | Promise<readonly Row[]>
  readonly parameter: (n: number) => string
}

/** A table; its first columns are the primary key. */
export type Table = {
  readonly name: string
  readonly columns: readonly string[]
  readonly keyLength: number
}

/** Reads all rows in the order of the primary key. */
export async function* readTable(source: AuditQuery, table: Table): AsyncGenerator<Row> {
  for await (const page of readTablePages(source, table, PAGE_ROWS)) yield* page
}

/** Pages by the primary key. Each page is one read of an index, and is never empty. */
export async function* readTablePages(
  { query, parameter }: AuditQuery,
  { name, columns, keyLength }: Table,
  pageRows: number,
): AsyncGenerator<readonly Row[]> {
  const key = columns.slice(0, keyLength)
  const start = key.map((_, index) => parameter(index + 1)).join(', ')
  const select = `SELECT ${columns.join(', ')} FROM ${name}`
  const order = `ORDER BY ${key.join(', ')} LIMIT ${pageRows}`
  let after: readonly Value[] | undefined
  for (;;) {
    const rows: readonly Row[] = after
      ? await query(`${select} WHERE (${key.join(', ')}) > (${start}) ${order}`, ...after)
      : await query(`${select} ${order}`)
    if (rows.length > 0) yield rows
    if (rows.length < pageRows) return
    after = rows.at(-1)?.slice(0, keyLength)
  }
}
