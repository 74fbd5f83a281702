/**
 * @module Selects the current user, which is the demo's login.
 */
import type { Session } from './api.ts'

export type UsersProps = {
  readonly session: Session
  readonly switchUser: (userId: string) => Promise<void>
}

export function Users({ session, switchUser }: UsersProps) {
  return (
    <fieldset class="users">
      <legend>Current user</legend>
      {session.users.map((one) => (
        <label key={one.userId}>
          <input
            type="radio"
            name="user"
            checked={one.userId === session.userId}
            onChange={() => void switchUser(one.userId)}
          />
          <img src={one.avatar} alt="" width="32" height="32" />
          <bdi>{one.nickName}</bdi>
          <small>{one.locale}</small>
        </label>
      ))}
    </fieldset>
  )
}
