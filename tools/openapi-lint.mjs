/**
 * Checks the OpenAPI document of the admin API with Redocly's strictest rules: recommended-strict, in which each warning is an error.
 */
import { fileURLToPath } from 'node:url'
import { createConfig, lint } from '@redocly/openapi-core'

const DOCUMENT = fileURLToPath(new URL('../docs/reference/admin-api.openapi.json', import.meta.url))

const config = await createConfig({ extends: ['recommended-strict'] })
const problems = await lint({ ref: DOCUMENT, config })
for (const { ruleId, message, location } of problems)
  console.error(`${location[0]?.pointer ?? '#'}: ${message} (${ruleId})`)
if (problems.length > 0) process.exitCode = 1
