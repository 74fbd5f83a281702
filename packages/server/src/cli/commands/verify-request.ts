/**
 * @module `assent verify-request`: reports why the signature of a request is invalid.
 */
import { readFileSync } from 'node:fs'
import { diagnoseSignature } from '@assent/protocol/signature-diagnostics'
import { storeKeys } from '../../registry/records/public-keys.ts'
import { DIAGNOSTIC_TOOLS, toDiagnosticClient } from '../../registry/signing-parties.ts'
import { findDiagnosticClient } from '../../registry/stored-records.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

export const verifyRequest = defineCommand({
  name: 'verify-request',
  usages: [
    {
      syntax: 'verify-request --config assent.yaml --request FILE',
      help: 'Reports why the signature of a request is invalid. The exit code is 1 when it is.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    request: {
      type: 'string',
      help: 'A file with the request as it was sent: request line, headers, an empty line, body.',
    },
  },
  async run({ config, request }) {
    if (request === undefined)
      throw new UsageError('--request must be a file with the request as it was sent.')
    const { cause, message, difference } = await withStore(config, (store, { clients, folder }) =>
      diagnoseSignature(
        readFileSync(request),
        (clientId) => {
          // What the file declares comes first: it is in force when a node has read it.
          const declared = clients.find((client) => client.clientId === clientId)
          if (!declared) return findDiagnosticClient(store, clientId)
          return toDiagnosticClient({ ...declared, keys: storeKeys(declared.keys, folder) })
        },
        { ...DIAGNOSTIC_TOOLS, pause: async () => {} },
        Math.floor(Date.now() / 1000),
      ),
    )
    print(`${cause}: ${message}`)
    if (difference) {
      print(`The first difference is at byte ${difference.at} of the signed content.`)
      print(`  expected  ${difference.expected}`)
      print(`  signed    ${difference.signed}`)
    }
    if (cause !== 'VALID') process.exitCode = 1
  },
})
