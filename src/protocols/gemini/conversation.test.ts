import { describe, expect, test } from 'bun:test';
import { conversationStart } from './conversation.ts';

const user = (text: string) => ({ role: 'user', parts: [{ text }] });
const model = (text: string) => ({ role: 'model', parts: [{ text }] });

describe('a conversation begins', () => {
  test('alike in all its turns', () => {
    const first = conversationStart({ contents: [user('a')], systemInstruction: { parts: [{ text: 's' }] } });
    const later = { contents: [user('a'), model('b'), user('c')], system_instruction: { parts: [{ text: 's' }] } };
    expect(conversationStart(later)).toBe(first);
    expect(conversationStart({ generateContentRequest: later })).toBe(first);
  });

  test.each([
    [{ contents: [user('b')] }],
    [{ contents: [user('a')], systemInstruction: { parts: [] } }],
    [{ contents: [user('a')], cachedContent: 'cachedContents/1' }],
  ])('otherwise than another: %j', (body) => {
    expect(conversationStart(body)).not.toBe(conversationStart({ contents: [user('a')] }));
  });

  test('with what is there', () => {
    expect(conversationStart({ contents: [model('x'), { parts: [] }, user('y')] })).toBe(
      JSON.stringify([null, null, [model('x'), { parts: [] }]]),
    );
    expect(conversationStart({ content: { parts: [{ text: 'e' }] } })).toContain('"e"');
    expect(conversationStart({ contents: 'x' })).toContain('"x"');
    expect(conversationStart({})).toBe('""');
  });
});
