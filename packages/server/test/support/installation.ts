/**
 * @module The installation that the servers of tests are.
 */
import type { Installation } from '../../src/crypto/installation.ts'

export const INSTALLATION: Installation = {
  environment: 'production',
  issuer: 'http://127.0.0.1:7300',
}
