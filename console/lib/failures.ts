import type { FailureKind } from '../../src/core/failure.ts';
import { wordsOf } from './language.ts';

/** What a backend did, as the rest of a sentence that begins with its name. */
type Phrases = Readonly<Record<FailureKind, string>>;

const en: Phrases = {
  connection_failed: 'could not be connected to',
  connection_reset: 'closed the connection before its answer was whole',
  connect_timeout: 'did not accept a connection within connect_timeout',
  first_byte_timeout: 'sent nothing within first_byte_timeout',
  read_timeout: 'fell silent for longer than read_timeout',
  rate_limited: 'limits the request rate',
  overloaded: 'is overloaded',
  server_error: 'failed',
  refused: "refused the gateway's key or account",
  client_refused: "refused the client's own key, or that there was none",
  not_found: 'has no such model or endpoint',
  bad_request: 'called the request invalid',
  context_length: 'has too small a context window',
  content_filter: 'filtered the content',
  not_carried: 'speaks another dialect, which cannot say what the request asks for',
  looped: 'led back to this gateway',
  broken_answer: 'sent an answer that is broken',
  generation_failed: 'ended its answer without completing it',
  own_lack: 'could not be asked because the gateway has run out of files, memory or ports',
  no_room: 'answered with more than there is room for',
  total_timeout: 'was not done when total_timeout was over',
  write_timeout: 'answered, but the client took nothing for write_timeout',
  client_gone: 'was still working when the client left',
  shutting_down: 'was still working when the gateway had to stop',
  hedge_lost: 'was slower than another route that was tried beside it',
  over_budget: 'was not asked, or not to the end, because a budget has too little left',
};

const zh: Phrases = {
  connection_failed: '无法连接',
  connection_reset: '在回答完整之前关闭了连接',
  connect_timeout: '未在 connect_timeout 内接受连接',
  first_byte_timeout: '在 first_byte_timeout 内没有返回任何内容',
  read_timeout: '停止发送的时间超过了 read_timeout',
  rate_limited: '限制了请求速率',
  overloaded: '过载',
  server_error: '发生故障',
  refused: '拒绝了网关的密钥或账户',
  client_refused: '拒绝了客户端自己的密钥，或客户端未提供密钥',
  not_found: '没有该模型或端点',
  bad_request: '认为请求无效',
  context_length: '上下文窗口太小',
  content_filter: '过滤了内容',
  not_carried: '使用另一种方言，无法表达请求的内容',
  looped: '又指回了本网关',
  broken_answer: '返回的回答已损坏',
  generation_failed: '没有完成回答就结束了',
  own_lack: '无法请求：网关的文件、内存或端口已用尽',
  no_room: '返回的内容超出了可用内存',
  total_timeout: '在 total_timeout 到期时仍未完成',
  write_timeout: '已回答，但客户端在 write_timeout 内没有接收',
  client_gone: '仍在处理时客户端已断开',
  shutting_down: '仍在处理时网关必须停止',
  hedge_lost: '比同时尝试的另一路由慢',
  over_budget: '因预算余额不足而未被请求，或未请求完',
};

const phrases = wordsOf(en, zh);

/** What a failure means, after the name of a backend; undefined for one that this version does not know. */
export function failurePhrase(kind: string | null): string | undefined {
  return kind !== null && isKnown(kind) ? phrases.value[kind] : undefined;
}

/** All failures with what they mean, to choose from. */
export function failureNames(): (readonly [string, string])[] {
  return Object.entries(phrases.value).map(([name, phrase]) => [name, `${name} – ${phrase}`]);
}

function isKnown(kind: string): kind is FailureKind {
  return Object.hasOwn(en, kind);
}
