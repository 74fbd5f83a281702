/**
 * @module The scopes of this platform family (contract: openapi §8) as a registry starts with them. An operator adds
 * and overrides scopes in assent.yaml.
 */
import type { ScopeEntry } from './registry.ts'

export const STANDARD_SCOPES: readonly ScopeEntry[] = [
  {
    scope: 'auth_base',
    silent: true,
    tier: 'basic',
    fields: [],
    icon: 'fingerprint',
    texts: {
      en: {
        title: 'recognise you when you come back',
        description: 'An id of your own for this merchant. It says nothing about you.',
      },
      ar: {
        title: 'التعرّف عليك عندما تعود',
        description: 'معرّف خاص بك لدى هذا التاجر فقط، ولا يكشف شيئًا عنك.',
      },
    },
  },
  {
    scope: 'USER_ID',
    silent: true,
    tier: 'basic',
    fields: [],
    icon: 'fingerprint',
    texts: {
      en: {
        title: 'recognise you when you come back',
        description: 'An id of your own for this merchant. It says nothing about you.',
      },
      ar: {
        title: 'التعرّف عليك عندما تعود',
        description: 'معرّف خاص بك لدى هذا التاجر فقط، ولا يكشف شيئًا عنك.',
      },
    },
  },
  {
    scope: 'BASE_USER_INFO',
    silent: true,
    tier: 'basic',
    fields: [],
    icon: 'fingerprint',
    texts: {
      en: {
        title: 'recognise you when you come back',
        description: 'An id of your own for this merchant. It says nothing about you.',
      },
      ar: {
        title: 'التعرّف عليك عندما تعود',
        description: 'معرّف خاص بك لدى هذا التاجر فقط، ولا يكشف شيئًا عنك.',
      },
    },
  },
  {
    scope: 'auth_user',
    silent: false,
    tier: 'basic',
    fields: ['status', 'nickName', 'avatar', 'gender', 'nationality'],
    icon: 'user',
    texts: {
      en: {
        title: 'see your basic profile',
        description:
          'Your nickname, picture, gender and country, to greet you and fill in your account.',
      },
      ar: {
        title: 'الاطلاع على ملفك الأساسي',
        description: 'اسمك المستعار وصورتك وجنسك وبلدك، للترحيب بك وتعبئة حسابك.',
      },
    },
  },
  {
    scope: 'USER_INFO',
    silent: false,
    tier: 'basic',
    fields: ['status', 'nickName', 'avatar', 'gender', 'nationality'],
    icon: 'user',
    texts: {
      en: {
        title: 'see your basic profile',
        description:
          'Your nickname, picture, gender and country, to greet you and fill in your account.',
      },
      ar: {
        title: 'الاطلاع على ملفك الأساسي',
        description: 'اسمك المستعار وصورتك وجنسك وبلدك، للترحيب بك وتعبئة حسابك.',
      },
    },
  },
  {
    scope: 'USER_NICKNAME',
    silent: false,
    tier: 'basic',
    fields: ['nickName'],
    icon: 'smile',
    texts: {
      en: { title: 'see your nickname', description: 'To greet you by it.' },
      ar: { title: 'معرفة اسمك المستعار', description: 'لمخاطبتك به.' },
    },
  },
  {
    scope: 'USER_NAME',
    silent: false,
    tier: 'sensitive',
    fields: ['userName'],
    icon: 'id-card',
    texts: {
      en: {
        title: 'see your full name',
        description: 'As it stands in your wallet, for orders and deliveries in your name.',
      },
      ar: {
        title: 'معرفة اسمك الكامل',
        description: 'كما هو مسجّل في محفظتك، للطلبات والتوصيل باسمك.',
      },
    },
  },
  {
    scope: 'USER_AVATAR',
    silent: false,
    tier: 'basic',
    fields: ['avatar'],
    icon: 'image',
    texts: {
      en: { title: 'see your picture', description: 'To show it on your account page.' },
      ar: { title: 'رؤية صورتك', description: 'لعرضها في صفحة حسابك.' },
    },
  },
  {
    scope: 'USER_GENDER',
    silent: false,
    tier: 'sensitive',
    fields: ['gender'],
    icon: 'user',
    texts: {
      en: { title: 'see your gender', description: 'To address you properly.' },
      ar: { title: 'معرفة جنسك', description: 'لمخاطبتك على النحو الصحيح.' },
    },
  },
  {
    scope: 'USER_BIRTHDAY',
    silent: false,
    tier: 'sensitive',
    fields: ['birthDate'],
    icon: 'cake',
    texts: {
      en: {
        title: 'see your date of birth',
        description: 'Day, month and year, to check your age or greet you on the day.',
      },
      ar: {
        title: 'معرفة تاريخ ميلادك',
        description: 'اليوم والشهر والسنة، للتحقق من عمرك أو تهنئتك.',
      },
    },
  },
  {
    scope: 'USER_NATIONALITY',
    silent: false,
    tier: 'sensitive',
    fields: ['nationality'],
    icon: 'flag',
    texts: {
      en: { title: 'see your nationality', description: 'To offer what is available to you.' },
      ar: { title: 'معرفة جنسيتك', description: 'لعرض ما هو متاح لك.' },
    },
  },
  {
    scope: 'USER_LOGIN_ID',
    silent: false,
    tier: 'basic',
    fields: ['loginId.masked'],
    icon: 'at-sign',
    texts: {
      en: {
        title: 'see your login with most digits hidden',
        description: 'Enough for you to recognise your account, too little to contact you.',
      },
      ar: {
        title: 'رؤية معرّف الدخول مع إخفاء معظمه',
        description: 'يكفي لتتعرّف على حسابك ولا يكفي للاتصال بك.',
      },
    },
  },
  {
    scope: 'PLAINTEXT_USER_LOGIN_ID',
    silent: false,
    tier: 'sensitive',
    fields: ['loginId.plain'],
    icon: 'at-sign',
    texts: {
      en: {
        title: 'see your login',
        description: 'The complete phone number or e-mail you log in with, to find your account.',
      },
      ar: {
        title: 'رؤية معرّف الدخول كاملًا',
        description: 'رقم الهاتف أو البريد الذي تسجّل الدخول به، للعثور على حسابك.',
      },
    },
  },
  {
    scope: 'HASH_LOGIN_ID',
    silent: false,
    tier: 'basic',
    fields: ['loginId.hash'],
    icon: 'hash',
    texts: {
      en: {
        title: 'recognise your login',
        description:
          'A code made of your login. It finds an account you already have, without showing the login.',
      },
      ar: {
        title: 'التعرّف على معرّف الدخول',
        description: 'رمز مشتق من معرّف الدخول يطابق حسابًا لديك من قبل دون إظهار المعرّف.',
      },
    },
  },
  {
    scope: 'USER_CONTACTINFO',
    silent: false,
    tier: 'sensitive',
    fields: ['mobilePhone.plain', 'email.plain'],
    icon: 'contact',
    texts: {
      en: {
        title: 'see your phone number and e-mail',
        description: 'Both complete, to reach you about your orders.',
      },
      ar: { title: 'معرفة رقم هاتفك وبريدك', description: 'كاملين، للتواصل معك بشأن طلباتك.' },
    },
  },
  {
    scope: 'USER_MOBILE_PHONE',
    silent: false,
    tier: 'basic',
    fields: ['mobilePhone.masked'],
    icon: 'phone',
    texts: {
      en: {
        title: 'see your phone number with most digits hidden',
        description: 'Enough for you to recognise it, too little to call you.',
      },
      ar: {
        title: 'رؤية رقم هاتفك مع إخفاء معظمه',
        description: 'يكفي لتتعرّف عليه ولا يكفي للاتصال بك.',
      },
    },
  },
  {
    scope: 'PLAINTEXT_MOBILE_PHONE',
    silent: false,
    tier: 'sensitive',
    fields: ['mobilePhone.plain'],
    icon: 'phone',
    texts: {
      en: {
        title: 'see your phone number',
        description: 'The complete number, to reach you about your orders.',
      },
      ar: { title: 'معرفة رقم هاتفك', description: 'الرقم كاملًا، للتواصل معك بشأن طلباتك.' },
    },
  },
  {
    scope: 'USER_EMAIL',
    silent: false,
    tier: 'basic',
    fields: ['email.masked'],
    icon: 'mail',
    texts: {
      en: {
        title: 'see your e-mail address partly hidden',
        description: 'Enough for you to recognise it, too little to write to you.',
      },
      ar: {
        title: 'رؤية بريدك مع إخفاء جزء منه',
        description: 'يكفي لتتعرّف عليه ولا يكفي لمراسلتك.',
      },
    },
  },
  {
    scope: 'PLAINTEXT_EMAIL_ADDRESS',
    silent: false,
    tier: 'sensitive',
    fields: ['email.plain'],
    icon: 'mail',
    texts: {
      en: {
        title: 'see your e-mail address',
        description: 'The complete address, to send you receipts and news of your orders.',
      },
      ar: {
        title: 'معرفة بريدك الإلكتروني',
        description: 'العنوان كاملًا، لإرسال الإيصالات وأخبار طلباتك.',
      },
    },
  },
  {
    scope: 'USER_ADDRESS',
    silent: false,
    tier: 'sensitive',
    fields: ['address'],
    icon: 'map-pin',
    texts: {
      en: {
        title: 'see your home address',
        description: 'To deliver to you and to show what is near.',
      },
      ar: { title: 'معرفة عنوان سكنك', description: 'للتوصيل إليك وعرض ما هو قريب منك.' },
    },
  },
  {
    scope: 'USER_SHIPPING_ADDRESS',
    silent: false,
    tier: 'sensitive',
    fields: ['shippingAddress'],
    icon: 'truck',
    texts: {
      en: { title: 'see your shipping address', description: 'To deliver what you order.' },
      ar: { title: 'معرفة عنوان الشحن', description: 'لتوصيل ما تطلبه.' },
    },
  },
  {
    scope: 'USER_INFO_EKYC',
    silent: false,
    tier: 'restricted',
    fields: ['userName', 'birthDate', 'nationality', 'address', 'kycStatus'],
    icon: 'shield-check',
    texts: {
      en: {
        title: 'see your verified identity',
        description:
          'Your name, date of birth, nationality and address as the wallet has verified them.',
      },
      ar: {
        title: 'الاطلاع على هويتك الموثّقة',
        description: 'اسمك وتاريخ ميلادك وجنسيتك وعنوانك كما تحققت منها المحفظة.',
      },
    },
  },
  {
    scope: 'KYC_INFO',
    silent: false,
    tier: 'restricted',
    fields: ['userName', 'birthDate', 'nationality', 'address', 'kycStatus'],
    icon: 'shield-check',
    texts: {
      en: {
        title: 'see your verified identity',
        description:
          'Your name, date of birth, nationality and address as the wallet has verified them.',
      },
      ar: {
        title: 'الاطلاع على هويتك الموثّقة',
        description: 'اسمك وتاريخ ميلادك وجنسيتك وعنوانك كما تحققت منها المحفظة.',
      },
    },
  },
  {
    scope: 'USER_KYC_STATUS',
    silent: false,
    tier: 'sensitive',
    fields: ['kycStatus'],
    icon: 'badge-check',
    texts: {
      en: {
        title: 'see whether your identity is verified',
        description: 'Only yes or no, none of your documents.',
      },
      ar: {
        title: 'معرفة ما إذا كانت هويتك موثّقة',
        description: 'نعم أو لا فقط، دون أي من وثائقك.',
      },
    },
  },
  {
    scope: 'SEND_MESSAGE',
    silent: false,
    tier: 'basic',
    fields: [],
    icon: 'message-square',
    texts: {
      en: {
        title: 'send you messages in the wallet',
        description: 'About your orders and bookings.',
      },
      ar: { title: 'إرسال رسائل إليك داخل المحفظة', description: 'عن طلباتك وحجوزاتك.' },
    },
  },
  {
    scope: 'NOTIFICATION_INBOX',
    silent: false,
    tier: 'basic',
    fields: [],
    icon: 'inbox',
    texts: {
      en: {
        title: 'put messages into your wallet inbox',
        description: 'You read them when you like.',
      },
      ar: { title: 'وضع رسائل في صندوق محفظتك', description: 'تقرؤها متى شئت.' },
    },
  },
  {
    scope: 'NOTIFICATION_PUSH',
    silent: false,
    tier: 'basic',
    fields: [],
    icon: 'bell',
    texts: {
      en: {
        title: 'send you push notifications',
        description: 'They appear on your phone at once.',
      },
      ar: { title: 'إرسال إشعارات فورية إليك', description: 'تظهر على هاتفك فورًا.' },
    },
  },
  {
    scope: 'CARD_LIST',
    silent: false,
    tier: 'restricted',
    fields: [],
    icon: 'credit-card',
    texts: {
      en: {
        title: 'see the cards in your wallet',
        description: 'Their names and last four digits, to offer them when you pay.',
      },
      ar: {
        title: 'رؤية البطاقات في محفظتك',
        description: 'أسماؤها وآخر أربعة أرقام، لعرضها عند الدفع.',
      },
    },
  },
  {
    scope: 'AGREEMENT_PAY',
    silent: false,
    tier: 'restricted',
    fields: [],
    icon: 'receipt',
    texts: {
      en: {
        title: 'charge you without asking each time',
        description: 'For what you have subscribed to, until you stop it.',
      },
      ar: {
        title: 'الخصم منك دون سؤالك كل مرة',
        description: 'مقابل ما اشتركت فيه، إلى أن توقفه.',
      },
    },
  },
]
