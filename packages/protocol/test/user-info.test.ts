/**
 * @module `userInfo` of a response.
 */
import { describe, expect, it } from 'vitest'
import { parseUserInfo } from '../src/user-info.ts'

describe(parseUserInfo, () => {
  it('reads extendInfo from its text, and leaves out the second form of the address', () => {
    const wire = {
      userId: 'u',
      nickName: 'N',
      address: '12 Mabini Street',
      userAddresses: [{ address1: '12 Mabini Street' }],
      extendInfo: '{"isOver18":true,"city":"Manila"}',
    }
    expect(parseUserInfo(wire)).toEqual({
      userId: 'u',
      nickName: 'N',
      address: '12 Mabini Street',
      extendInfo: { isOver18: true, city: 'Manila' },
    })
  })

  it.each(['', 'null', '[]', '"text"', '{"a":'])('leaves out extendInfo %j', (extendInfo) => {
    expect(parseUserInfo({ userId: 'u', extendInfo })).toEqual({ userId: 'u' })
  })

  it('leaves out an absent extendInfo', () => {
    expect(parseUserInfo({ userId: 'u' })).toEqual({ userId: 'u' })
  })
})
