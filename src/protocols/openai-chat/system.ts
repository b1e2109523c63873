import { applyEdits, elementSpan, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';

/** What is added to a system message, each text as it stands within the quotes of a JSON string. */
export interface SystemAddition {
  readonly escaped: {
    /** Goes in front of the message's own text, the separator included; may be empty. */
    readonly before: string;
    /** Goes behind it, likewise. */
    readonly after: string;
    /** The whole text, where the request has none of its own. */
    readonly alone: string;
  };
}

type Texts = SystemAddition['escaped'];

/**
 * `text` with the addition in its first system or developer message, or in a new first message if it has neither;
 * `body` is its parsed form. All other bytes stay. Where a key occurs twice, each occurrence is edited, so that the
 * prompt is there whichever of them the backend reads. A body without an array of messages, or whose system message
 * has content of no known kind, is left for the backend to refuse.
 */
export function injectSystem(text: string, body: { readonly messages?: unknown }, { escaped }: SystemAddition): string {
  const spans = memberSpans(text, 'messages');
  const edits = spans.flatMap((span) => {
    const messages: unknown = spans.length === 1 ? body.messages : JSON.parse(text.slice(span.start, span.end));
    return Array.isArray(messages) ? messagesEdits(text, span, messages, escaped) : [];
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

function messagesEdits(text: string, { start }: Span, messages: readonly unknown[], texts: Texts): Edit[] {
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

function contentEdits(text: string, content: Span, { before, after, alone }: Texts): Edit[] {
  const [start, end] = [content.start + 1, content.end - 1];
  switch (text[content.start]) {
    case '"':
      if (start === end) return [insertion(start, alone)];
      return [insertion(start, before), insertion(end, after)];
    case '[':
      if (elementSpan(text, 0, content.start) === undefined) return [insertion(start, part(alone))];
      return [
        insertion(start, before === '' ? '' : `${part(before)},`),
        insertion(end, after === '' ? '' : `,${part(after)}`),
      ];
    case 'n':
      return [{ ...content, text: `"${alone}"` }];
    default:
      return [];
  }
}

function part(text: string): string {
  return `{"type":"text","text":"${text}"}`;
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

function isSystemMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !('role' in message)) return false;
  return message.role === 'system' || message.role === 'developer';
}
