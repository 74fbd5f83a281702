/**
 * @module All verbs of the `assent` command, in the order in which the usage text lists them.
 */
import type { Command } from './command.ts'
import { listApis } from './commands/apis.ts'
import { exportAudit, verifyAuditCommand } from './commands/audit.ts'
import { check } from './commands/check.ts'
import { demo } from './commands/development/demo.ts'
import { init } from './commands/development/init.ts'
import { testServer } from './commands/development/test-server.ts'
import { erase } from './commands/erase.ts'
import { listEvents, replayEvents } from './commands/events.ts'
import { funnel } from './commands/funnel.ts'
import { invite } from './commands/invite.ts'
import { dropKey, listKeys, rotateKeys } from './commands/key-rotation.ts'
import { generateKeys, showKeys } from './commands/keys.ts'
import { migrate } from './commands/migrate.ts'
import { createSecret, initialAccessToken } from './commands/oauth.ts'
import { apply, diff, exportRecords } from './commands/registry.ts'
import { revoke } from './commands/revoke.ts'
import { schema } from './commands/schema.ts'
import { serve } from './commands/serve.ts'
import { listActions, reinstate, suspend } from './commands/suspend.ts'
import { verifyRequest } from './commands/verify-request.ts'

export const COMMANDS: readonly Command[] = [
  init,
  check,
  serve,
  migrate,
  apply,
  diff,
  exportRecords,
  invite,
  generateKeys,
  showKeys,
  listKeys,
  rotateKeys,
  dropKey,
  createSecret,
  initialAccessToken,
  suspend,
  reinstate,
  listActions,
  revoke,
  verifyRequest,
  listApis,
  listEvents,
  replayEvents,
  verifyAuditCommand,
  exportAudit,
  erase,
  testServer,
  funnel,
  schema,
  demo,
]
