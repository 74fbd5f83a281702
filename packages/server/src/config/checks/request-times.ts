/**
 * @module Checks of the time tolerance of clients in assent.yaml.
 */
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** Without a check of the time, a recorded request can be sent again later, so the operator has to choose that by name. */
export function checkRequestTimes({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
  return value.clients.flatMap(({ requestTimeToleranceSeconds, insecureAllowReplay }, index) =>
    requestTimeToleranceSeconds === 0 && !insecureAllowReplay
      ? [
          addIssue(
            ['clients', index, 'requestTimeToleranceSeconds'],
            'of 0 lets a caller that records a request send it again. Leave it out, or also set insecureAllowReplay: true',
          ),
        ]
      : [],
  )
}
