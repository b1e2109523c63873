import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { sseEvent } from '../shared/stream/sse-event.ts';
import { MESSAGE_STOP } from './sentinels.ts';

/** A plain answer as the events of a stream. */
export function asStream(body: unknown): string | undefined {
  const message = asObject(body);
  if (message === undefined || !Array.isArray(message['content'])) return undefined;
  const { content, stop_reason, stop_sequence, stop_details, container, ...head } = message;
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null };
  const delta = { stop_reason: stop_reason ?? null, stop_sequence: stop_sequence ?? null };
  const rest = {
    ...(stop_details === undefined ? {} : { stop_details }),
    ...(container === undefined ? {} : { container }),
  };
  return [
    sseEvent({ type: 'message_start', message: start }, 'message_start'),
    ...asArray(content).map(blockAsStream),
    sseEvent({ type: 'message_delta', delta: { ...delta, ...rest }, usage: message['usage'] ?? {} }, 'message_delta'),
    MESSAGE_STOP,
  ].join('');
}

function blockAsStream(value: unknown, index: number): string {
  const block = asObject(value) ?? {};
  const [start, deltas] = piecesOf(block);
  return [
    sseEvent({ type: 'content_block_start', index, content_block: start }, 'content_block_start'),
    ...deltas.map((delta) => sseEvent({ type: 'content_block_delta', index, delta }, 'content_block_delta')),
    sseEvent({ type: 'content_block_stop', index }, 'content_block_stop'),
  ].join('');
}

/** A block as it begins, and the deltas that complete it. */
function piecesOf(block: JsonObject): [JsonObject, JsonObject[]] {
  switch (block['type']) {
    case 'text': {
      const { citations, ...rest } = block;
      const cited = asArray(citations).map((citation) => ({ type: 'citations_delta', citation }));
      return [{ ...rest, text: '' }, [...cited, { type: 'text_delta', text: block['text'] }]];
    }
    case 'thinking': {
      const { thinking, signature } = block;
      const signed = asWord(signature) === undefined ? [] : [{ type: 'signature_delta', signature }];
      const said = asWord(thinking) === undefined ? [] : [{ type: 'thinking_delta', thinking }];
      return [{ ...block, thinking: '', signature: '' }, [...said, ...signed]];
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const input = JSON.stringify(block['input'] ?? {});
      const deltas = input === '{}' ? [] : [{ type: 'input_json_delta', partial_json: input }];
      return [{ ...block, input: {} }, deltas];
    }
    default:
      return [block, []];
  }
}
