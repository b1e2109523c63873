import { asIndex, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { Blocks } from '../shared/stream/blocks.ts';

/** Notes what an event says of the stream's blocks. Their texts count from the first character: many begin empty, and some stay so. */
export function noteBlocks(event: unknown, name: string | undefined, blocks: Blocks): void {
  const fields = asObject(event) ?? {};
  const key = asIndex(fields['index']) ?? 0;
  switch (fields['type'] ?? name) {
    case 'content_block_start':
      noteStart(asObject(fields['content_block']) ?? {}, key, blocks);
      break;
    case 'content_block_delta':
      noteDelta(asObject(fields['delta']) ?? {}, key, blocks);
      break;
    case 'content_block_stop':
      blocks.ends(key);
      break;
    default:
  }
}

/** Blocks that hold nothing that a client shows: a thought without words, in cipher or signed. */
const UNSAID: ReadonlySet<unknown> = new Set(['redacted_thinking', 'signature_delta']);

function noteStart(block: JsonObject, key: number, blocks: Blocks): void {
  const { type, text, thinking } = block;
  if (type === 'tool_use') blocks.says('call', key);
  else if (type === 'text' || type === 'thinking') {
    if ((asWord(text) ?? asWord(thinking)) !== undefined) blocks.says('text', key);
  } else if (!UNSAID.has(type)) blocks.says('text', key);
}

function noteDelta(delta: JsonObject, key: number, blocks: Blocks): void {
  const { type, text, thinking } = delta;
  if (type === 'input_json_delta') blocks.says('call', key);
  else if (type === 'text_delta' || type === 'thinking_delta') {
    if ((asWord(text) ?? asWord(thinking)) !== undefined) blocks.says('text', key);
  } else if (!UNSAID.has(type)) blocks.says('text', key);
}
