/**
 * @module The messages in Arabic.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/ar.ts'

const recognize = {
  title: 'التعرّف عليك عندما تعود',
  description: 'معرّف خاص بك لدى هذا التاجر فقط. لا يحتوي على معلومات شخصية.',
}
const profile = {
  title: 'الاطلاع على ملفك الأساسي',
  description: 'اسمك المستعار وصورتك وجنسك وجنسيتك وحالة حسابك.',
}
const identity = {
  title: 'الاطلاع على هويتك الموثّقة',
  description: 'اسمك الكامل وتاريخ ميلادك وجنسيتك وعنوان سكنك وما إذا كانت هويتك موثّقة.',
}

export const ar: Messages = {
  direction: 'rtl',
  consent: {
    request: { before: '', after: ' يطلب' },
    verifiedBy: (wallet) => `موثّق من ${wallet}`,
    notVerifiedBy: (wallet) => `غير موثّق من ${wallet}`,
    unverifiedApp: (target) =>
      `تعذر علينا التحقق من التطبيق الذي يطلب ذلك. اسمح به فقط إذا كنت قد بدأته بنفسك للتو. سيُرسل ردك إلى ${target}.`,
    appOnDevice: (host) => `تطبيق على هذا الجهاز (${host})`,
    forMinor: 'أنت تقرر عن طفل في رعايتك.',
    required: 'مطلوب',
    chooseOne: 'اختر واحدًا',
    alternative: 'مشاركة أقل',
    includes: (fields) => `يشمل ${fields}.`,
    duration: 'المدة',
    lifetimes: { once: 'مرة واحدة فقط', '30d': '30 يومًا', until_withdrawn: 'حتى أوقفه' },
    receivedBy: (merchant) => `يصل ما تسمح به إلى ${merchant}، ومعه معرّفك لدى هذا التاجر.`,
    sharedWith: (recipients) => `وتتم مشاركته أيضًا مع ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `يمكنك إيقاف ذلك في أي وقت من ${wallet} › ${settingsPath}.`,
    policy: 'سياسة الخصوصية',
    terms: 'الشروط',
    allow: 'السماح',
    decline: 'عدم السماح',
    nothingSelected: 'فعّل ما تريد السماح به، أو اختر «عدم السماح».',
    seeAll: 'مرّر إلى الأسفل لرؤية كل شيء',
    offline: 'أنت غير متصل بالإنترنت. تحقق من الاتصال ثم حاول مجددًا.',
    close: 'رجوع',
    continue: 'متابعة',
  },
  privacy,
  status: {
    done: { title: 'تم', text: 'يمكنك العودة إلى حيث كنت.' },
    unknown: { title: 'انتهت صلاحية هذا الطلب أو تمت الإجابة عنه', text: 'ارجع وابدأ من جديد.' },
    expired: {
      title: 'انتهت صلاحية هذا الطلب',
      text: 'ظل مفتوحًا أكثر من 10 دقائق. لم تتم مشاركة أي شيء. ارجع وابدأ من جديد.',
    },
    used: {
      title: 'سبق أن أجبت عن هذا الطلب',
      text: 'يُجاب عن الطلب مرة واحدة فقط. ارجع وابدأ من جديد.',
    },
    failed: { title: 'حدث خطأ ما', text: 'ارجع وحاول مجددًا.' },
    unavailable: { title: 'غير متاح حاليًا', text: 'انتظر لحظة، ثم ارجع وحاول مجددًا.' },
    opening: { title: 'خطوة واحدة متبقية', text: 'اختر «متابعة» لفتح هذه الصفحة.' },
    openElsewhere: {
      title: 'هذا الطلب مفتوح في مكان آخر',
      text: 'حفاظًا على أمانك، لا يمكن الرد إلا من أول صفحة فتحته. ارجع وابدأ من جديد.',
    },
    linkExpired: { title: 'انتهت صلاحية هذه الصفحة', text: 'افتحها مجددًا من محفظتك.' },
    loggedOut: { title: 'تم تسجيل خروجك', text: 'يمكنك إغلاق هذه الصفحة.' },
  },
  logout: {
    title: 'تسجيل الخروج؟',
    text: 'يريد موقع إلكتروني تسجيل خروجك.',
    confirm: 'تسجيل الخروج',
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'معرفة اسمك المستعار', description: 'من ملفك في المحفظة.' },
    USER_NAME: { title: 'معرفة اسمك الكامل', description: 'كما هو مسجّل في محفظتك.' },
    USER_AVATAR: { title: 'رؤية صورتك', description: 'من ملفك في المحفظة.' },
    USER_GENDER: { title: 'معرفة جنسك', description: 'من ملفك في المحفظة.' },
    USER_BIRTHDAY: { title: 'معرفة تاريخ ميلادك', description: 'اليوم والشهر والسنة.' },
    USER_AGE_OVER_18: { title: 'معرفة ما إذا كان عمرك فوق 18 عامًا', description: 'نعم أو لا فقط.' },
    USER_NATIONALITY: { title: 'معرفة جنسيتك', description: 'كما هي مسجّلة في محفظتك.' },
    USER_LOGIN_ID: {
      title: 'رؤية جزء من بيانات دخولك (رقم الهاتف والبريد الإلكتروني)',
      description: 'يبقى الباقي مخفيًا.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'رؤية بيانات دخولك (رقم الهاتف والبريد الإلكتروني)',
      description: 'كاملة كما تستخدمها لتسجيل الدخول.',
    },
    HASH_LOGIN_ID: {
      title: 'التعرّف على بيانات دخولك',
      description:
        'رمز مشتق من بيانات دخولك (رقم الهاتف والبريد الإلكتروني). تبقى البيانات نفسها مخفية.',
    },
    USER_CONTACTINFO: {
      title: 'معرفة رقم هاتفك وبريدك الإلكتروني',
      description: 'كلاهما بالكامل.',
    },
    USER_MOBILE_PHONE: { title: 'رؤية جزء من رقم هاتفك', description: 'يبقى الباقي مخفيًا.' },
    RELAY_MOBILE_PHONE: {
      title: 'الاتصال بك عبر محفظتك',
      description: 'رقم هاتف وسيط. يبقى رقمك مخفيًا.',
    },
    PLAINTEXT_MOBILE_PHONE: { title: 'معرفة رقم هاتفك', description: 'الرقم كاملًا.' },
    USER_EMAIL: { title: 'رؤية جزء من بريدك الإلكتروني', description: 'يبقى الباقي مخفيًا.' },
    RELAY_EMAIL: {
      title: 'مراسلتك عبر محفظتك',
      description: 'بريد إلكتروني وسيط. يبقى بريدك مخفيًا.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'معرفة بريدك الإلكتروني', description: 'العنوان كاملًا.' },
    USER_ADDRESS: { title: 'معرفة عنوان سكنك', description: 'العنوان كاملًا.' },
    USER_CITY: { title: 'معرفة مدينتك', description: 'المدينة فقط.' },
    USER_SHIPPING_ADDRESS: { title: 'معرفة عنوان الشحن الخاص بك', description: 'العنوان كاملًا.' },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'معرفة ما إذا كانت هويتك موثّقة',
      description: 'نعم أو لا فقط، دون وثائق.',
    },
    SEND_MESSAGE: { title: 'إرسال رسائل إليك داخل المحفظة', description: 'تظهر في محفظتك.' },
    NOTIFICATION_INBOX: {
      title: 'إرسال رسائل إلى صندوق محفظتك',
      description: 'يمكنك قراءتها متى شئت.',
    },
    NOTIFICATION_PUSH: { title: 'إرسال إشعارات فورية إليك', description: 'تظهر على هاتفك فورًا.' },
    CARD_LIST: { title: 'رؤية البطاقات في محفظتك', description: 'أسماؤها وآخر أربعة أرقام.' },
    AGREEMENT_PAY: {
      title: 'الخصم منك دون سؤالك كل مرة',
      description: 'يتم الخصم تلقائيًا إلى أن توقفه.',
    },
  },
  fields: {
    userId: 'معرّفك لدى هذا التاجر',
    status: 'حالة حسابك',
    nickName: 'اسمك المستعار',
    userName: 'اسمك الكامل',
    avatar: 'صورتك',
    gender: 'جنسك',
    birthDate: 'تاريخ ميلادك',
    'age.over18': 'ما إذا كان عمرك فوق 18 عامًا',
    nationality: 'جنسيتك',
    'loginId.masked': 'جزء من بيانات دخولك (رقم الهاتف والبريد الإلكتروني)',
    'loginId.hash': 'رمز مشتق من بيانات دخولك (رقم الهاتف والبريد الإلكتروني)',
    'loginId.plain': 'بيانات دخولك (رقم الهاتف والبريد الإلكتروني)',
    'mobilePhone.masked': 'جزء من رقم هاتفك',
    'mobilePhone.plain': 'رقم هاتفك',
    'mobilePhone.relay': 'رقم هاتف وسيط',
    'email.masked': 'جزء من بريدك الإلكتروني',
    'email.plain': 'بريدك الإلكتروني',
    'email.relay': 'بريد إلكتروني وسيط',
    address: 'عنوان سكنك',
    'address.city': 'مدينتك',
    shippingAddress: 'عنوان الشحن الخاص بك',
    kycStatus: 'ما إذا كانت هويتك موثّقة',
  },
}
