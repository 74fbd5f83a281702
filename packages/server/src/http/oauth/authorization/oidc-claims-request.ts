/**
 * @module The parameter `claims`: single claims that the client requests, and where it wants them.
 * @see [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter)
 */
import type { UserField } from '@assent/protocol'
import { OAuthError } from '../errors.ts'
import type { FormParameters } from '../form-parameters.ts'

export type ClaimsRequest = {
  /** The claims for the ID token. */
  readonly idToken: readonly string[]
  /** The fields of the user that the claims need. */
  readonly fields: readonly UserField[]
  /** The authentication contexts of which one is essential. */
  readonly essentialAcrs?: readonly string[]
}

/** The claims of OpenID Connect → the field that they are read from. Other claims are ignored (§5.5). */
const CLAIM_FIELDS: ReadonlyMap<string, UserField> = new Map(
  Object.entries({
    name: 'userName',
    given_name: 'userName',
    middle_name: 'userName',
    family_name: 'userName',
    nickname: 'nickName',
    picture: 'avatar',
    gender: 'gender',
    birthdate: 'birthDate',
    email: 'email.plain',
    email_verified: 'email.plain',
    phone_number: 'mobilePhone.plain',
    phone_number_verified: 'mobilePhone.plain',
    address: 'address',
  } as const),
)

type Members = Readonly<Record<string, unknown>>

/** @throws {OAuthError} `invalid_request` */
export function readClaimsRequest(form: Pick<FormParameters, 'get'>): ClaimsRequest {
  const text = form.get('claims')
  if (text === undefined) return { idToken: [], fields: [] }
  const request = membersOf(parseJson(text))
  const idToken = membersOf(request['id_token'] ?? {})
  const names = [...Object.keys(idToken), ...Object.keys(membersOf(request['userinfo'] ?? {}))]
  const essentialAcrs = readEssentialAcrs(idToken['acr'])
  return {
    idToken: Object.keys(idToken).filter((name) => CLAIM_FIELDS.has(name)),
    fields: [...new Set(names.flatMap((name) => CLAIM_FIELDS.get(name) ?? []))],
    ...(essentialAcrs && { essentialAcrs }),
  }
}

/** Only an essential `acr` with values is a condition (§5.5.1.1). */
function readEssentialAcrs(acr: unknown): readonly string[] | undefined {
  const { essential, value, values = value === undefined ? [] : [value] } = membersOf(acr ?? {})
  if (essential !== true || !Array.isArray(values)) return undefined
  const texts = values.filter((one) => typeof one === 'string')
  return texts.length > 0 ? texts : undefined
}

function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidClaims()
  return value as Members
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidClaims()
  }
}

function invalidClaims(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'claims must be a JSON object with the members userinfo and id_token, which are objects of claims.',
  )
}
