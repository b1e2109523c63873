import { applyEdits, type Edit, elementSpan, memberSpans, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { insertion, joinToList, joinToString } from '../system-edits.ts';

/**
 * `text` with the addition in its first system or developer message, or in a new first message if it has neither;
 * `body` is its parsed form. All other bytes stay. Where a key occurs twice, each occurrence is edited, so that the
 * prompt is there whichever of them the backend reads. A body without an array of messages, or whose system message
 * has content of no known kind, is left for the backend to refuse.
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
