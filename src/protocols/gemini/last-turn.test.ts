import { expect, test } from 'bun:test';
import type { Conversation } from '../../core/conversation.ts';
import type { Part } from '../../core/part.ts';
import { encodeRequest } from './encode-request.ts';

const THOUGHT: Part = { type: 'reasoning', text: 'hm', signature: { protocol: 'gemini', value: 'c2ln' } };
const TEXT: Part = { type: 'text', text: 'I' };

/** The roles of what is sent where an answer was cut, and sent back as far as it came. */
function rolesAfter(parts: readonly Part[], model: string): unknown {
  const conversation: Conversation = {
    system: [],
    turns: [
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', parts },
    ],
    tools: [],
    settings: {},
    stream: false,
    wantsUsage: true,
    unsupported: [],
  };
  const { contents } = encodeRequest(conversation, { model, quirks: {} }).body;
  return (contents as readonly { role: string }[]).map(({ role }) => role).join(' ');
}

test.each([
  ['gemini-2.5-pro', [TEXT], 'user model'],
  ['gemini-3.1-pro-preview', [THOUGHT, TEXT], 'user model'],
  ['gemini-3.5-flash', [THOUGHT, TEXT], 'user model user'],
  ['gemini-flash-latest', [TEXT], 'user model user'],
  ['gemini-2.5-pro', [THOUGHT], 'user'],
  ['gemini-3.5-flash', [THOUGHT], 'user'],
])('%s goes on with an answer that was cut, or is asked to: %p', (model, parts, roles) =>
  expect(rolesAfter(parts, model)).toBe(roles),
);

test.each([
  [[TEXT], 'user model user'],
  [[THOUGHT, TEXT], 'user model user'],
  [[{ type: 'tool_call', id: '1', name: 'f', arguments: '{}' }] as const, 'user model user'],
])('the user speaks before %j', (parts, roles) => {
  const conversation: Conversation = {
    system: [],
    turns: [
      { role: 'assistant', parts },
      { role: 'user', parts: [{ type: 'text', text: 'go on' }] },
    ],
    tools: [],
    settings: {},
    stream: false,
    wantsUsage: true,
    unsupported: [],
  };
  const contents = encodeRequest(conversation, { model: 'gemini-2.5-pro', quirks: {} }).body['contents'] as readonly {
    role: string;
    parts: unknown;
  }[];
  expect(contents.map(({ role }) => role).join(' ')).toBe(roles);
  expect(contents[0]?.parts).toEqual([{ text: '.' }]);
});
