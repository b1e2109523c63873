import { wordsOf } from '../../lib/language.ts';

const en = {
  title: 'Sign in',
  lead: 'See and steer the gateway.',
  key: 'Key',
  keyHint: 'The admin key, or your own key of the gateway.',
  signIn: 'Sign in',
  withProvider: 'Sign in with your organization',
  or: 'or',
  show: 'Show the key',
};

const zh: typeof en = {
  title: '登录',
  lead: '查看并管理网关。',
  key: '密钥',
  keyHint: '管理员密钥，或您自己的网关密钥。',
  signIn: '登录',
  withProvider: '使用组织账号登录',
  or: '或',
  show: '显示密钥',
};

export const words = wordsOf(en, zh);
