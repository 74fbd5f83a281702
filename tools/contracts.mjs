/**
 * Writes the contracts of an example server, and a collection of requests, to docs/contracts, from the schemas that validate.
 *   node tools/contracts.mjs           writes the files
 *   node tools/contracts.mjs --check   fails if one is missing, out of date or belongs to no contract
 */
import { brunoCollection } from '../packages/server/dist/contracts/collection/bruno.js'
import { CONTRACTS, formatContract } from '../packages/server/dist/contracts/contracts.js'
import { generateFiles } from './generated-files.mjs'

const ISSUER = 'https://auth.wallet.example'

const texts = [...CONTRACTS].map(([name, build]) => [name, formatContract(build(ISSUER))])
const collection = Object.entries(brunoCollection(ISSUER)).map(([name, text]) => [
  `collection/${name}`,
  text,
])
generateFiles('docs/contracts/', Object.fromEntries([...texts, ...collection]), {
  isComplete: true,
})
