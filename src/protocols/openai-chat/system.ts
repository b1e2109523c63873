import { applyEdits, type Edit, elementSpan, memberSpans, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { insertion, joinToList, joinToString } from '../shared/request/system-edits.ts';

/**
 * Adds the prompt to the first system or developer message of `text`, or adds a message if there is none. `body` is its
 * parsed form. All other bytes stay. If a key occurs twice, both are edited, so that the backend reads the prompt in
 * any case. A body without messages, or with a system message of unknown form, stays for the backend to refuse.
 */
export function injectSystem(
  text: string,
  body: { readonly messages?: unknown },
  { escaped }: Pick<Injection, 'escaped'>,
): string {
  const spans = memberSpans(text, 'messages');
  const edits = spans.flatMap((span) => {
    const messages: unknown = spans.length === 1 ? body.messages : JSON.parse(text.slice(span.start, span.end));
    return Array.isArray(messages) ? messagesEdits(text, span, messages, escaped) : [];
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

function messagesEdits(text: string, { start }: Span, messages: readonly unknown[], texts: SystemTexts): Edit[] {
  const index = messages.findIndex(isSystemMessage);
  const message = index < 0 ? undefined : elementSpan(text, index, start);
  if (message === undefined) {
    const comma = messages.length > 0 ? ',' : '';
    return [insertion(start + 1, `{"role":"system","content":"${texts.alone}"}${comma}`)];
  }
  const contents = memberSpans(text, 'content', message.start);
  if (contents.length === 0) return [insertion(message.start + 1, `"content":"${texts.alone}",`)];
  return contents.flatMap((content) => contentEdits(text, content, texts));
}

function contentEdits(text: string, content: Span, texts: SystemTexts): Edit[] {
  switch (text[content.start]) {
    case '"':
      return joinToString(content, texts);
    case '[':
      return joinToList(content, elementSpan(text, 0, content.start) === undefined, texts, part);
    case 'n':
      return [{ ...content, text: `"${texts.alone}"` }];
    default:
      return [];
  }
}

function part(text: string): string {
  return `{"type":"text","text":"${text}"}`;
}

function isSystemMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !('role' in message)) return false;
  return message.role === 'system' || message.role === 'developer';
}
