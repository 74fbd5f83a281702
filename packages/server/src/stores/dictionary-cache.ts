/**
 * @module The cached rows of a dictionary. The cache is bounded, because strangers can cause new rows: each set of scopes that a mini
 * program asks for is one, and each client that registers itself.
 */
import { LRUCache } from 'lru-cache'

export interface DictionaryCache {
  idOf(text: string): number | undefined
  textOf(id: number): string | undefined
  add(text: string, id: number): void
}

const MAX_ENTRIES = 10_000

export function createDictionaryCache(): DictionaryCache {
  const ids = new LRUCache<string, number>({ max: MAX_ENTRIES })
  const texts = new LRUCache<number, string>({ max: MAX_ENTRIES })
  return {
    idOf: (text) => ids.get(text),
    textOf: (id) => texts.get(id),
    add(text, id) {
      ids.set(text, id)
      texts.set(id, text)
    },
  }
}
