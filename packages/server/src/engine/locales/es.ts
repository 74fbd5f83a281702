/**
 * @module The messages in Spanish.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/es.ts'

const recognize = {
  title: 'reconocerte cuando vuelvas',
  description: 'Un ID que solo este comercio tiene para ti. No contiene datos personales.',
}
const profile = {
  title: 'ver tu perfil básico',
  description: 'Apodo, foto, género, nacionalidad y estado de la cuenta.',
}
const identity = {
  title: 'ver tu identidad verificada',
  description:
    'Nombre completo, fecha de nacimiento, nacionalidad, dirección de casa y si tu identidad está verificada.',
}

export const es: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' quiere' },
    verifiedBy: (wallet) => `Verificado por ${wallet}`,
    notVerifiedBy: (wallet) => `No verificado por ${wallet}`,
    unverifiedApp: (target) =>
      `No pudimos verificar qué aplicación hace la solicitud. Permítela solo si acabas de iniciarla tú. Tu respuesta se envía a ${target}.`,
    appOnDevice: (host) => `una aplicación de este dispositivo (${host})`,
    forMinor: 'Estás decidiendo por un menor a tu cargo.',
    required: 'Obligatorio',
    chooseOne: 'Elige una opción',
    alternative: 'Compartir menos',
    includes: (fields) => `Incluye ${fields}.`,
    duration: 'Duración',
    lifetimes: {
      once: 'Solo una vez',
      '30d': '30 días',
      until_withdrawn: 'Hasta que lo desactive',
    },
    receivedBy: (merchant) =>
      `${merchant} recibe lo que permitas, junto con tu ID con este comercio.`,
    sharedWith: (recipients) => `También se comparte con ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Puedes desactivarlo cuando quieras en ${wallet} › ${settingsPath}.`,
    policy: 'Política de privacidad',
    terms: 'Condiciones',
    allow: 'Permitir',
    decline: 'No permitir',
    nothingSelected: 'Activa lo que quieras permitir o elige “No permitir”.',
    seeAll: 'Desplázate para ver todo',
    offline: 'No tienes conexión. Revísala e inténtalo de nuevo.',
    close: 'Volver',
    continue: 'Continuar',
  },
  privacy,
  status: {
    done: { title: 'Listo', text: 'Puedes volver a donde estabas.' },
    unknown: {
      title: 'Esta solicitud caducó o ya fue respondida',
      text: 'Vuelve y empieza de nuevo.',
    },
    expired: {
      title: 'Esta solicitud caducó',
      text: 'Estuvo abierta más de 10 minutos. No se compartió nada. Vuelve y empieza de nuevo.',
    },
    used: {
      title: 'Ya respondiste esta solicitud',
      text: 'Una solicitud solo se responde una vez. Vuelve y empieza de nuevo.',
    },
    failed: { title: 'Algo salió mal', text: 'Vuelve e inténtalo de nuevo.' },
    unavailable: {
      title: 'No está disponible en este momento',
      text: 'Espera un momento, vuelve e inténtalo de nuevo.',
    },
    opening: { title: 'Un paso más', text: 'Elige «Continuar» para abrir esta página.' },
    openElsewhere: {
      title: 'Esta solicitud está abierta en otro lugar',
      text: 'Por tu seguridad, solo puede responder la primera página que la abrió. Vuelve y empieza de nuevo.',
    },
    linkExpired: { title: 'Esta página caducó', text: 'Ábrela de nuevo desde tu billetera.' },
    loggedOut: { title: 'Sesión cerrada', text: 'Puedes cerrar esta página.' },
  },
  logout: {
    title: '¿Cerrar sesión?',
    text: 'Un sitio web quiere cerrar tu sesión.',
    confirm: 'Cerrar sesión',
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'ver tu apodo', description: 'De tu perfil en la billetera.' },
    USER_NAME: {
      title: 'ver tu nombre completo',
      description: 'Como está registrado en tu billetera.',
    },
    USER_AVATAR: { title: 'ver tu foto', description: 'De tu perfil en la billetera.' },
    USER_GENDER: { title: 'ver tu género', description: 'De tu perfil en la billetera.' },
    USER_BIRTHDAY: { title: 'ver tu fecha de nacimiento', description: 'Día, mes y año.' },
    USER_AGE_OVER_18: { title: 'ver si eres mayor de 18', description: 'Solo sí o no.' },
    USER_NATIONALITY: {
      title: 'ver tu nacionalidad',
      description: 'Como está registrada en tu billetera.',
    },
    USER_LOGIN_ID: {
      title: 'ver parte de tu usuario (teléfono y correo)',
      description: 'El resto queda oculto.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'ver tu usuario (teléfono y correo)',
      description: 'Completo, como lo usas para entrar.',
    },
    HASH_LOGIN_ID: {
      title: 'reconocer tu usuario',
      description:
        'Un código creado a partir de tu usuario (teléfono y correo). El usuario queda oculto.',
    },
    USER_CONTACTINFO: { title: 'ver tu teléfono y tu correo', description: 'Ambos completos.' },
    USER_MOBILE_PHONE: { title: 'ver parte de tu teléfono', description: 'El resto queda oculto.' },
    RELAY_MOBILE_PHONE: {
      title: 'llamarte a través de tu billetera',
      description: 'Un teléfono de reenvío. El tuyo queda oculto.',
    },
    PLAINTEXT_MOBILE_PHONE: { title: 'ver tu teléfono', description: 'El número completo.' },
    USER_EMAIL: { title: 'ver parte de tu correo', description: 'El resto queda oculto.' },
    RELAY_EMAIL: {
      title: 'escribirte a través de tu billetera',
      description: 'Un correo de reenvío. El tuyo queda oculto.',
    },
    PLAINTEXT_EMAIL_ADDRESS: { title: 'ver tu correo', description: 'La dirección completa.' },
    USER_ADDRESS: { title: 'ver tu dirección de casa', description: 'La dirección completa.' },
    USER_CITY: { title: 'ver en qué ciudad vives', description: 'Solo la ciudad.' },
    USER_SHIPPING_ADDRESS: {
      title: 'ver tu dirección de envío',
      description: 'La dirección completa.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'ver si tu identidad está verificada',
      description: 'Solo sí o no, sin documentos.',
    },
    SEND_MESSAGE: {
      title: 'enviarte mensajes en la billetera',
      description: 'Aparecen en tu billetera.',
    },
    NOTIFICATION_INBOX: {
      title: 'enviar mensajes al buzón de tu billetera',
      description: 'Puedes leerlos cuando quieras.',
    },
    NOTIFICATION_PUSH: {
      title: 'enviarte notificaciones push',
      description: 'Aparecen de inmediato en tu pantalla.',
    },
    CARD_LIST: {
      title: 'ver las tarjetas de tu billetera',
      description: 'Su nombre y los últimos cuatro dígitos.',
    },
    AGREEMENT_PAY: {
      title: 'cobrarte sin preguntar cada vez',
      description: 'Los cobros son automáticos hasta que lo desactives.',
    },
  },
  fields: {
    userId: 'tu ID con este comercio',
    status: 'estado de la cuenta',
    nickName: 'apodo',
    userName: 'nombre completo',
    avatar: 'foto',
    gender: 'género',
    birthDate: 'fecha de nacimiento',
    'age.over18': 'si eres mayor de 18',
    nationality: 'nacionalidad',
    'loginId.masked': 'parte de tu usuario (teléfono y correo)',
    'loginId.hash': 'código creado a partir de tu usuario (teléfono y correo)',
    'loginId.plain': 'usuario (teléfono y correo)',
    'mobilePhone.masked': 'parte de tu teléfono',
    'mobilePhone.plain': 'teléfono',
    'mobilePhone.relay': 'teléfono de reenvío',
    'email.masked': 'parte de tu correo',
    'email.plain': 'correo',
    'email.relay': 'correo de reenvío',
    address: 'dirección de casa',
    'address.city': 'ciudad',
    shippingAddress: 'dirección de envío',
    kycStatus: 'si tu identidad está verificada',
  },
}
