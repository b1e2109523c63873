import { asArray, asObject, asString } from '../../lib/json.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { firstMember, insertion, joinToString } from '../system-edits.ts';

/** How the block begins with which an agent says who it is. It is no prompt, and has to stay in front. */
const ATTRIBUTION = 'x-anthropic-';

/** Whether a block of the system prompt is such a one. */
export function isAttribution(block: unknown): boolean {
  return asString(asObject(block)?.['text'])?.startsWith(ATTRIBUTION) ?? false;
}

/**
 * A system prompt without what an agent says there of itself: it is for Anthropic alone, and where it changes with each
 * request no other provider would ever find a prompt in its cache.
 */
export function withoutAttribution(system: unknown): unknown {
  if (typeof system === 'string') return unattributed(system);
  if (!Array.isArray(system) || !system.some(isAttribution)) return system;
  return system.flatMap((value): unknown[] => {
    if (!isAttribution(value)) return [value];
    const block = asObject(value);
    const text = unattributed(asString(block?.['text']) ?? '');
    return text === '' ? [] : [{ ...block, text }];
  });
}

/** The text without the lines of attribution that it begins with. */
function unattributed(text: string): string {
  if (!text.startsWith(ATTRIBUTION)) return text;
  let from = 0;
  while (text.startsWith(ATTRIBUTION, from)) {
    const end = text.indexOf('\n', from);
    if (end === -1) return '';
    from = end + 1;
  }
  return text.slice(from).trimStart();
}

/**
 * `text` with the prompt in its `system`: joined to a string, as blocks of their own before and behind others. All
 * other bytes stay. Where the key occurs twice, each occurrence is edited. What is neither string nor array is left
 * for the backend to refuse.
 */
export function injectSystem(text: string, _body: Record<string, unknown>, { escaped }: Injection): string {
  const spans = memberSpans(text, 'system');
  if (spans.length > 0) {
    return applyEdits(
      text,
      spans.flatMap((span) => systemEdits(text, span, escaped)),
    );
  }
  return applyEdits(text, [firstMember(text, text.indexOf('{'), `"system":"${escaped.alone}"`)]);
}

function systemEdits(text: string, span: Span, texts: SystemTexts): Edit[] {
  switch (text[span.start]) {
    case '"':
      return joinToString(span, texts);
    case '[':
      return blocksEdits(text, span, texts);
    case 'n':
      return [{ ...span, text: `"${texts.alone}"` }];
    default:
      return [];
  }
}

function blocksEdits(text: string, span: Span, { before, after, alone }: SystemTexts): Edit[] {
  const elements = elementSpans(text, span.start);
  const blocks = asArray(JSON.parse(text.slice(span.start, span.end)));
  const head = blocks.findIndex((block) => !isAttribution(block));
  if (head === -1) {
    const last = elements.at(-1);
    return last === undefined ? [insertion(span.start + 1, block(alone))] : [insertion(last.end, `,${block(alone)}`)];
  }
  const at = elements[head]?.start ?? span.start + 1;
  return [
    insertion(at, before === '' ? '' : `${block(before)},`),
    insertion(elements.at(-1)?.end ?? span.end - 1, after === '' ? '' : `,${block(after)}`),
  ];
}

function block(text: string): string {
  return `{"type":"text","text":"${text}"}`;
}
