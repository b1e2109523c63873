import type { Exchange } from '../../core/exchange.ts';
import type { LocalAnswer } from '../../core/local-answer.ts';
import type { Refusal } from '../../core/refusal.ts';
import { securityHeaders } from '../security-headers.ts';

/** What went wrong with signing in at a provider, for whoever came there by a link: a page for a browser. Undefined: it asks for JSON. */
export function problemPage(
  { headers }: Exchange,
  refusal: Refusal,
  cookies: readonly string[],
): LocalAnswer | undefined {
  if (headers['accept']?.includes('text/html') !== true) return undefined;
  const { status, code, message, details } = refusal;
  const isChinese = /^zh\b/i.test(headers['accept-language'] ?? '');
  const words = isChinese ? CHINESE : ENGLISH;
  const html = `<!doctype html>
<html lang="${isChinese ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${words.title} – llm-proxy</title></head>
<body><main><h1>${words.title}</h1><p>${escaped(message)}</p><p>${words.code}: <code>${code}</code></p><p><a href="/">${words.back}</a></p></main></body>
</html>
`;
  return { html, status, cookies, errorCode: code, headers: { ...details.headers, ...securityHeaders('page') } };
}

const ENGLISH = { title: 'Not signed in', code: 'Code', back: 'Back to the console' };
const CHINESE = { title: '未登录', code: '代码', back: '返回控制台' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
