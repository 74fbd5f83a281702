/**
 * @module The messages in Chinese.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/zh.ts'

const recognize = {
  title: '在你再次光临时认出你',
  description: '只用于该商家的专属编号，不透露你的任何信息。',
}
const profile = {
  title: '查看你的基本资料',
  description: '你的昵称、头像、性别和国家，用于问候你和填写账户。',
}
const identity = {
  title: '查看你的实名信息',
  description: '钱包已核实的姓名、出生日期、国籍和地址。',
}

export const zh: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' 希望' },
    verified: '已认证',
    notVerified: '未认证',
    forMinor: '你正在为受你监护的孩子做决定。',
    required: '必需',
    alternative: '少分享一些',
    duration: '允许多久',
    lifetimes: { once: '仅此一次', '30d': '30 天', until_withdrawn: '直到我关闭' },
    receivedBy: (merchant) => `${merchant} 会收到这些信息。`,
    sharedWith: (recipients) => `信息还会转交给 ${recipients}。`,
    howToWithdraw: (wallet, settingsPath) => `你可以随时在 ${wallet} › ${settingsPath} 中停止。`,
    policy: '隐私政策',
    terms: '条款',
    allow: '允许',
    decline: '不允许',
    nothingSelected: '请打开你愿意允许的项目，或选择“不允许”。',
    close: '返回',
  },
  privacy,
  status: {
    done: { title: '完成', text: '你可以回到之前的页面。' },
    unknown: { title: '此请求已过期或已处理', text: '请返回小程序重新开始。' },
    expired: { title: '这个请求已过期', text: '它已打开超过十分钟。没有共享任何信息。' },
    used: { title: '你已经回答过了', text: '每个请求只能回答一次。请从小程序重新开始。' },
    failed: { title: '没有成功', text: '没有共享任何信息。请返回重试。' },
    linkExpired: { title: '此页面已关闭', text: '它只能打开一次。请从钱包中重新打开。' },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: '查看你的昵称', description: '用来称呼你。' },
    USER_NAME: {
      title: '查看你的全名',
      description: '钱包中登记的姓名，用于以你的名义下单和配送。',
    },
    USER_AVATAR: { title: '查看你的头像', description: '用来显示在你的账户页面上。' },
    USER_GENDER: { title: '查看你的性别', description: '用来恰当地称呼你。' },
    USER_BIRTHDAY: {
      title: '查看你的出生日期',
      description: '年、月、日，用于核对年龄或生日问候。',
    },
    USER_AGE_OVER_18: {
      title: '查看你是否年满 18 岁',
      description: '只有是或否，没有你的出生日期。',
    },
    USER_NATIONALITY: { title: '查看你的国籍', description: '用来提供你可以使用的服务。' },
    USER_LOGIN_ID: {
      title: '查看隐藏大部分的登录账号',
      description: '足以让你认出账户，不足以联系你。',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: '查看你的登录账号',
      description: '你登录用的完整手机号或邮箱，用于找到你的账户。',
    },
    HASH_LOGIN_ID: {
      title: '识别你的登录账号',
      description: '由登录账号生成的代码，可匹配你已有的账户，不显示账号本身。',
    },
    USER_CONTACTINFO: {
      title: '查看你的手机号和邮箱',
      description: '完整信息，用于就订单联系你。',
    },
    USER_MOBILE_PHONE: {
      title: '查看隐藏大部分的手机号',
      description: '足以让你认出，不足以给你打电话。',
    },
    RELAY_MOBILE_PHONE: {
      title: '通过钱包给你打电话',
      description: '一个能联系到你、又不显示你号码的号码。',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: '查看你的手机号',
      description: '完整号码，用于就订单联系你。',
    },
    USER_EMAIL: { title: '查看隐藏一部分的邮箱', description: '足以让你认出，不足以给你写信。' },
    RELAY_EMAIL: {
      title: '通过钱包给你写信',
      description: '一个能联系到你、又不显示你邮箱的地址。',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: '查看你的邮箱',
      description: '完整地址，用于发送收据和订单消息。',
    },
    USER_ADDRESS: { title: '查看你的住址', description: '用于送货和显示附近的服务。' },
    USER_CITY: { title: '查看你所在的城市', description: '只有城市，没有你的住址。' },
    USER_SHIPPING_ADDRESS: { title: '查看你的收货地址', description: '用于配送你的订单。' },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: { title: '查看你是否已实名', description: '只有是或否，不含任何证件。' },
    SEND_MESSAGE: { title: '在钱包中给你发消息', description: '关于你的订单和预订。' },
    NOTIFICATION_INBOX: { title: '把消息放进你的钱包收件箱', description: '你可以随时查看。' },
    NOTIFICATION_PUSH: { title: '给你发推送通知', description: '会立即出现在你的手机上。' },
    CARD_LIST: { title: '查看你钱包里的银行卡', description: '卡的名称和后四位，付款时供你选择。' },
    AGREEMENT_PAY: {
      title: '不再逐次询问就向你扣款',
      description: '用于你订阅的内容，直到你停止。',
    },
  },
  fields: {
    userId: '你在该商家的 ID',
    status: '账户状态',
    nickName: '昵称',
    userName: '全名',
    avatar: '头像',
    gender: '性别',
    birthDate: '出生日期',
    'age.over18': '是否年满 18 岁',
    nationality: '国籍',
    'loginId.masked': '部分隐藏的登录账号',
    'loginId.hash': '登录账号的代码',
    'loginId.plain': '登录账号',
    'mobilePhone.masked': '部分隐藏的手机号',
    'mobilePhone.plain': '手机号',
    'mobilePhone.relay': '中转号码',
    'email.masked': '部分隐藏的邮箱',
    'email.plain': '邮箱',
    'email.relay': '中转邮箱',
    address: '住址',
    'address.city': '城市',
    shippingAddress: '收货地址',
    kycStatus: '是否已实名',
  },
}
