import { expect, test } from 'bun:test';
import { parseSse } from '../../../test/kit/sse.ts';
import type { Completion } from '../../core/completion.ts';
import { unfold } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { Part, ReasoningPart } from '../../core/part.ts';
import { asArray, asObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { codec } from './codec.ts';

const signature = { protocol: 'elsewhere', model: 'm', value: 'c2lnbmF0dXJl' };
const thought: ReasoningPart = { type: 'reasoning', text: 'Hm.', signature, id: 'rs_1' };
const hidden: ReasoningPart = { type: 'reasoning', text: '', signature, redacted: true, id: 'rs_2' };
const completion: Completion = {
  id: undefined,
  model: 'm',
  createdAt: undefined,
  parts: [thought, hidden, { type: 'text', text: 'Yes.' }],
  finish: { reason: 'stop', raw: undefined },
  usage: undefined,
};
const reply: Reply = { conversation: {} as Conversation, model: 'm', id: '1', now: 0 };

/** The thoughts of the answer, after a client has sent it back. */
function sentBack(content: readonly unknown[]): Part[] {
  const messages = [
    { role: 'user', content: 'Well?' },
    { role: 'assistant', content },
    { role: 'user', content: 'And?' },
  ];
  const { turns } = codec.decodeRequest({ max_tokens: 9, messages }, { stream: false });
  return (turns[1]?.parts ?? []).filter(({ type }) => type === 'reasoning');
}

test('thoughts of a plain answer come back with the ids that their provider gave them', () => {
  const message = asObject(codec.encodeAnswer(completion, reply));
  expect(sentBack(asArray(message?.['content']))).toEqual([thought, hidden]);
});

test('thoughts of a stream come back with the ids that their provider gave them', () => {
  const encoder = codec.encodeStream(reply);
  const text = [...unfold(completion)].map((event) => encoder.push(event)).join('') + encoder.end();
  const content: Record<string, unknown>[] = [];
  for (const { type, index, content_block: block, delta } of parseSse(text).json) {
    if (type === 'content_block_start') content[index] = { ...block };
    const current = content[index];
    if (type !== 'content_block_delta' || current === undefined) continue;
    if (delta.type === 'thinking_delta') current['thinking'] += delta.thinking;
    if (delta.type === 'signature_delta') current['signature'] = delta.signature;
    if (delta.type === 'text_delta') current['text'] += delta.text;
  }
  expect(sentBack(content)).toEqual([thought, hidden]);
});
