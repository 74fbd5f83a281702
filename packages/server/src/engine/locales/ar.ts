/**
 * @module The messages in Arabic.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/ar.ts'

const recognize = {
  title: 'التعرّف عليك عندما تعود',
  description: 'معرّف خاص بك لدى هذا التاجر فقط، ولا يكشف شيئًا عنك.',
}
const profile = {
  title: 'الاطلاع على ملفك الأساسي',
  description: 'اسمك المستعار وصورتك وجنسك وبلدك، للترحيب بك وتعبئة حسابك.',
}
const identity = {
  title: 'الاطلاع على هويتك الموثّقة',
  description: 'اسمك وتاريخ ميلادك وجنسيتك وعنوانك كما تحققت منها المحفظة.',
}

export const ar: Messages = {
  direction: 'rtl',
  consent: {
    request: { before: '', after: ' يطلب' },
    verified: 'موثّق',
    notVerified: 'غير موثّق',
    forMinor: 'أنت تقرر عن طفل في رعايتك.',
    required: 'مطلوب',
    alternative: 'مشاركة أقل',
    duration: 'لأي مدة',
    lifetimes: { once: 'مرة واحدة فقط', '30d': '30 يومًا', until_withdrawn: 'حتى أوقفه' },
    receivedBy: (merchant) => `ستتلقى ${merchant} هذه البيانات.`,
    sharedWith: (recipients) => `وستُسلَّم أيضًا إلى ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `يمكنك إيقاف ذلك في أي وقت من ${wallet} › ${settingsPath}.`,
    policy: 'سياسة الخصوصية',
    terms: 'الشروط',
    allow: 'السماح',
    decline: 'عدم السماح',
    nothingSelected: 'فعّل ما تريد السماح به، أو اختر «عدم السماح».',
    close: 'رجوع',
  },
  privacy,
  status: {
    done: { title: 'تم', text: 'يمكنك العودة إلى حيث كنت.' },
    unknown: {
      title: 'انتهت صلاحية هذا الطلب أو تمت الإجابة عنه',
      text: 'ارجع وابدأ من جديد من البرنامج المصغّر.',
    },
    expired: {
      title: 'انتهت مدة هذا الطلب',
      text: 'ظل مفتوحًا أكثر من عشر دقائق. لم تتم مشاركة أي شيء.',
    },
    used: {
      title: 'سبق أن أجبت',
      text: 'يُجاب عن الطلب مرة واحدة. ابدأ من جديد من البرنامج المصغّر.',
    },
    failed: { title: 'لم ينجح ذلك', text: 'لم تتم مشاركة أي شيء. ارجع وحاول مجددًا.' },
    linkExpired: {
      title: 'أُغلقت هذه الصفحة',
      text: 'تُفتح مرة واحدة فقط. افتحها مجددًا من محفظتك.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'معرفة اسمك المستعار', description: 'لمخاطبتك به.' },
    USER_NAME: {
      title: 'معرفة اسمك الكامل',
      description: 'كما هو مسجّل في محفظتك، للطلبات والتوصيل باسمك.',
    },
    USER_AVATAR: { title: 'رؤية صورتك', description: 'لعرضها في صفحة حسابك.' },
    USER_GENDER: { title: 'معرفة جنسك', description: 'لمخاطبتك على النحو الصحيح.' },
    USER_BIRTHDAY: {
      title: 'معرفة تاريخ ميلادك',
      description: 'اليوم والشهر والسنة، للتحقق من عمرك أو تهنئتك.',
    },
    USER_AGE_OVER_18: {
      title: 'معرفة ما إذا تجاوزت 18 عامًا',
      description: 'نعم أو لا فقط، دون تاريخ ميلادك.',
    },
    USER_NATIONALITY: { title: 'معرفة جنسيتك', description: 'لعرض ما هو متاح لك.' },
    USER_LOGIN_ID: {
      title: 'رؤية معرّف الدخول مع إخفاء معظمه',
      description: 'يكفي لتتعرّف على حسابك ولا يكفي للاتصال بك.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'رؤية معرّف الدخول كاملًا',
      description: 'رقم الهاتف أو البريد الذي تسجّل الدخول به، للعثور على حسابك.',
    },
    HASH_LOGIN_ID: {
      title: 'التعرّف على معرّف الدخول',
      description: 'رمز مشتق من معرّف الدخول يطابق حسابًا لديك من قبل دون إظهار المعرّف.',
    },
    USER_CONTACTINFO: {
      title: 'معرفة رقم هاتفك وبريدك',
      description: 'كاملين، للتواصل معك بشأن طلباتك.',
    },
    USER_MOBILE_PHONE: {
      title: 'رؤية رقم هاتفك مع إخفاء معظمه',
      description: 'يكفي لتتعرّف عليه ولا يكفي للاتصال بك.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'الاتصال بك عبر محفظتك',
      description: 'رقم يصل إليك دون إظهار رقمك.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'معرفة رقم هاتفك',
      description: 'الرقم كاملًا، للتواصل معك بشأن طلباتك.',
    },
    USER_EMAIL: {
      title: 'رؤية بريدك مع إخفاء جزء منه',
      description: 'يكفي لتتعرّف عليه ولا يكفي لمراسلتك.',
    },
    RELAY_EMAIL: {
      title: 'مراسلتك عبر محفظتك',
      description: 'بريد يصل إليك دون إظهار عنوانك.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'معرفة بريدك الإلكتروني',
      description: 'العنوان كاملًا، لإرسال الإيصالات وأخبار طلباتك.',
    },
    USER_ADDRESS: {
      title: 'معرفة عنوان سكنك',
      description: 'للتوصيل إليك وعرض ما هو قريب منك.',
    },
    USER_CITY: { title: 'معرفة المدينة التي تسكنها', description: 'المدينة فقط، دون عنوانك.' },
    USER_SHIPPING_ADDRESS: { title: 'معرفة عنوان الشحن', description: 'لتوصيل ما تطلبه.' },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'معرفة ما إذا كانت هويتك موثّقة',
      description: 'نعم أو لا فقط، دون أي من وثائقك.',
    },
    SEND_MESSAGE: {
      title: 'إرسال رسائل إليك داخل المحفظة',
      description: 'عن طلباتك وحجوزاتك.',
    },
    NOTIFICATION_INBOX: {
      title: 'وضع رسائل في صندوق محفظتك',
      description: 'تقرؤها متى شئت.',
    },
    NOTIFICATION_PUSH: {
      title: 'إرسال إشعارات فورية إليك',
      description: 'تظهر على هاتفك فورًا.',
    },
    CARD_LIST: {
      title: 'رؤية البطاقات في محفظتك',
      description: 'أسماؤها وآخر أربعة أرقام، لعرضها عند الدفع.',
    },
    AGREEMENT_PAY: {
      title: 'الخصم منك دون سؤالك كل مرة',
      description: 'مقابل ما اشتركت فيه، إلى أن توقفه.',
    },
  },
  fields: {
    userId: 'معرّفك لدى هذا التاجر',
    status: 'حالة حسابك',
    nickName: 'الاسم المستعار',
    userName: 'الاسم الكامل',
    avatar: 'الصورة',
    gender: 'الجنس',
    birthDate: 'تاريخ الميلاد',
    'age.over18': 'ما إذا تجاوزت 18 عامًا',
    nationality: 'الجنسية',
    'loginId.masked': 'معرّف الدخول مخفيًا جزئيًا',
    'loginId.hash': 'رمز معرّف الدخول',
    'loginId.plain': 'معرّف الدخول',
    'mobilePhone.masked': 'رقم الهاتف مخفيًا جزئيًا',
    'mobilePhone.plain': 'رقم الهاتف',
    'mobilePhone.relay': 'رقم الوسيط',
    'email.masked': 'البريد مخفيًا جزئيًا',
    'email.plain': 'البريد',
    'email.relay': 'بريد الوسيط',
    address: 'عنوان السكن',
    'address.city': 'المدينة',
    shippingAddress: 'عنوان الشحن',
    kycStatus: 'ما إذا كانت هويتك موثّقة',
  },
}
