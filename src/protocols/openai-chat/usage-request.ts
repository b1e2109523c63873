import { asObject, type JsonObject } from '../../lib/json.ts';
import { memberRemovals } from '../../lib/json-removal.ts';
import { applyEdits, memberSpans, type Span } from '../../lib/json-span.ts';
import type { UsageRequest } from '../protocol.ts';
import { insertion } from '../shared/request/system-edits.ts';

/** A stream reports its token counts only if the request says `stream_options.include_usage`. */
export const usageRequest: UsageRequest = {
  ask,
  isFor: ({ operation, target }) => operation === 'generate' || target === '/completions',
  isExtra,
  extraIn,
  refusedField: 'stream_options',
};

const OPTIONS = '"stream_options":{"include_usage":true}';

function ask(text: string, { stream, stream_options: options }: JsonObject): string | undefined {
  if (stream !== true) return undefined;
  if (options === undefined) return applyEdits(text, [insertion(text.indexOf('{') + 1, `${OPTIONS},`)]);
  const [span, twice] = memberSpans(text, 'stream_options');
  if (span === undefined || twice !== undefined) return undefined;
  if (options === null) return applyEdits(text, [{ ...span, text: '{"include_usage":true}' }]);
  const fields = asObject(options);
  if (fields === undefined || fields['include_usage'] === true) return undefined;
  const written = memberSpans(text, 'include_usage', span.start);
  if (written.length > 0)
    return applyEdits(
      text,
      written.map((one) => ({ ...one, text: 'true' })),
    );
  const comma = Object.keys(fields).length === 0 ? '' : ',';
  return applyEdits(text, [insertion(span.start + 1, `"include_usage":true${comma}`)]);
}

/** Servers written in Python put a space after a colon. */
const NONE_YET = ['"usage":null', '"usage": null'];
const COMMA = 44;

/** Whoever asks has `"usage": null` in all other chunks. */
function extraIn(data: string, event: unknown): Span | undefined {
  if (asObject(event)?.['usage'] !== null) return undefined;
  for (const member of NONE_YET) {
    const start = data.lastIndexOf(member);
    const end = start + member.length;
    // Behind a member of the outermost object ends only that one.
    if (start === -1 || data.indexOf('}', end) !== data.length - 1) continue;
    if (data.charCodeAt(start - 1) === COMMA) return { start: start - 1, end };
    if (data.charCodeAt(end) === COMMA) return { start, end: end + 1 };
  }
  return memberRemovals(data, ['usage'])[0];
}

/** The extra chunk: usage, and no choices. */
function isExtra(event: unknown): boolean {
  const chunk = asObject(event);
  if (chunk === undefined || asObject(chunk['usage']) === undefined) return false;
  const choices = chunk['choices'] ?? [];
  return Array.isArray(choices) && choices.length === 0;
}
