/**
 * @module The nodes and the keys of the platform.
 */
import Type from 'typebox'
import { closed, oneOf } from '../../config/schema/fields.ts'
import { announceKey, MIN_ANNOUNCEMENT_SECONDS } from '../../crypto/keys/key-announcement.ts'
import { KEY_KINDS, type KeyKind } from '../../crypto/keys/key-kinds.ts'
import { keysInStates } from '../../crypto/keys/keys-in-states.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import {
  DEFAULT_TOKEN_ALGORITHM,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from '../../engine/oauth/token-algorithms.ts'
import { NODE_SECONDS } from '../../engine/store/nodes.ts'
import { type AdminCall, invalidMember } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import type { RowsOf } from '../row.ts'
import { reason, time } from '../schemas.ts'

const LOG_STATE = closed({
  sequence: Type.Integer({ minimum: 0, description: 'The latest entry in force on this node.' }),
  lagSeconds: Type.Number({ minimum: 0, description: 'The age of the last complete read.' }),
})

const NODE = closed(
  {
    nodeId: Type.String({ description: 'Random, new at each start.' }),
    isThisNode: Type.Boolean({ description: 'Whether it is the node that answers.' }),
    version: Type.String({ description: 'The version of the server.' }),
    startedAt: time,
    seenAt: time,
    registry: LOG_STATE,
    revocations: LOG_STATE,
    config: closed({
      hash: Type.String({ description: 'Nodes with the same file have the same.' }),
      loadedAt: time,
      isRejected: Type.Boolean({ description: 'Whether a later version of the file is invalid.' }),
      needsRestart: Type.Boolean(),
      issueCount: Type.Integer({ minimum: 0, description: 'Entries that are left out.' }),
    }),
  },
  { title: 'Node' },
)

const PLATFORM_KEY = closed(
  {
    id: Type.String({ description: 'The kind and the version.' }),
    state: oneOf(['announced', 'current', 'retired']),
    type: Type.String(),
    activeFrom: Type.Optional(time),
    retiredAt: Type.Optional(time),
  },
  { title: 'PlatformKey' },
)

/** This node is shown as it is now, and the others as their latest reports say. */
async function listNodes(call: AdminCall): Promise<Reply> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const { node, now, ports } = call
  const own = { nodeId: node.nodeId, seenAt: now, state: node.describe() }
  const reports = await ports.store.listNodes(now - NODE_SECONDS)
  const others = reports.filter(({ nodeId }) => nodeId !== own.nodeId)
  const items = [own, ...others].map(({ nodeId, seenAt, state }) => ({
    nodeId,
    isThisNode: nodeId === own.nodeId,
    seenAt,
    ...(JSON.parse(state) as object),
  }))
  return { body: { items } }
}

async function listKeys(call: AdminCall): Promise<Reply> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const { keys, storeTime } = await call.node.keys.reader.read()
  const items = keysInStates(keys, storeTime).map(
    ([id, { key, state, activeFrom, retiredAt }]) => ({
      id,
      state,
      type: key.asymmetricKeyType ?? key.type,
      ...(activeFrom !== undefined && { activeFrom }),
      ...(retiredAt !== undefined && { retiredAt }),
    }),
  )
  return { body: { items } }
}

async function rotate(call: AdminCall): Promise<Change> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const { kind, afterSeconds, algorithm, ...others } = call.body as {
    readonly kind: KeyKind
    readonly afterSeconds: number
    readonly algorithm?: TokenAlgorithm
    readonly reason: string
  }
  if (algorithm !== undefined && kind !== 'token')
    throw invalidMember('/algorithm', 'needs the kind token.')
  return {
    updates: [],
    async effect(record) {
      await record(`Announces the next ${kind} key of the platform. ${others.reason}`)
      const announced = await announceKey(
        call.node.keys,
        kind,
        afterSeconds,
        algorithm ?? DEFAULT_TOKEN_ALGORITHM,
      )
      return { body: { id: `${kind}-${announced.version}`, activeFrom: announced.activeFrom } }
    },
    reply: { body: { id: `${kind}-next`, activeFrom: call.now + afterSeconds } },
  }
}

const MAX_ANNOUNCEMENT_SECONDS = 30 * 86_400

export const PLATFORM_ROWS: RowsOf<'nodes.list' | 'platformKeys.list' | 'platformKeys.rotate'> = {
  'nodes.list': [
    {
      id: 'listNodes',
      method: 'GET',
      path: '/nodes',
      summary: 'List the nodes',
      description:
        'Every node on this database, the one that answers first: its version, its configuration, and how far it follows the change log and the revocation log. Nodes report themselves every 5 seconds; one that was killed disappears after 30.',
      response: closed({ items: Type.Array(NODE) }, { title: 'NodeList' }),
      example: {},
      read: listNodes,
    },
  ],
  'platformKeys.list': [
    {
      id: 'listPlatformKeys',
      method: 'GET',
      path: '/platform-keys',
      summary: 'List the keys of the platform',
      description: 'Names and states of all keys. It returns no key.',
      response: closed({ items: Type.Array(PLATFORM_KEY) }, { title: 'PlatformKeyList' }),
      example: {},
      read: listKeys,
    },
  ],
  'platformKeys.rotate': [
    {
      id: 'rotatePlatformKey',
      method: 'POST',
      path: '/platform-keys/rotations',
      status: 201,
      summary: 'Announce the next key of the platform',
      description: 'Every node knows it within two seconds, and uses it when the time has passed.',
      body: closed(
        {
          kind: oneOf(KEY_KINDS),
          afterSeconds: Type.Integer({
            minimum: MIN_ANNOUNCEMENT_SECONDS,
            maximum: MAX_ANNOUNCEMENT_SECONDS,
            description:
              'How long it is announced. For reply keys, 86400 or more: receivers cache published keys.',
          }),
          algorithm: Type.Optional(oneOf(TOKEN_ALGORITHMS, 'Of a token key. Default RS256.')),
          reason,
        },
        { title: 'RotationBody' },
      ),
      response: closed({ id: Type.String(), activeFrom: time }, { title: 'Rotation' }),
      problems: ['invalid'],
      example: { body: { kind: 'reply', afterSeconds: 86_400, reason: 'Yearly rotation.' } },
      change: rotate,
    },
  ],
}
