/**
 * Checks the OpenAPI and AsyncAPI documents of docs/contracts with Redocly's strictest rules: recommended-strict, in which each warning is
 * an error.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createConfig, lint } from '@redocly/openapi-core'

const FOLDER = new URL('../docs/contracts/', import.meta.url)

/** What the rules forbid and is right. */
const ALLOWED = [
  // The authorization endpoint replies with redirects (RFC 6749 §4.1.2).
  ['oauth.openapi.json', 'operation-2xx-response', /^#\/paths\/~1oauth2~1authorize\//],
  // Public documents, which have no input.
  ['oauth.openapi.json', 'operation-4xx-response', /^#\/paths\/~1(\.well-known~1|oauth2~1jwks\/)/],
]

function isAllowed(name, { ruleId, location }) {
  return ALLOWED.some(
    ([file, rule, place]) =>
      file === name && rule === ruleId && place.test(location[0]?.pointer ?? ''),
  )
}

const config = await createConfig({ extends: ['recommended-strict'] })
for (const name of readdirSync(FOLDER).filter((one) => /\.(open|async)api\.json$/.test(one))) {
  const found = await lint({ ref: fileURLToPath(new URL(name, FOLDER)), config })
  const problems = found.filter((problem) => !isAllowed(name, problem))
  for (const { ruleId, message, location } of problems)
    console.error(`${name} ${location[0]?.pointer ?? '#'}: ${message} (${ruleId})`)
  if (problems.length > 0) process.exitCode = 1
}
