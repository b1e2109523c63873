import { wordsOf } from '../../lib/language.ts';

const en = {
  label: 'Demo',
  title: (time: string) => `Demo data: what happened before ${time} is made up.`,
  more: 'It is gone when the gateway stops.',
  hidden: (time: string) => `Demo: what was made up before ${time} is hidden.`,
  hide: 'Hide it',
  show: 'Show it',
  send: 'Send demo requests',
  sending: (done: number, all: number) => `Sending ${done} of ${all} …`,
  sent: 'Demo requests',
  failedOver: 'failed over',
  served: 'served',
  failed: (status: number) => `failed with ${status}`,
  asked: 'Model',
  dialect: 'Dialect',
  outcome: 'Outcome',
  attempts: 'Attempts',
};

const zh: typeof en = {
  label: '演示',
  title: (time) => `演示数据：${time} 之前的内容均为虚构。`,
  more: '网关停止后不会保留。',
  hidden: (time) => `演示：${time} 之前的虚构数据已隐藏。`,
  hide: '隐藏',
  show: '显示',
  send: '发送演示请求',
  sending: (done, all) => `正在发送第 ${done} 个，共 ${all} 个…`,
  sent: '演示请求',
  failedOver: '已故障转移',
  served: '成功',
  failed: (status) => `失败，状态码 ${status}`,
  asked: '模型',
  dialect: '方言',
  outcome: '结果',
  attempts: '尝试',
};

export const words = wordsOf(en, zh);
