/**
 * Writes docs/errors.md, and a page in docs/causes for each cause of the JSAPI, from the tables of @assent/protocol and from what
 * tools/causes.mjs says of each, so that none can disagree and none can be missing.
 *   node tools/errors-doc.mjs           writes them
 *   node tools/errors-doc.mjs --check   fails when they are not what the tables say
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { JSAPI_CAUSES, RESULTS } from '../packages/protocol/dist/index.js'
import { CAUSES } from './causes.mjs'

const DOCS = new URL('../docs/', import.meta.url)

function errorsDocument(results, jsapiCauses) {
  const codeOf = ({ code }) =>
    typeof code === 'string'
      ? `\`${code}\``
      : [...new Set(Object.values(code))].map((one) => `\`${one}\``).join(' · ')
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  const rows = Object.entries(results).map(
    ([cause, row]) => `| ${cause} | ${codeOf(row)} | ${row.status} | ${cell(row.message)} |`,
  )
  const jsapi = Object.entries(jsapiCauses).map(
    ([cause, { error, message, retryable }]) =>
      `| ${error} | [${cause}](causes/${cause}.md) | ${retryable ? 'yes' : 'no'} | ${message} |`,
  )
  return `# Errors

Written by \`tools/errors-doc.mjs\` from the tables in \`packages/protocol\`: one cause, one code.

## Results of the signed OpenAPI and the wallet API

\`F\`: refused for good. \`U\`: unknown, the same call may be repeated. Where two codes stand, the first is version 1's, the second
version 2's or AMS's.

| cause | resultCode | status | resultMessage |
|---|---|---|---|
${rows.join('\n')}

## Errors of the JSAPI

| error | cause | asking again can help | errorMessage |
|---|---|---|---|
${jsapi.join('\n')}
`
}

function causePage(cause, { error, message, retryable }) {
  const about = CAUSES[cause]
  if (!about) throw new Error(`tools/causes.mjs says nothing of ${cause}`)
  return `# ${cause}

\`error: ${error}\`, \`cause: "${cause}"\`: ${message}

**What has happened.** ${about.happened}

**What to do.** ${about.fix}

Asking again can help: ${retryable ? 'yes' : 'no'}. In the [test server](../mini-programs.md#test-server) it can be had on demand.
`
}

const pages = {
  'errors.md': errorsDocument(RESULTS, JSAPI_CAUSES),
  ...Object.fromEntries(
    Object.entries(JSAPI_CAUSES).map(([cause, row]) => [
      `causes/${cause}.md`,
      causePage(cause, row),
    ]),
  ),
}
const unknown = Object.keys(CAUSES).filter((cause) => !(cause in JSAPI_CAUSES))
if (unknown.length > 0) throw new Error(`tools/causes.mjs knows no such cause: ${unknown}`)

mkdirSync(new URL('causes/', DOCS), { recursive: true })
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, DOCS)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is not what the tables say: run node tools/errors-doc.mjs`)
    process.exitCode = 1
  }
}
