/**
 * @module Lists, page by page.
 * @see docs/admin-api.md#pages
 */
import { type Reply, unwrap } from './problem.ts'

type Page<T> = { readonly items: readonly T[]; readonly next?: string | undefined }

/**
 * The items of a list, each page read when it is needed.
 * @param readPage reads the page at a cursor
 * @throws {AdminApiError}
 *
 * @example
 * for await (const change of itemsOf((query) => admin.GET('/changes', { params: { query } })))
 *   console.log(change.reason)
 */
export async function* itemsOf<T>(
  readPage: (query: { cursor?: string }) => Promise<Reply<Page<T>>>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined
  do {
    const page: Page<T> = await unwrap(readPage(cursor === undefined ? {} : { cursor }))
    yield* page.items
    cursor = page.next
  } while (cursor !== undefined)
}
