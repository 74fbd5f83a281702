/**
 * Writes the contracts of an example server to docs/contracts, from the schemas that validate.
 *   node tools/contracts.mjs           writes the files
 *   node tools/contracts.mjs --check   fails if one is missing, out of date or belongs to no contract
 */
import { CONTRACTS, formatContract } from '../packages/server/dist/contracts/contracts.js'
import { generateFiles } from './generated-files.mjs'

const ISSUER = 'https://auth.wallet.example'

const texts = [...CONTRACTS].map(([name, build]) => [name, formatContract(build(ISSUER))])
generateFiles('docs/contracts/', Object.fromEntries(texts), { isComplete: true })
