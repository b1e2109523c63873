import { asArray, asObject, asString } from '../../lib/json.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { firstMember, insertion, joinToString } from '../shared/request/system-edits.ts';

/** How an agent's attribution block begins. It is not part of the prompt, and must stay first. */
const ATTRIBUTION = 'x-anthropic-';

/** Whether a block of the system prompt is an attribution. */
export function isAttribution(block: unknown): boolean {
  return asString(asObject(block)?.['text'])?.startsWith(ATTRIBUTION) ?? false;
}

/**
 * The system prompt without an agent's attribution. It is meant for Anthropic only, and it changes with each request,
 * which would defeat the prompt caches of other providers.
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

/** The text without the attribution lines at its beginning. */
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
 * Adds the prompt to `system` in `text`: joined to a string, or as blocks before and after others. All other bytes
 * stay. If the key occurs twice, both are edited. A value that is neither string nor array stays for the backend to
 * refuse.
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
