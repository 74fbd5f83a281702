/**
 * @module The table of the admin API: every operation of the table of roles, with its rows. An operation without a row does not compile.
 */
import { ADMIN_OPERATIONS, type AdminOperation } from '../engine/admin/operations.ts'
import { APPROVAL_ROWS } from './operations/approvals.ts'
import { CATALOG_ROWS } from './operations/catalog.ts'
import { CHANGE_ROWS } from './operations/changes.ts'
import { CLIENT_ROWS } from './operations/clients.ts'
import { EMERGENCY_ROWS } from './operations/emergencies.ts'
import { EVENT_ROWS } from './operations/events.ts'
import { IMAGE_ROWS } from './operations/images.ts'
import { MEMBER_ROWS } from './operations/members.ts'
import { MINI_PROGRAM_ROWS } from './operations/mini-programs.ts'
import { OAUTH_CLIENT_ROWS } from './operations/oauth-clients.ts'
import { ORGANIZATION_ROWS } from './operations/organizations.ts'
import { PLATFORM_ROWS } from './operations/platform.ts'
import { SERVICE_ACCOUNT_ROWS } from './operations/service-accounts.ts'
import { USER_ROWS } from './operations/users.ts'
import type { FoundRow, RowsOf } from './row.ts'

const ROWS_BY_OPERATION: RowsOf<AdminOperation> = {
  ...ORGANIZATION_ROWS,
  ...MEMBER_ROWS,
  ...SERVICE_ACCOUNT_ROWS,
  ...CLIENT_ROWS,
  ...MINI_PROGRAM_ROWS,
  ...OAUTH_CLIENT_ROWS,
  ...CATALOG_ROWS,
  ...IMAGE_ROWS,
  ...CHANGE_ROWS,
  ...USER_ROWS,
  ...EVENT_ROWS,
  ...EMERGENCY_ROWS,
  ...PLATFORM_ROWS,
  ...APPROVAL_ROWS,
}

/** Every row, in the order of the operations. */
export const ADMIN_API: readonly FoundRow[] = ADMIN_OPERATIONS.flatMap((operation) =>
  ROWS_BY_OPERATION[operation].map((row) => ({ operation, row })),
)

const BY_ID: ReadonlyMap<string, FoundRow> = new Map(
  ADMIN_API.map((found) => [found.row.id, found]),
)

export function findRow(id: string): FoundRow | undefined {
  return BY_ID.get(id)
}
