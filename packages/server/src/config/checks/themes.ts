/**
 * @module Checks of the themes of wallets.
 */
import { contrast } from '../appearance/contrast.ts'
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** WCAG 2.2 §1.4.3, for text of normal size. */
const MIN_CONTRAST = 4.5
const BACKGROUNDS = { accent: '#ffffff', accentDark: '#12151a' } as const

/**
 * Links and switches in the wallet's color must be readable.
 * @see [WCAG 2.2 §1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum)
 */
export function checkThemes({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
  return value.wallets.flatMap(({ theme }, wallet) =>
    (['accent', 'accentDark'] as const).flatMap((name) => {
      const color = theme?.[name]
      if (color === undefined) return []
      const ratio = contrast(color, BACKGROUNDS[name])
      if (ratio >= MIN_CONTRAST) return []
      const problem = `has a contrast of ${ratio.toFixed(1)} with ${color} on ${BACKGROUNDS[name]}`
      return [
        addIssue(
          ['wallets', wallet, 'theme', name],
          `${problem}: choose a color with a contrast of at least ${MIN_CONTRAST}`,
        ),
      ]
    }),
  )
}
