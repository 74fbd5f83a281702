/**
 * @module The signature encoding that each client used last.
 */
import type { SignatureEncoding } from '@assent/protocol'
import type { SignatureEncodings } from '../../../engine/store/signature-encodings.ts'
import type { Connection } from '../driver.ts'

const SELECT = 'SELECT signature_encoding FROM client_numbers WHERE number = $1'
const UPDATE = `UPDATE client_numbers SET signature_encoding = $2
  WHERE number = $1 AND signature_encoding IS DISTINCT FROM $2`

export function createSignatureEncodingStore(connection: Connection): SignatureEncodings {
  return {
    async readSignatureEncoding(clientNumber) {
      const [row] = await connection.query(SELECT, clientNumber)
      return (row?.[0] ?? undefined) as SignatureEncoding | undefined
    },
    async recordSignatureEncoding(clientNumber, encoding) {
      await connection.query(UPDATE, clientNumber, encoding)
    },
  }
}
