/**
 * @module How requests of the platform are signed: calls of the directory, and notifications.
 * @see docs/platform-signatures.md
 */
import type { Json } from '../openapi/components.ts'

export const PLATFORM_SIGNATURE = `Every request is signed with a key of the platform. Verify it before you read the body: the signed bytes are

    POST <path>\\n<client-id>.<request-time>.<body>

with one line feed after the path and none at the end; \`<path>\` is the request target with its query string, \`<body>\` the exact bytes. The algorithm is SHA256withRSA. The value of \`signature\` is base64url without padding unless the operator sets \`signatureEncoding\`. Keep the keys of the platform by \`keyVersion\`: \`/.well-known/assent/reply-keys\` of the server has those that sign now or will sign.`

export const SIGNATURE_PATTERN = '^algorithm=RSA256,keyVersion=[0-9]+,signature=[A-Za-z0-9+/=_%-]+$'

/** All three headers are sent. */
export const PLATFORM_SIGNATURE_SCHEMES = {
  security: { clientId: [], requestTime: [], signature: [] },
  /** @param sender the meaning of client-id */
  schemes: (sender: string): Json => ({
    clientId: { type: 'apiKey', in: 'header', name: 'client-id', description: sender },
    requestTime: {
      type: 'apiKey',
      in: 'header',
      name: 'request-time',
      description: 'When the request was signed, RFC 3339.',
    },
    signature: {
      type: 'apiKey',
      in: 'header',
      name: 'signature',
      description: `\`algorithm=RSA256,keyVersion=1,signature=<value>\`, signed by the platform.`,
    },
  }),
}
