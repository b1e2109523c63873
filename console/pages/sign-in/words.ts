import { wordsOf } from '../../lib/language.ts';

const en = {
  title: 'Sign in',
  lead: 'See and steer the gateway.',
  key: 'Key',
  keyHint: 'The admin key, or your own key of the gateway.',
  signIn: 'Sign in',
  signingIn: 'Signing in …',
  withProvider: 'Sign in with your organization',
  or: 'or',
  refused: 'This key lets nobody in here. Copy it again, all of it.',
  wait: (time: string) => `Too many attempts from your address. Try again in ${time}.`,
  again: 'You can try again now.',
  unreachable: 'The gateway cannot be reached. Try again in a moment.',
  noWay: 'Nobody can sign in here yet',
  noWayMore:
    'The gateway has no key. From its own machine the console is open; to sign in from another, set admin.api_key.',
  endedTitle: 'Your session has ended',
  endedMore: 'Sign in again to go on. What you have written is still here.',
  inTab: 'Sign in with your organization, in another tab',
  inTabMore: 'Then come back to this one.',
};

const zh: typeof en = {
  title: '登录',
  lead: '查看并管理网关。',
  key: '密钥',
  keyHint: '管理员密钥，或您自己的网关密钥。',
  signIn: '登录',
  signingIn: '正在登录 …',
  withProvider: '使用组织账号登录',
  or: '或',
  refused: '此密钥无法登录。请重新完整复制。',
  wait: (time) => `来自您地址的尝试次数过多，请在 ${time}后重试。`,
  again: '现在可以重试。',
  unreachable: '无法连接网关，请稍后重试。',
  noWay: '目前还没有人可以在此登录',
  noWayMore: '网关没有密钥。在网关所在的机器上可以直接打开控制台；要从其他机器登录，请设置 admin.api_key。',
  endedTitle: '会话已结束',
  endedMore: '重新登录即可继续，您填写的内容仍在此处。',
  inTab: '在新标签页中使用组织账号登录',
  inTabMore: '完成后请回到此标签页。',
};

export const words = wordsOf(en, zh);
