/**
 * @module `my.canIUse`: which methods, options and results this package has.
 *
 * @see [the names that it takes](https://opendocs.alipay.com/mini/api/can-i-use)
 */
import { isScopeName } from '@assent/protocol'

type Shape = {
  readonly options: readonly string[]
  readonly results: readonly string[]
}

const CALLBACKS = ['success', 'fail', 'complete']

const SHAPES: Readonly<Record<string, Shape>> = {
  getAuthCode: {
    options: [...CALLBACKS, 'scopes', 'state', 'nonce', 'codeChallenge'],
    results: ['authCode', 'authcode', 'authSuccessScopes', 'authErrorScopes', 'state'],
  },
  getOpenUserInfo: { options: CALLBACKS, results: ['response'] },
  getSetting: { options: CALLBACKS, results: ['authSetting'] },
  openSetting: { options: CALLBACKS, results: ['authSetting'] },
  getGrants: { options: CALLBACKS, results: ['scopes'] },
  revokeScopes: { options: [...CALLBACKS, 'scopes'], results: [] },
  onGrantChanged: { options: [], results: [] },
  canIUse: { options: [], results: [] },
}
const SHAPES_BY_METHOD: ReadonlyMap<string, Shape> = new Map(Object.entries(SHAPES))

/** Whether the name, such as `getAuthCode.object.scopes`, begins with a method of this package. */
export function isOurs(name: unknown): name is string {
  return typeof name === 'string' && SHAPES_BY_METHOD.has(name.split('.')[0] ?? '')
}

/**
 * Whether this package has `method`, `method.object.option`, `method.return.field` or `method.callback.field`. The value of
 * an option may follow, such as the scope in `getAuthCode.object.scopes.auth_user`.
 */
export function canIUse(name: unknown): boolean {
  if (!isOurs(name)) return false
  const [method = '', part, member, value, ...rest] = name.split('.')
  const shape = SHAPES_BY_METHOD.get(method)
  if (!shape || rest.length > 0) return false
  if (part === undefined) return true
  const members = part === 'object' ? shape.options : isResult(part) ? shape.results : []
  if (member !== undefined && !members.includes(member)) return false
  if (member === undefined) return members.length > 0
  return value === undefined || (member === 'scopes' && isScopeName(value))
}

function isResult(part: string): boolean {
  return part === 'return' || part === 'callback' || part === 'success'
}
