/**
 * @module Checks of the settings of notifications in assent.yaml.
 */
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** An encoding that no notification of the client uses. */
export function checkSignatureEncodings({
  value,
  addIssue,
}: YamlFile<Sections>): readonly ConfigIssue[] {
  return value.clients.flatMap(({ signatureEncoding, notifyUrl, notifyFormat }, index) => {
    if (signatureEncoding === undefined) return []
    if (notifyUrl !== undefined && notifyFormat !== 'set') return []
    return [
      addIssue(
        ['clients', index, 'signatureEncoding'],
        'has no effect: it needs a notifyUrl, and a notifyFormat other than set',
      ),
    ]
  })
}
