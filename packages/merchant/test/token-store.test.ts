/**
 * @module The token store in memory.
 */
import { createMemoryTokenStore } from '../src/index.ts'
import { testTokenStore } from './support/token-store-contract.ts'

testTokenStore('createMemoryTokenStore', async () => createMemoryTokenStore())
