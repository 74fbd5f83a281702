/**
 * @module The consent page as a client without scripts opens it: it sends the form of the opening page.
 */

export type PromptPage = {
  readonly status: number
  readonly html: string
  /** The hidden fields of the prompt, which its answer needs. */
  readonly fields: { readonly sheetHash: string; readonly opener: string }
}

/** Opens the prompt at a `consentUrl`, for the first time. */
export async function openPromptPage(url: string): Promise<PromptPage> {
  await (await fetch(url)).text()
  return toPromptPage(await fetch(`${url}/open`, { method: 'POST', body: new URLSearchParams() }))
}

export async function toPromptPage(response: Response): Promise<PromptPage> {
  const html = await response.text()
  const field = (name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
  const fields = { sheetHash: field('sheetHash'), opener: field('opener') }
  return { status: response.status, html, fields }
}
