/**
 * @module The theme of a wallet's pages, and images that this server serves.
 */

export type Image = { readonly type: string; readonly bytes: Buffer }

export type Theme = {
  /** CSS that overrides the design tokens, and nothing else. */
  readonly style: string
  readonly logo?: Image
}

export const PLAIN_THEME: Theme = { style: '' }
