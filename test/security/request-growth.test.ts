// What a request costs grows with its size, whatever it is long of, whoever it is for.
import { describe, expect, test } from 'bun:test';
import { NotCarried } from '../../src/core/not-carried.ts';
import { TooComplex, Work } from '../../src/core/work.ts';
import { withoutMember } from '../../src/backends/json-members.ts';
import { parseKeepingLongNumbers } from '../../src/lib/exact-json.ts';
import type { Protocol, ReferenceStore } from '../../src/protocols/protocol.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import { growthOf, isLinear } from './cpu.ts';
import { SHAPES } from './request-shapes.ts';

/** Enough for a loop in a loop to show. */
const SIZE = 1500;
const LONG_NAME = 'a-model';
const MODELS: Readonly<Record<string, string>> = {
  'anthropic-messages': 'claude-sonnet-4-6',
  gemini: 'gemini-3-pro',
  'openai-responses': 'gpt-5.1',
  'openai-chat': 'some-model',
};
/** As for one of many callers, to whom nothing is known. */
const STORE: ReferenceStore = { item: () => undefined, refer: (id) => id, isOwn: () => false };
const PROMPT = { before: 'B', after: 'A', alone: 'BA' };

/** All that is done to a request whose bytes pass. */
function passOn(text: string, protocol: Protocol): void {
  const body = JSON.parse(text) as Record<string, unknown>;
  protocol.conversationStart(body);
  protocol.removeForeign(text, body, LONG_NAME);
  protocol.injectSystem(text, body, { ...PROMPT, escaped: PROMPT }, 'generate');
  protocol.wire.renameModel?.(text, LONG_NAME);
  protocol.keeping?.resolve(text, body, STORE);
  withoutMember(text, 'model');
}

/** All that is done to one that is translated for a backend. */
function translate(text: string, client: Protocol, upstream: Protocol): void {
  const work = new Work();
  work.takeJson(text, '');
  try {
    const fields = parseKeepingLongNumbers(text) as Record<string, unknown>;
    const conversation = client.codec.decodeRequest(fields, { stream: false, work });
    const to = { model: MODELS[upstream.name] ?? '', quirks: {}, work: work.forTry() };
    JSON.stringify(upstream.codec.encodeRequest(conversation, to).body);
  } catch (error) {
    if (!(error instanceof NotCarried) && !(error instanceof TooComplex)) throw error;
  }
}

const protocols = PROTOCOLS.filter(([key, { name }]) => key === name).map(([, protocol]) => protocol);

test('there are shapes for every dialect', () =>
  expect(Object.keys(SHAPES).sort()).toEqual(protocols.map(({ name }) => name).sort()));

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))('%s', (name, client) => {
  const shapes = Object.entries(SHAPES[name] ?? {});
  test.each(shapes)('%s: passed on', (_, make) => {
    const growth = growthOf(SIZE, make, (text) => passOn(text, client));
    expect([growth, isLinear(growth)]).toEqual([growth, true]);
  });

  for (const upstream of protocols) {
    test.each(shapes)(`%s: for ${upstream.name}`, (_, make) => {
      const growth = growthOf(SIZE, make, (text) => translate(text, client, upstream));
      expect([growth, isLinear(growth)]).toEqual([growth, true]);
    });
  }
});
