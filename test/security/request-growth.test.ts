// What a request costs grows with its size, whatever it is long of, whoever it is for.
import { describe, expect, test } from 'bun:test';
import { UnsupportedFeatureError } from '../../src/core/unsupported-feature-error.ts';
import { TooComplex, Work } from '../../src/core/work.ts';
import { withoutMember } from '../../src/lib/json-members.ts';
import { parseKeepingLongNumbers } from '../../src/lib/exact-json.ts';
import type { Protocol, ReferenceStore } from '../../src/protocols/protocol.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import { growthOf, type Extent } from './growth.ts';
import { SHAPES } from './request-shapes.ts';

/** Enough for a loop in a loop to show. */
const EXTENT: Extent = { mostN: 8192, enoughMs: 3 };
/**
 * What stands for more than its bytes: each part of the chain is merged into the one before. Such a request takes from
 * its budget of work, and is refused beyond it.
 */
const EXPANDS: ReadonlyMap<string, string> = new Map([['a schema: chain of allOf', 'gemini']]);
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
  protocol.removeForeignSignatures(text, body, LONG_NAME);
  protocol.injectSystem(text, body, { ...PROMPT, escaped: PROMPT }, 'generate');
  protocol.wire.renameModel?.(text, LONG_NAME);
  protocol.providerState?.resolve(text, body, STORE);
  withoutMember(text, 'model');
}

/** All that is done to one that is translated for a backend. Returns why it is refused; undefined if it is not. */
function translate(
  text: string,
  client: Protocol,
  upstream: Protocol,
): UnsupportedFeatureError | TooComplex | undefined {
  const work = new Work();
  work.takeJson(text, '');
  try {
    const fields = parseKeepingLongNumbers(text) as Record<string, unknown>;
    const conversation = client.codec.decodeRequest(fields, { stream: false, work });
    const to = { model: MODELS[upstream.name] ?? '', quirks: {}, work: work.forAttempt() };
    JSON.stringify(upstream.codec.encodeRequest(conversation, to).body);
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedFeatureError || error instanceof TooComplex) return error;
    throw error;
  }
}

const protocols = PROTOCOLS.filter(([key, { name }]) => key === name).map(([, protocol]) => protocol);

test('there are shapes for every dialect', () =>
  expect(Object.keys(SHAPES).sort()).toEqual(protocols.map(({ name }) => name).sort()));

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))('%s', (name, client) => {
  const shapes = Object.entries(SHAPES[name] ?? {});
  test.each(shapes)('%s: passed on', (_, make) => {
    const growth = growthOf((n) => {
      const text = make(n);
      return () => passOn(text, client);
    }, EXTENT);
    expect(growth).toBeUndefined();
  });

  for (const upstream of protocols) {
    test.each(shapes)(`%s: for ${upstream.name}`, (shape, make) => {
      if (EXPANDS.get(shape) === upstream.name) {
        expect(translate(make(EXTENT.mostN), client, upstream)).toBeInstanceOf(TooComplex);
        return;
      }
      const growth = growthOf((n) => {
        const text = make(n);
        return () => translate(text, client, upstream);
      }, EXTENT);
      expect(growth).toBeUndefined();
    });
  }
});
