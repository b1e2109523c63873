import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { SseSink } from './event-sink.ts';
import { fieldsOf } from './item-writers.ts';

/** A plain response as the events of a stream; undefined unless `body` is a finished response. */
export function asStream(body: unknown): string | undefined {
  const response = asObject(body);
  const status = asString(response?.['status']) ?? 'completed';
  if (response === undefined || !Array.isArray(response['output']) || !OVER.has(status)) return undefined;
  const sink = new SseSink();
  const begun = { ...response, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  sink.send('response.created', { response: begun });
  sink.send('response.in_progress', { response: begun });
  for (const [index, item] of asArray(response['output']).entries()) replayItem(sink, index, asObject(item) ?? {});
  sink.send(`response.${status === 'incomplete' ? status : 'completed'}`, { response });
  return sink.take();
}

/** Some vendors leave out members. */
const OVER = new Set(['completed', 'complete', 'incomplete']);

function replayItem(sink: SseSink, index: number, item: JsonObject): void {
  const where = { item_id: item['id'], output_index: index };
  sink.send('response.output_item.added', { output_index: index, item: { ...item, ...EMPTY.get(typeOf(item)) } });
  switch (typeOf(item)) {
    case 'message':
      replayContents(sink, where, asArray(item['content']));
      break;
    case 'reasoning':
      replayReasoning(sink, where, item);
      break;
    case 'function_call':
      replayText(sink, 'function_call_arguments', where, ['arguments', item['arguments']]);
      break;
    case 'custom_tool_call':
      replayText(sink, 'custom_tool_call_input', where, ['input', item['input']]);
      break;
    default:
  }
  sink.send('response.output_item.done', { output_index: index, item });
}

/** An item as it is before its content. */
const EMPTY: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['message', { status: 'in_progress', content: [] }],
  ['reasoning', { summary: [] }],
  ['function_call', { status: 'in_progress', arguments: '' }],
  ['custom_tool_call', { input: '' }],
]);

function replayContents(sink: SseSink, item: JsonObject, contents: readonly unknown[]): void {
  for (const [at, content] of contents.entries()) {
    const part = asObject(content) ?? {};
    const where = { ...item, content_index: at };
    const isRefusal = typeOf(part) === 'refusal';
    const field = isRefusal ? 'refusal' : 'text';
    const before = isRefusal ? { refusal: '' } : { text: '', annotations: [], logprobs: [] };
    sink.send('response.content_part.added', { ...where, part: { ...part, ...before } });
    const more = isRefusal ? {} : { logprobs: part['logprobs'] ?? [] };
    replayText(sink, isRefusal ? 'refusal' : 'output_text', { ...where, ...more }, [field, part[field]]);
    for (const [index, annotation] of asArray(part['annotations']).entries()) {
      sink.send('response.output_text.annotation.added', { ...where, annotation_index: index, annotation });
    }
    sink.send('response.content_part.done', { ...where, part });
  }
}

function replayReasoning(sink: SseSink, item: JsonObject, { summary, content }: JsonObject): void {
  // The reader takes the first of thoughts and summary: the thoughts, as in a whole answer.
  for (const [at, part] of asArray(content).entries()) {
    replayText(sink, 'reasoning_text', { ...item, content_index: at }, ['text', asObject(part)?.['text']]);
  }
  for (const [at, part] of asArray(summary).entries()) {
    const where = { ...item, summary_index: at };
    sink.send('response.reasoning_summary_part.added', { ...where, part: { type: 'summary_text', text: '' } });
    replayText(sink, 'reasoning_summary_text', where, ['text', asObject(part)?.['text']]);
    sink.send('response.reasoning_summary_part.done', { ...where, part });
  }
}

/** One piece with the whole text, and its end. */
function replayText(
  sink: SseSink,
  event: string,
  where: JsonObject,
  [field, text]: readonly [field: string, text: unknown],
): void {
  if (typeof text !== 'string') return;
  if (text !== '') sink.delta(`response.${event}.delta`, fieldsOf(where), text);
  sink.send(`response.${event}.done`, { ...where, [field]: text });
}

function typeOf(value: JsonObject): string {
  return asString(value['type']) ?? '';
}
