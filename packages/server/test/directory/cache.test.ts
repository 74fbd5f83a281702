import { describe, expect, it, vi } from 'vitest'
import { withUserCache } from '../../src/directory/cache.ts'
import type { DirectoryUser } from '../../src/engine/ports/directory.ts'

const USER = { walletId: 'w', userId: 'u' }
const ACTIVE: DirectoryUser = { status: 'ACTIVE' }

describe(withUserCache, () => {
  it('shares one request between concurrent reads, and keeps the user for the given time', async () => {
    let now = 1_800_000_000
    const findUser = vi.fn(async () => ACTIVE)
    const directory = withUserCache({ findUser }, 5, () => now)
    const users = await Promise.all([directory.findUser(USER), directory.findUser(USER)])
    expect(users).toEqual([ACTIVE, ACTIVE])
    now += 5
    await directory.findUser(USER)
    expect(findUser).toHaveBeenCalledTimes(1)
    now += 1
    await directory.findUser(USER)
    expect(findUser).toHaveBeenCalledTimes(2)
  })

  it('tells users of different wallets apart', async () => {
    const directory = withUserCache(
      { findUser: async ({ walletId }) => ({ status: 'ACTIVE', nickName: walletId }) },
      5,
      () => 1_800_000_000,
    )
    const other = { walletId: 'v', userId: 'u' }
    expect(await directory.findUser(USER)).toMatchObject({ nickName: 'w' })
    expect(await directory.findUser(other)).toMatchObject({ nickName: 'v' })
  })

  it('keeps neither an unknown user nor a failure', async () => {
    const findUser = vi
      .fn<() => Promise<DirectoryUser | undefined>>()
      .mockResolvedValueOnce(undefined)
      .mockRejectedValueOnce(new Error('timeout'))
      .mockResolvedValueOnce(ACTIVE)
    const directory = withUserCache({ findUser }, 5, () => 1_800_000_000)
    expect(await directory.findUser(USER)).toBeUndefined()
    await expect(directory.findUser(USER)).rejects.toThrow('timeout')
    expect(await directory.findUser(USER)).toEqual(ACTIVE)
  })

  it('keeps nothing for 0 seconds', async () => {
    const findUser = vi.fn(async () => ACTIVE)
    const directory = withUserCache({ findUser }, 0, () => 1_800_000_000)
    await directory.findUser(USER)
    await directory.findUser(USER)
    expect(findUser).toHaveBeenCalledTimes(2)
  })
})
