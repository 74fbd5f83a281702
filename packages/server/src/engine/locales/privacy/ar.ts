/**
 * @module The messages of the privacy page in Arabic.
 */
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

export const privacy: PrivacyMessages = {
  title: 'ما سمحت به',
  empty: 'لا يملك أي برنامج مصغّر حق الوصول إلى معلوماتك.',
  lastRead: (at) => `آخر قراءة ${at}`,
  neverRead: 'لم يُقرأ شيء بعد',
  grantedSince: (at) => `منذ ${at}`,
  validUntil: (at) => `حتى ${at}`,
  endsIfUnused: (at) => `ينتهي ${at} إذا لم يُستخدم قبل ذلك`,
  withdraw: 'إيقاف',
  withdrawAll: 'إيقاف الكل',
  withdrawnNotice: (name) => `لم يعد بإمكان ${name} الوصول إلى معلوماتك.`,
  accessLog: 'ما تمت قراءته',
  accessLogEmpty: 'لم يُقرأ شيء.',
  signedIn: 'سجّلت الدخول',
  times: (count) =>
    plural('ar', count, {
      one: 'مرة واحدة',
      two: 'مرتين',
      few: `${count} مرات`,
      other: `${count} مرة`,
    }),
  denied: 'مرفوض',
  clearDenials: 'السماح بالطلبات مجددًا',
  denialsCleared: (name) => `يمكن لـ ${name} أن يطلب منك مجددًا.`,
  withdrawn: 'لم يعد لديه حق الوصول',
  deletionRequested: (at, merchant) => `في ${at} طلبنا من ${merchant} حذف بياناتك`,
  deletionConfirmed: (at) => `تم التأكيد في ${at}`,
  receipts: 'الإيصالات',
  receipt: 'إيصال',
  download: 'تنزيل',
  exportAll: 'تنزيل الكل',
  back: 'رجوع',
  events: {
    granted: 'سُمح به',
    partial: 'سُمح به جزئيًا',
    refused: 'لم يُسمح به',
    changed: 'تغيّر',
    renewed: 'سُمح به مجددًا',
    withdrawn: 'أُوقف',
    expired: 'انتهت الصلاحية',
  },
  receiptNumber: 'رقم الإيصال',
  userId: 'معرّفك لدى هذا التاجر',
  contact: 'للتواصل',
  proof: 'الإثبات',
}
