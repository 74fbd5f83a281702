/**
 * @module The words of the consent page. Names and values are put in by the page, never into markup.
 */
import type { Locale } from '../../engine/sheet.ts'

export type Texts = {
  readonly direction: 'ltr' | 'rtl'
  /** Follows the mini program's name in the title. */
  readonly wouldLikeTo: string
  readonly needed: string
  readonly allow: string
  readonly decline: string
  readonly chooseOne: string
  /** Who receives it and where it can be stopped. */
  readonly recipient: (merchant: string) => string
  readonly stop: (wallet: string, settingsPath: string) => string
  readonly pages: Readonly<Record<QuietPage, { readonly title: string; readonly text: string }>>
  readonly close: string
}

export type QuietPage = 'done' | 'unknown' | 'expired' | 'used' | 'failed'

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    direction: 'ltr',
    wouldLikeTo: 'would like to',
    needed: 'needed for this',
    allow: 'Allow',
    decline: 'Don’t allow',
    chooseOne: 'Switch on what you want to allow, or choose “Don’t allow”.',
    recipient: (merchant) => `${merchant} receives it.`,
    stop: (wallet, settingsPath) => `You can stop this any time in ${wallet} › ${settingsPath}.`,
    close: 'Go back',
    pages: {
      done: { title: 'Done', text: 'You can go back to where you were.' },
      unknown: {
        title: 'This question is not here',
        text: 'Go back and start again from the mini program.',
      },
      expired: {
        title: 'This question has expired',
        text: 'It was open for more than ten minutes. Nothing was shared.',
      },
      used: {
        title: 'You have answered already',
        text: 'A question can be answered once. Start again from the mini program.',
      },
      failed: { title: 'That did not work', text: 'Nothing was shared. Go back and try again.' },
    },
  },
  ar: {
    direction: 'rtl',
    wouldLikeTo: 'يطلب',
    needed: 'ضروري لهذا',
    allow: 'السماح',
    decline: 'عدم السماح',
    chooseOne: 'فعّل ما تريد السماح به، أو اختر «عدم السماح».',
    recipient: (merchant) => `ستتلقى ${merchant} هذه البيانات.`,
    stop: (wallet, settingsPath) => `يمكنك إيقاف ذلك في أي وقت من ${wallet} › ${settingsPath}.`,
    close: 'رجوع',
    pages: {
      done: { title: 'تم', text: 'يمكنك العودة إلى حيث كنت.' },
      unknown: { title: 'هذا الطلب غير موجود', text: 'ارجع وابدأ من جديد من البرنامج المصغّر.' },
      expired: {
        title: 'انتهت مدة هذا الطلب',
        text: 'ظل مفتوحًا أكثر من عشر دقائق. لم تتم مشاركة أي شيء.',
      },
      used: {
        title: 'سبق أن أجبت',
        text: 'يُجاب عن الطلب مرة واحدة. ابدأ من جديد من البرنامج المصغّر.',
      },
      failed: { title: 'لم ينجح ذلك', text: 'لم تتم مشاركة أي شيء. ارجع وحاول مجددًا.' },
    },
  },
}
