import { expect, test } from 'bun:test';
import type { ProtocolName } from '../core/part.ts';
import type { Quirks, Route } from '../core/route.ts';
import { protocolOf } from '../protocols/registry.ts';
import { otherThan, upstreamProtocolFor } from './upstream-protocol.ts';

const ALL: readonly ProtocolName[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];

function routeTo(model: string, quirks: Quirks, protocols = ALL): Route {
  return { model, backend: { protocols, quirks } } as unknown as Route;
}

const gemini = protocolOf('gemini');
const chat = protocolOf('openai-chat');

function others(route: Route): string[] {
  return otherThan(upstreamProtocolFor(route, gemini, 'generate'), route, 'generate').map(({ name }) => name);
}

test('a request that loses something may go another way, unless the row prefers one always', () => {
  expect(others(routeTo('m', {}))).toEqual(['openai-responses', 'anthropic-messages']);
  expect(others(routeTo('m', { translatedAlways: true }))).toEqual([]);
});

test('the preference of one model is not that of others', () => {
  const quirks: Quirks = { models: [[/claude/, { translated: 'anthropic-messages', translatedAlways: true }]] };
  expect(upstreamProtocolFor(routeTo('claude', quirks), gemini, 'generate').name).toBe('anthropic-messages');
  expect(others(routeTo('claude', quirks))).toEqual([]);
  expect(upstreamProtocolFor(routeTo('m', quirks), gemini, 'generate').name).toBe('openai-chat');
  expect(others(routeTo('m', quirks))).toEqual(['openai-responses', 'anthropic-messages']);
});

test("a client's own dialect passes, whatever is preferred", () => {
  const quirks: Quirks = { translated: 'openai-responses', translatedAlways: true };
  expect(upstreamProtocolFor(routeTo('m', quirks), chat, 'generate').name).toBe('openai-chat');
});
