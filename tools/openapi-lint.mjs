/**
 * Checks the OpenAPI and AsyncAPI documents of docs/contracts with Redocly's strictest rules: recommended-strict, in which each warning is
 * an error.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createConfig, lint } from '@redocly/openapi-core'

const FOLDER = new URL('../docs/contracts/', import.meta.url)

const config = await createConfig({ extends: ['recommended-strict'] })
for (const name of readdirSync(FOLDER).filter((one) => /\.(open|async)api\.json$/.test(one))) {
  const problems = await lint({ ref: fileURLToPath(new URL(name, FOLDER)), config })
  for (const { ruleId, message, location } of problems)
    console.error(`${name} ${location[0]?.pointer ?? '#'}: ${message} (${ruleId})`)
  if (problems.length > 0) process.exitCode = 1
}
