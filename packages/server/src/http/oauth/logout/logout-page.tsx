/**
 * @module The question whether to log out. It works without JavaScript.
 */
import type { Locale } from '../../../engine/consent/prompt.ts'
import { MESSAGES } from '../../../engine/locales/index.ts'
import { htmlDocument, Icon } from '../../html/layout.tsx'
import { PLAIN_THEME } from '../../html/theme-types.ts'

/** The field that says that the user has answered. */
export const CONFIRM_FIELD = 'confirm'

/** @param fields the parameters of the request, which the answer repeats */
export function renderLogoutPage(
  locale: Locale,
  fields: readonly (readonly [name: string, value: string])[],
): string {
  const { title, text, confirm } = MESSAGES[locale].logout
  return htmlDocument(
    { locale, theme: PLAIN_THEME, title, kind: 'overlay', origins: [] },
    <main class="sheet">
      <form class="status-page" method="post">
        <Icon name="circle-alert" />
        <h1 tabIndex={-1}>{title}</h1>
        <p class="note">{text}</p>
        {fields.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button class="answer" type="submit" name={CONFIRM_FIELD} value="yes">
          {confirm}
        </button>
      </form>
    </main>,
  )
}
