// What every dialect does with requests. A dialect that breaks one of these loses or invents something.
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Conversation, Settings, ToolChoice } from '../../core/conversation.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { Refusal } from '../../core/refusal.ts';
import { asObject } from '../../lib/json.ts';
import {
  ANSWER_SCHEMA,
  answers,
  call,
  conversationOf,
  CONVERSATIONS,
  DIALECTS,
  gistOfTurns,
  HELLO,
  PICTURE,
  result,
  says,
  text,
  WEATHER,
} from './samples.fixture.ts';
import { namesOf } from './unsupported.fixture.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';

const WORDS_OF_TWO = 'zwei 🙂';

describe.each(DIALECTS)('%s', (_key, { name, codec, wire, ...protocol }, { model, lacks }) => {
  const to = { model, quirks: {} };
  const loop = [HELLO, answers(call('call_1', 'Rome'))];

  function write(conversation: Conversation) {
    const encoded = codec.encodeRequest(conversation, to);
    const written = JSON.stringify(encoded.body);
    return {
      ...encoded,
      dropped: namesOf(encoded.unsupported),
      written,
      fields: JSON.parse(written) as Record<string, unknown>,
    };
  }

  function again(conversation: Conversation): Conversation {
    return codec.decodeRequest(write(conversation).fields, { stream: conversation.stream });
  }

  describe.each(CONVERSATIONS)('%s', (_what, conversation) => {
    test('is read as it was written', () => {
      const { system, turns, tools } = again(conversation);
      expect(gistOfTurns(turns)).toEqual(gistOfTurns(conversation.turns));
      expect(system.map((part) => part.text)).toEqual(conversation.system.map((part) => part.text));
      expect(tools.map((tool) => tool.name)).toEqual(conversation.tools.map((tool) => tool.name));
    });

    test('is written whole, without a change to it', () => {
      const before = structuredClone(conversation);
      expect(write(conversation).dropped).toEqual([]);
      expect(conversation).toEqual(before);
    });

    // Or no provider's prompt cache would know it again.
    test('is written in the same bytes every time', () => {
      expect(write(conversation).written).toBe(write(conversation).written);
    });

    test('has nothing unsupported of its own', () => {
      expect(again(conversation).unsupported).toEqual([]);
    });

    test('names its model in the body or in the path', () => {
      const { written } = write(conversation);
      const address = wire.address('generate', { model, stream: false });
      expect(`${address} ${written}`).toContain(model);
    });

    test('takes a system prompt without a change to anything else', () => {
      const { written, fields } = write(conversation);
      const texts = { before: 'FIRST ', after: ' LAST', alone: 'ALONE' };
      const injected = protocol.injectSystem(written, fields, { ...texts, escaped: texts });
      const read = codec.decodeRequest(JSON.parse(injected) as Record<string, unknown>, { stream: false });
      const [own] = conversation.system;
      const words = read.system.map((part) => part.text.trim());
      expect(words.join(' ')).toBe(own === undefined ? 'ALONE' : `FIRST ${own.text} LAST`);
      expect(read.turns).toEqual(codec.decodeRequest(fields, { stream: false }).turns);
      expect(read.unsupported).toEqual([]);
    });

    test('passes unchanged where there is no signature to take out', () => {
      const { written, fields } = write(conversation);
      expect(protocol.removeForeignSignatures(written, fields, model)).toBe(written);
    });

    test('is one conversation through all its turns', () => {
      const longer = { ...conversation, turns: [...conversation.turns, answers(text('Yes.')), says(text('Go on.'))] };
      const start = (one: Conversation) => protocol.conversationStart(write(one).fields);
      expect(start(longer)).toBe(start(conversation));
      expect(start({ ...conversation, turns: [says(text('Something else'))] })).not.toBe(start(conversation));
    });
  });

  describe('tools', () => {
    test('a schema comes back as it was', () => {
      const [tool] = again(conversationOf([HELLO], { tools: [WEATHER] })).tools;
      expect(tool).toMatchObject(WEATHER);
    });

    test.each<ToolChoice>([{ mode: 'none' }, { mode: 'required' }, { mode: 'tool', name: 'get_weather' }])(
      'the choice %j comes back as it was',
      (toolChoice) => {
        expect(again(conversationOf([HELLO], { tools: [WEATHER], toolChoice })).toolChoice).toEqual(toolChoice);
      },
    );

    test('a call that is demanded where there is no tool is unsupported', () => {
      const demanding = conversationOf([HELLO], { toolChoice: { mode: 'required' } });
      expect(() => write(demanding)).toThrow(UnsupportedFeatureError);
    });

    test('one that runs at another provider is left out and named', () => {
      const native = { type: 'native', protocol: 'elsewhere', name: 'web_search', value: { x: 1 } } as const;
      const { dropped, fields } = write(conversationOf([HELLO], { tools: [native, WEATHER] }));
      expect(dropped).toEqual(['tools[web_search]']);
      const { tools } = codec.decodeRequest(fields, { stream: false });
      expect(tools.map((tool) => tool.name)).toEqual(['get_weather']);
    });

    test('one that runs at its own provider is what it was', () => {
      const value = { type: 'web_search_of_its_own', web_search_of_its_own: { x: 1 } };
      const native = { type: 'native', protocol: name, name: 'web_search_of_its_own', value } as const;
      const { dropped, written } = write(conversationOf([HELLO], { tools: [native] }));
      expect(dropped).toEqual([]);
      expect(written).toContain('web_search_of_its_own');
    });

    test('the grammar of one that takes plain text is told', () => {
      const format = { type: 'grammar', syntax: 'lark', definition: 'start: "yes"' };
      const { written } = write(conversationOf([HELLO], { tools: [{ type: 'freeform', name: 'f', format }] }));
      expect(written).toContain(JSON.stringify('start: "yes"').slice(1, -1));
    });

    if (!lacks.includes('freeform tools'))
      test('one that takes plain text is one', () => {
        const [tool] = again(conversationOf([HELLO], { tools: [{ type: 'freeform', name: 'f' }] })).tools;
        expect(tool).toMatchObject({ type: 'freeform', name: 'f' });
      });
  });

  describe('results of tools', () => {
    test('a picture reaches the model', () => {
      const picture = {
        type: 'media',
        kind: 'image',
        source: { from: 'base64', mediaType: 'image/png', data: PICTURE },
      };
      const shown = result('call_1', 'It looks so:', { content: [text('It looks so:'), picture] });
      const conversation = conversationOf([...loop, says(shown)], { tools: [WEATHER] });
      expect(write(conversation).written).toContain(PICTURE);
      if (lacks.includes('pictures in results')) return;
      expect(gistOfTurns(again(conversation).turns)).toEqual(gistOfTurns(conversation.turns));
    });

    if (!lacks.includes('errors of tools'))
      test('an error is one', () => {
        const failed = conversationOf([...loop, says(result('call_1', 'no', { isError: true }))], { tools: [WEATHER] });
        expect(again(failed).turns.at(-1)?.parts).toMatchObject([{ isError: true, content: [{ text: 'no' }] }]);
      });

    test('an error is told in words, at least', () => {
      const failed = conversationOf([...loop, says(result('call_1', 'no such city', { isError: true }))], {
        tools: [WEATHER],
      });
      expect(write(failed).written).toContain('no such city');
    });
  });

  describe('thoughts', () => {
    const thought = (protocolName: string, ofModel: string) =>
      conversationOf([
        HELLO,
        answers(
          { type: 'reasoning', text: 'Hm.', signature: { protocol: protocolName, model: ofModel, value: 'c2lnbmVk' } },
          text('Hi.'),
        ),
        HELLO,
      ]);

    test('go back to the model that had them', () => {
      const turn = again(thought(name, model)).turns.find(({ role }) => role === 'assistant');
      expect(turn?.parts).toMatchObject([
        { type: 'reasoning', text: 'Hm.', signature: { protocol: name, value: expect.stringContaining('c2lnbmVk') } },
        { text: 'Hi.' },
      ]);
    });

    test.each([
      ['of another dialect', 'elsewhere', model],
      ['of another model', name, 'another'],
    ])('%s go to nobody', (_whose, protocolName, ofModel) => {
      const { written } = write(thought(protocolName, ofModel));
      expect(written).not.toContain('c2lnbmVk');
    });
  });

  describe('what only one provider knows', () => {
    test('a file that is kept elsewhere is unsupported', () => {
      const source = { from: 'file', id: 'file_1', protocol: 'elsewhere' } as const;
      const conversation = conversationOf([says(text('Read it.'), { type: 'media', kind: 'document', source })]);
      expect(() => write(conversation)).toThrow(UnsupportedFeatureError);
    });

    test('the trace of a tool that ran elsewhere is left out and named', () => {
      const native = {
        type: 'native',
        protocol: 'elsewhere',
        kind: 'web_search_call',
        value: { q: 'secret' },
      } as const;
      const { dropped, written } = write(conversationOf([HELLO, answers(native, text('Hi.')), HELLO]));
      expect(dropped).toEqual(['web_search_call']);
      expect(written).not.toContain('secret');
    });
  });

  test("the system's words in between reach the model, the user's before them", () => {
    const { fields, written, dropped } = write(
      conversationOf([
        HELLO,
        answers(text('Hi.')),
        says(text('Go on.')),
        { role: 'system', parts: [text('Be brief.')] },
      ]),
    );
    expect([dropped, written.includes('Be brief.')]).toEqual([[], true]);
    const { system, turns } = codec.decodeRequest(fields, { stream: false });
    const said = turns.filter(({ role }) => role !== 'system').flatMap(({ parts }) => parts);
    const told = [...system, ...turns.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts)];
    expect(said).toMatchObject([{ text: 'Hello' }, { text: 'Hi.' }, { text: 'Go on.' }]);
    expect(told).toMatchObject([{ text: 'Be brief.' }]);
  });

  describe('settings', () => {
    const SETTINGS: readonly Settings[] = [
      { maxTokens: 1000 },
      { temperature: 0.5 },
      { topP: 0.5 },
      { topK: 5 },
      { minP: 0.5 },
      { stop: ['END'] },
      { seed: 7 },
      { frequencyPenalty: 0.5 },
      { presencePenalty: 0.5 },
      { logprobs: true },
      { logprobs: true, topLogprobs: 3 },
      { parallelToolCalls: false },
      { verbosity: 'low' },
    ];

    test.each(SETTINGS)('%j is written, or named as left out', (settings) => {
      const { dropped, fields } = write(conversationOf([HELLO], { tools: [WEATHER], settings }));
      const read = codec.decodeRequest(fields, { stream: false }).settings;
      for (const [setting, value] of Object.entries(settings)) {
        // Written it is what it was; left out it has a name.
        const isNamed = dropped.includes(setting) || (setting === 'topLogprobs' && dropped.includes('logprobs'));
        const outcome = isNamed ? 'dropped' : read[setting as keyof Settings];
        expect([setting, outcome]).toEqual([setting, outcome === 'dropped' ? 'dropped' : value]);
      }
    });

    test('each has a name in the dialect, for saying that it was left out', () => {
      for (const [setting, field] of Object.entries(codec.fieldNames))
        expect([setting, field !== '']).toEqual([setting, true]);
    });

    test('a schema of the answer comes back as it was', () => {
      const output = { type: 'schema', name: 'answer', schema: ANSWER_SCHEMA, strict: true } as const;
      expect(again(conversationOf([HELLO], { output })).output).toMatchObject({
        type: 'schema',
        schema: ANSWER_SCHEMA,
      });
    });

    test('an effort comes back as it was', () => {
      const read = again(conversationOf([HELLO], { reasoning: { effort: 'high' }, settings: { maxTokens: 32_000 } }));
      expect(read.reasoning).toMatchObject({ effort: 'high' });
    });
  });

  describe('requests that are none', () => {
    test('an empty one is refused, with the name of a field', () => {
      expect(refusalOf({})?.details.param).toBeString();
    });

    test('whatever stands in a request, it is read or refused', () => {
      const bodies = CONVERSATIONS.map(([, conversation]) => write(conversation).fields);
      fc.assert(
        fc.property(fc.constantFrom(...bodies), fc.jsonValue(), fc.nat(), (body, value, seed) => {
          const refusal = refusalOf(asObject(altered(body, value, { left: seed % 40 })) ?? {});
          expect(refusal === undefined || refusal.code === 'invalid_request').toBe(true);
        }),
        { numRuns: 300 },
      );
    });

    test('a field that nobody knows is named', () => {
      const { fields } = write(conversationOf([HELLO]));
      const { unsupported } = codec.decodeRequest({ ...fields, of_a_later_time: 1 }, { stream: false });
      expect(unsupported).toEqual([leftOut(field(expect.stringMatching(/^of_?a_?later_?time$/i)))]);
    });

    function refusalOf(body: Record<string, unknown>): Refusal | undefined {
      try {
        codec.decodeRequest(body, { stream: false });
        return undefined;
      } catch (error) {
        if (error instanceof Refusal) return error;
        throw error;
      }
    }
  });

  const { counting, embedding } = codec;

  if (counting !== undefined)
    describe('counting', () => {
      test.each(CONVERSATIONS)('%s is written so that a backend counts all of it', (_what, conversation) => {
        const body = JSON.parse(JSON.stringify(counting.encodeCount(conversation, to))) as Record<string, unknown>;
        const { system, turns, tools } = codec.decodeRequest(body, { stream: false });
        expect([system, turns, tools.map((tool) => tool.name)]).toEqual([
          again(conversation).system,
          again(conversation).turns,
          conversation.tools.map((tool) => tool.name),
        ]);
      });

      test('a count is read as it was written', () => {
        expect(counting.decodeCount(counting.encodeCountAnswer(17))).toBe(17);
        for (const none of [{}, null, [], 'x']) expect(counting.decodeCount(none)).toBeUndefined();
      });

      test('its backends are asked somewhere', () => {
        expect(wire.address('count_tokens', { model, stream: false })).toStartWith('/');
      });
    });

  if (embedding !== undefined)
    describe('embedding', () => {
      test.each([
        [true, ['one']],
        [false, ['one', WORDS_OF_TWO]],
      ])('texts, single: %p', (single, inputs) => {
        const request = { inputs, single, dimensions: 3, format: 'float', unsupported: [] } as const;
        const body = JSON.parse(JSON.stringify(embedding.encodeRequest(request, to))) as Record<string, unknown>;
        expect(embedding.decodeRequest(body)).toMatchObject({ inputs, dimensions: 3, unsupported: [] });
        const vectors = inputs.map((_, index) => [index, 0.5, -1]);
        const written = embedding.encodeAnswer({ vectors, model: 'm', promptTokens: 4 }, request, 'asked');
        const read = embedding.decodeAnswer(JSON.parse(JSON.stringify(written)));
        expect(read).toMatchObject({ vectors, promptTokens: 4 });
      });

      test('no texts are refused', () => {
        expect(() => embedding.decodeRequest({})).toThrow(Refusal);
      });
    });
});

/** `value` in the place of the member or element that is reached after `steps.left` of them. */
function altered(at: unknown, value: unknown, steps: { left: number }): unknown {
  if (steps.left-- === 0) return value;
  if (Array.isArray(at)) return at.map((item) => altered(item, value, steps));
  const object = asObject(at);
  if (object === undefined) return at;
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, altered(item, value, steps)]));
}
