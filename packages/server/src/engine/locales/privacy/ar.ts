/**
 * @module The messages of the privacy page in Arabic.
 */
import { joinList } from '../list.ts'
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('ar', items)
const times = (count: number): string =>
  count === 1
    ? ''
    : ` ${plural('ar', count, { two: 'مرتين', few: `${count} مرات`, other: `${count} مرة` })}`

export const privacy: PrivacyMessages = {
  title: 'الوصول إلى معلوماتك',
  intro: 'هذه البرامج المصغّرة لديها حق الوصول. يمكنك إيقاف أي منها في أي وقت.',
  empty: 'لا يملك أي برنامج مصغّر حق الوصول إلى معلوماتك.',
  emptyHint: 'عندما تسمح لأحدها، سترى هنا ما يمكنه فعله، ويمكنك إيقافه.',
  can: (titles) => `يمكنه ${list(titles)}.`,
  withoutAccess: 'لم يعد لديها حق الوصول',
  accessEnded: (at) => `انتهى حق الوصول في ${at}.`,
  neverAllowed: 'لم تسمح بطلباته.',
  exportAll: 'تنزيل الكل',

  back: 'رجوع',
  since: 'منذ',
  lastUsed: 'آخر استخدام',
  ends: 'ينتهي',
  neverUsed: 'لم يُستخدم بعد',
  endsWhenStopped: 'عندما توقفه',
  endsIfUnused: (at) => `ينتهي في ${at} إذا لم يُستخدم قبل ذلك.`,
  canDo: 'ما يمكنه فعله',
  why: 'السبب',
  withdraw: 'إيقاف',
  withdrawAll: 'إيقاف الكل',
  withdrawnNotice: (name) => `لم يعد بإمكان ${name} الوصول إلى معلوماتك.`,
  scopeWithdrawn: (title) => `أوقفت: ${title}.`,
  denied: 'غير مسموح به',
  deniedScopes: (titles) => `لم تسمح بما يلي: ${list(titles)}.`,
  clearDenials: 'السماح بالطلبات مجددًا',
  denialsCleared: (name) => `يمكن لـ ${name} أن يطلب منك مجددًا.`,
  recipient: 'من يتلقى معلوماتك',
  contact: 'للتواصل',
  sharedWith: 'تُسلَّم أيضًا إلى',
  retention: 'مدة الاحتفاظ بها',
  storedIn: 'مكان الاحتفاظ بها',
  deletionOnStop: (merchant) => `عندما توقف الكل، نطلب من ${merchant} حذف البيانات التي لديها.`,
  deletionRequested: (at, merchant) => `في ${at} طلبنا من ${merchant} حذف بياناتك.`,
  deletionConfirmed: (at) => `وتم تأكيد الحذف في ${at}.`,
  deletionPending: 'لم يتم تأكيد ذلك بعد.',

  history: 'السجل',
  historyEmpty: 'لم يُقرأ شيء بعد.',
  historyOlder: 'الإدخالات الأقدم موجودة في ملف «تنزيل الكل».',
  read: (fields, count) => `قرأ${times(count)}: ${list(fields)}`,
  used: (titles, count) => `استخدم إذنه${times(count)}: ${list(titles)}`,
  signedIn: (count) => `سجّلت الدخول${times(count)}`,
  lastAt: (at) => `آخر مرة: ${at}`,
  decisions: {
    granted: (titles) => `سمحت بما يلي: ${list(titles)}`,
    partial: (titles, others) => `سمحت بما يلي: ${list(titles)}، ولم تسمح بما يلي: ${list(others)}`,
    refused: (_, others) => `لم تسمح بما يلي: ${list(others)}`,
    changed: (titles) => `وافقت على شروط معدّلة: ${list(titles)}`,
    renewed: (titles) => `سمحت مجددًا بما يلي: ${list(titles)}`,
    withdrawn: (titles) => `أوقفت: ${list(titles)}`,
    expired: (titles) => `انتهت صلاحية: ${list(titles)}`,
  },

  receipt: 'إيصال',
  events: {
    granted: 'سُمح به',
    partial: 'سُمح به جزئيًا',
    refused: 'لم يُسمح به',
    changed: 'تغيّر',
    renewed: 'سُمح به مجددًا',
    withdrawn: 'أُوقف',
    expired: 'انتهت الصلاحية',
  },
  actors: {
    user: 'أنت',
    guardian: 'ولي أمرك',
    merchant: 'التاجر',
    operator: 'المحفظة',
    system: 'تلقائيًا',
  },
  who: 'الجهة',
  what: 'المحتوى',
  when: 'الوقت',
  decidedBy: 'صاحب القرار',
  howLong: 'المدة',
  howToStop: 'كيفية الإيقاف',
  receiptNumber: 'رقم الإيصال',
  userId: 'معرّفك لدى هذا التاجر',
  download: 'تنزيل',
  technicalDetails: 'تفاصيل تقنية',
  screenHash: 'بصمة SHA-256 للطلب الذي أجبت عنه',
  signature: 'التوقيع',
  signatureHint: 'يحتوي التنزيل على الإيصال الموقّع (JWS). مفاتيحه العامة موجودة في',
  timesInUtc: 'التواريخ والأوقات بتوقيت UTC.',
}
