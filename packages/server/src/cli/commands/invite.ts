/**
 * @module `assent invite`: a link that makes a person an administrator. Who has the keys of the store may give any role, without a second
 * person: the second owner of a platform comes this way, and the next one when the last owner has lost the passkey.
 * @see docs/administrators.md#invite-from-the-command-line
 */
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { createInvitation, platformUpdates } from '../../engine/admin/invitations.ts'
import type { Invitation } from '../../engine/admin/records.ts'
import { PLATFORM_ORGANIZATION, PLATFORM_ROLES, rolesOf } from '../../engine/admin/roles.ts'
import type { RegistryStore } from '../../engine/store/registry.ts'
import { invitationLink } from '../../http/admin/sign-in/endpoints.ts'
import { createAdminPorts } from '../../main/administrators.ts'
import { describeProblem } from '../../registry/files/problems.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, causeOf, parseReason } from '../operator.ts'
import { withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

const MAX_NAME_LENGTH = 200
const DEFAULT_HOURS = 24
const MAX_HOURS = 168
const SECONDS_PER_HOUR = 3600

export const invite = defineCommand({
  name: 'invite',
  usages: [
    {
      syntax: `invite --config assent.yaml --role ${PLATFORM_ROLES.join('|')} --name NAME --reason TEXT [--hours ${DEFAULT_HOURS}] [--actor NAME]`,
      help: 'Prints a link, once, that makes a person an administrator of the platform. It works once.',
    },
    {
      syntax:
        'invite --config assent.yaml --organization ID --role owner|developer|viewer --name …',
      help: 'The same for a member of a merchant.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    role: { type: 'string', help: 'The role of the person in the organization.' },
    name: { type: 'string', help: 'The name of the person, as other administrators see it.' },
    organization: {
      type: 'string',
      default: PLATFORM_ORGANIZATION,
      help: 'The id of the organization. Default: the platform.',
    },
    hours: {
      type: 'string',
      default: String(DEFAULT_HOURS),
      help: `How long the link works, at most ${MAX_HOURS} hours.`,
    },
    ...CAUSE_OPTIONS,
  },
  async run({ config, organization, role, name, hours, actor, reason }) {
    const invited = { organization, role: parseRole(organization, role), name: parseName(name) }
    const why = `Invites a person as ${invited.role} of ${organization}. ${parseReason(reason)}`
    const cause = { ...causeOf({ actor }, ''), reason: why }
    const expiresAt = cause.changedAt + parseHours(hours) * SECONDS_PER_HOUR
    const link = await withStore(config, async (store, loaded) => {
      requireAdministration(loaded)
      await requireOrganization(store, organization)
      const ports = createAdminPorts({ store })
      const invitation: Invitation = { ...invited, expiresAt, invitedBy: cause.actor }
      const { token, update } = createInvitation(ports, invitation, cause.changedAt)
      const problems = await ports.write(cause, [...(await platformUpdates(store)), update])
      if (problems.length > 0) throw new UsageError(problems.map(describeProblem).join('\n'))
      return invitationLink(loaded.issuer, token)
    })
    const until = new Date(expiresAt * 1000).toISOString()
    print(link)
    print(
      `Send this link to ${invited.name}, over a channel that nobody else reads. It works once, until ${until}, and cannot be shown again.`,
    )
  },
})

/** @throws {UsageError} */
function parseRole(organization: string, text: string | undefined): Invitation['role'] {
  const role = rolesOf(organization).find((one) => one === text)
  if (role) return role
  throw new UsageError(`--role must be one of ${rolesOf(organization).join(', ')}.`)
}

/** @throws {UsageError} */
function parseName(text: string | undefined): string {
  const name = text?.trim() ?? ''
  if (name !== '' && name.length <= MAX_NAME_LENGTH) return name
  throw new UsageError(`--name must name the person, in at most ${MAX_NAME_LENGTH} characters.`)
}

/** @throws {UsageError} */
function parseHours(text: string): number {
  const hours = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0
  if (hours >= 1 && hours <= MAX_HOURS) return hours
  throw new UsageError(`--hours must be a number from 1 to ${MAX_HOURS}.`)
}

/** @throws {UsageError} */
function requireAdministration({ administrators }: LoadedConfig): void {
  if (!administrators)
    throw new UsageError(
      'The administration does not exist: assent.yaml has no section administrators. Add it, restart the nodes, and repeat this command.',
    )
}

/** @throws {UsageError} */
async function requireOrganization(
  store: Pick<RegistryStore, 'readRecord'>,
  organization: string,
): Promise<void> {
  if (organization === PLATFORM_ORGANIZATION) return
  if (!(await store.readRecord('organization', organization)))
    throw new UsageError(`There is no organization ${organization}. Create it first.`)
}
