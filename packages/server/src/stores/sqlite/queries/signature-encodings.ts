/**
 * @module The signature encoding that each client used last.
 */
import type { SignatureEncoding } from '@assent/protocol'
import type { SignatureEncodings } from '../../../engine/store/signature-encodings.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export function createSignatureEncodingStore(
  connection: Connection,
  group: GroupCommit,
): SignatureEncodings {
  const select = connection.prepare(
    'SELECT signature_encoding FROM client_numbers WHERE number = ?',
  )
  const update = connection.prepare(
    `UPDATE client_numbers SET signature_encoding = ?2
     WHERE number = ?1 AND signature_encoding IS NOT ?2`,
  )
  return {
    async readSignatureEncoding(clientNumber) {
      return (select.get(clientNumber)?.[0] ?? undefined) as SignatureEncoding | undefined
    },
    async recordSignatureEncoding(clientNumber, encoding) {
      await group.write(() => update.get(clientNumber, encoding))
    },
  }
}
