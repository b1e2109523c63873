import { expect, test } from 'bun:test';
import { conversationStart } from './conversation.ts';

const first = { role: 'user', content: [{ type: 'text', text: 'q', cache_control: { type: 'ephemeral' } }] };
const unmarked = { role: 'user', content: [{ type: 'text', text: 'q' }] };
const answer = { role: 'assistant', content: 'a' };

test('later turns, cache marks and attributions do not count', () => {
  const system = [
    { type: 'text', text: 'x-anthropic-billing-header: cch=1' },
    { type: 'text', text: 's', cache_control: { type: 'ephemeral' } },
  ];
  const later = [
    { type: 'text', text: 'x-anthropic-billing-header: cch=2' },
    { type: 'text', text: 's' },
  ];
  expect(conversationStart({ system, messages: [first] })).toBe(
    conversationStart({ system: later, messages: [unmarked, answer, first] }),
  );
});

test('system and first question do', () => {
  const start = conversationStart({ system: 's', messages: [first] });
  expect(conversationStart({ system: 't', messages: [first] })).not.toBe(start);
  expect(conversationStart({ system: 's', messages: [{ ...first, content: 'r' }] })).not.toBe(start);
});

test('anything is a conversation', () => {
  expect(conversationStart({})).toBe('[null,[]]');
  expect(conversationStart({ messages: 'x' })).toBe('[null,[]]');
});
