/**
 * @module A browser with a platform authenticator, such as a phone: it creates passkeys, and signs in with them.
 */
import type { Browser, Page } from 'playwright-core'

export async function openDevice(chromium: Browser): Promise<Page> {
  const context = await chromium.newContext()
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return page
}

/** Opens the link of an invitation and creates a passkey. It ends on the page of the member. */
export async function acceptInvitation(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('button', { name: 'Create a passkey' }).click()
  await page.getByRole('heading', { name: 'Administration' }).waitFor()
}
