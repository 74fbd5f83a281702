/**
 * Writes docs/errors.md from the tables of @assent/protocol, so that the two cannot disagree.
 *   node tools/errors-doc.mjs           writes it
 *   node tools/errors-doc.mjs --check   fails when it is not what the tables say
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { JSAPI_CAUSES, RESULTS } from '../packages/protocol/dist/index.js'

const FILE = new URL('../docs/errors.md', import.meta.url)

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
      `| ${error} | ${cause} | ${retryable ? 'yes' : 'no'} | ${message} |`,
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

const text = errorsDocument(RESULTS, JSAPI_CAUSES)
if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/errors.md is not what the tables say: run node tools/errors-doc.mjs')
  process.exit(1)
}
