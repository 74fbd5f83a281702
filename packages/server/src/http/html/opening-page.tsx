/**
 * @module The page before a page that is opened once. Its form opens that page: the script sends it, or a person without scripts. A program
 * that only looks at the link does neither.
 */
import { MESSAGES } from '../../engine/locales/index.ts'
import { htmlDocument, type StatusPageContent, StatusPageMain } from './layout.tsx'

export type OpeningPage = Omit<StatusPageContent, 'page' | 'outcome' | 'detail'> & {
  /** `openElsewhere`: another page has opened it. Only the same page, when it is loaded again, can open it. */
  readonly page: 'opening' | 'openElsewhere'
  /** Where the form is sent. */
  readonly action: string
}

export function renderOpeningPage({ page, action, locale, ...options }: OpeningPage): string {
  const { status, consent } = MESSAGES[locale]
  const isOpening = page === 'opening'
  return htmlDocument(
    { locale, title: status[page].title, kind: 'overlay', ...options },
    <StatusPageMain page={page} locale={locale}>
      <form id={page} method="post" action={action} hidden={!isOpening}>
        {/* The script writes the secret here that it kept for this page. */}
        <input type="hidden" name="opener" value="" />
        <button class="answer" type="submit">
          {consent.continue}
        </button>
      </form>
      {!isOpening && (
        <button id="close" class="answer" type="button">
          {consent.close}
        </button>
      )}
    </StatusPageMain>,
  )
}
