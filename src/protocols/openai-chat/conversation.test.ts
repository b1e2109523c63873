import { describe, expect, test } from 'bun:test';
import { conversationStart } from './conversation.ts';

const system = { role: 'system', content: 'Be kind.' };
const question = { role: 'user', content: 'Hello' };

describe('conversationStart', () => {
  test('is the same in every turn of a conversation', () => {
    const first = [system, question];
    const later = [...first, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'More' }];
    expect(conversationStart({ messages: later })).toBe(conversationStart({ messages: first }));
  });

  test.each([
    ['another question', [system, { role: 'user', content: 'Bye' }]],
    ['another system message', [{ role: 'developer', content: 'Be rude.' }, question]],
    ['no system message', [question]],
  ])('differs with %s', (_what, messages) => {
    expect(conversationStart({ messages })).not.toBe(conversationStart({ messages: [system, question] }));
  });

  test('does not look at the model or the settings', () => {
    const messages = [question];
    expect(conversationStart({ messages, model: 'a', temperature: 1 })).toBe(conversationStart({ messages }));
  });

  test('of a request without messages is its input', () => {
    expect(conversationStart({ prompt: 'a' })).not.toBe(conversationStart({ prompt: 'b' }));
    expect(conversationStart({ input: ['a'] })).not.toBe(conversationStart({ input: ['b'] }));
    expect(conversationStart({ input: 'x'.repeat(1e6) }).length).toBeLessThanOrEqual(1024);
  });

  test('takes messages that are none', () => {
    for (const messages of [[], [null], ['x'], [7, system]]) expect(conversationStart({ messages })).toBeString();
  });

  test('of system messages alone tells them apart', () => {
    const other = { role: 'system', content: 'Be rude.' };
    expect(conversationStart({ messages: [system] })).not.toBe(conversationStart({ messages: [other] }));
  });
});
