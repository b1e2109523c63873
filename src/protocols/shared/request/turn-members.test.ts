import { describe, expect, test } from 'bun:test';
import { featureName } from '../../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../../core/unsupported-feature-error.ts';
import { protocolOf } from '../../registry.ts';

const MODELS: Readonly<Record<string, string>> = {
  'openai-chat': 'any-model',
  'openai-responses': 'gpt-5.6',
  'anthropic-messages': 'claude-opus-4-8',
  gemini: 'gemini-3-pro-preview',
};

function sent(from: string, to: string, body: Record<string, unknown>, model = MODELS[to] ?? '') {
  const { codec } = protocolOf(from);
  const conversation = codec.decodeRequest(body, { stream: false });
  for (const each of conversation.unsupported) {
    if (each.type === 'required') throw new UnsupportedFeatureError(each);
  }
  const { body: written, unsupported } = protocolOf(to).codec.encodeRequest(conversation, { model, quirks: {} });
  const names = { ...codec.fieldNames, ...conversation.written };
  return {
    text: JSON.stringify(written),
    dropped: [
      ...new Set([...conversation.unsupported, ...unsupported].map(({ feature }) => featureName(feature, names))),
    ],
  };
}

const URL = 'https://example.com/a.png';
const asksAbout = (part: unknown) => ({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }, part] }] });
const image = (detail: string) => asksAbout({ type: 'image_url', image_url: { url: URL, detail } });

describe('the level of detail of an image', () => {
  test.each([
    ['low', 'MEDIA_RESOLUTION_LOW'],
    ['high', 'MEDIA_RESOLUTION_HIGH'],
    ['original', 'MEDIA_RESOLUTION_ULTRA_HIGH'],
  ])('%s goes to Gemini 3 and comes back', (detail, level) => {
    expect(sent('openai-chat', 'gemini', image(detail))).toMatchObject({
      text: expect.stringContaining(`"mediaResolution":{"level":"${level}"}`) as string,
      dropped: [],
    });
    const parts = [{ fileData: { fileUri: URL }, mediaResolution: { level } }];
    const back = { contents: [{ parts }] };
    for (const to of ['openai-chat', 'openai-responses']) {
      expect(sent('gemini', to, back)).toMatchObject({
        text: expect.stringContaining(`"detail":"${detail}"`) as string,
        dropped: [],
      });
    }
    expect(sent('gemini', 'anthropic-messages', back).dropped).toEqual(['mediaResolution']);
  });

  test.each([
    ['anthropic-messages', MODELS['anthropic-messages']],
    ['gemini', 'gemini-2.5-flash'],
  ])('is named where %s has no place for it', (to, model) => {
    expect(sent('openai-chat', to, image('low'), model).dropped).toEqual(['image_url.detail']);
    expect(sent('openai-chat', to, image('auto'), model).dropped).toEqual([]);
  });

  test('a word that OpenAI does not have is named', () => {
    const parts = [{ fileData: { fileUri: URL }, mediaResolution: { level: 'MEDIA_RESOLUTION_MEDIUM' } }];
    for (const to of ['openai-chat', 'openai-responses']) {
      const { text, dropped } = sent('gemini', to, { contents: [{ parts }] });
      expect(dropped).toEqual(['mediaResolution']);
      expect(text).not.toContain('medium');
    }
  });
});

describe('a film', () => {
  const content = [{ type: 'input_video', video_url: 'https://example.com/a.mp4', fps: 2 }];
  const input = [{ role: 'user', content }];

  test('goes from responses to Gemini', () => {
    const { text, dropped } = sent('openai-responses', 'gemini', { input });
    expect(text).toContain('"fileUri":"https://example.com/a.mp4"');
    expect(dropped).toEqual(['input_video.fps']);
  });

  test.each(['openai-chat', 'anthropic-messages'])('is refused before %s', (to) => {
    expect(() => sent('openai-responses', to, { input })).toThrow('is a video');
  });
});

describe('who speaks', () => {
  test.each(['openai-responses', 'anthropic-messages', 'gemini'])('is named as left out before %s', (to) => {
    for (const role of ['system', 'user', 'assistant']) {
      const messages = [
        { role: 'user', content: 'Hi' },
        { role, name: 'Ada', content: 'Yes' },
        { role: 'user', content: 'Go' },
      ];
      expect(sent('openai-chat', to, { messages }).dropped).toEqual(['messages[].name']);
    }
  });
});

test.each([
  ['openai-responses', '"safety_identifier":"u1"'],
  ['anthropic-messages', '"metadata":{"user_id":"u1"}'],
])('chat’s safety_identifier is the user for %s, before the older field', (to, text) => {
  const messages = [{ role: 'user', content: 'Hi' }];
  expect(sent('openai-chat', to, { messages, safety_identifier: 'u1', user: 'u2' }).text).toContain(text);
});

describe('the name of a document', () => {
  const title = { type: 'document', title: 'A report', source: { type: 'url', url: 'https://example.com/a.pdf' } };
  const messages = [{ role: 'user', content: [title] }];

  test.each(['openai-responses', 'gemini'])('is named where %s has no place for it', (to) => {
    expect(sent('anthropic-messages', to, { messages }).dropped).toEqual(['document.title']);
  });

  test('is no title where it is a file’s', () => {
    const named = { messages: [{ role: 'user', content: [{ ...title, title: 'a.pdf' }] }] };
    expect(sent('anthropic-messages', 'gemini', named).dropped).toEqual([]);
  });
});

describe('a piece of a call', () => {
  test.each([
    { functionCall: { name: 'look', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } },
    { functionCall: { name: 'look', willContinue: true } },
    { function_call: { name: 'look', will_continue: true } },
  ])('is refused: %j', (part) => {
    const contents = [{ parts: [{ text: 'Hi' }] }, { role: 'model', parts: [part] }, { parts: [{ text: 'Hi' }] }];
    expect(() => sent('gemini', 'openai-chat', { contents })).toThrow('is a piece of a call');
  });
});

describe('the forms of Gemini’s answer', () => {
  const contents = [{ parts: [{ text: 'Hi' }] }];
  const text = {
    text: { mimeType: 'APPLICATION_JSON', schema: { type: 'object', properties: { a: { type: 'string' } } } },
  };

  test.each(['image', 'audio', 'video'])('%s is refused, alone and beside text', (kind) => {
    for (const responseFormat of [{ [kind]: {} }, [text, { [kind]: { delivery: 'INLINE' } }]]) {
      expect(() => sent('gemini', 'openai-chat', { contents, generationConfig: { responseFormat } })).toThrow(
        `generationConfig.responseFormat.${kind}`,
      );
    }
  });

  test('text of a schema is structured output, wherever it stands in the list', () => {
    for (const responseFormat of [text, [text], [{ type: 'TEXT' }, text]]) {
      const { text: written } = sent('gemini', 'openai-chat', { contents, generationConfig: { responseFormat } });
      expect(written).toContain('"response_format":{"type":"json_schema"');
    }
  });
});

test.each(['anthropic-messages', 'gemini'])('the description of a format stands in its schema for %s', (to) => {
  const json_schema = { name: 'place', description: 'Where it is.', schema: { type: 'object', properties: {} } };
  const body = { messages: [{ role: 'user', content: 'Hi' }], response_format: { type: 'json_schema', json_schema } };
  expect(sent('openai-chat', to, body).text).toContain('Where it is.');
});

test.each([
  ['a message', { role: 'user', content: 'Hi', unheard: 1 }, 'messages[].unheard'],
  ['a part', { role: 'user', content: [{ type: 'text', text: 'Hi', unheard: 1 }] }, 'text.unheard'],
])('what is not known of %s is named once, and nothing where it says nothing', (_, message, name) => {
  const { dropped } = sent('openai-chat', 'gemini', { messages: [message, message] });
  expect(dropped).toEqual([name]);
  const silent = JSON.parse(JSON.stringify(message).replace('"unheard":1', '"unheard":false')) as unknown;
  expect(sent('openai-chat', 'gemini', { messages: [silent] }).dropped).toEqual([]);
});

test('no more names are kept than are of use', () => {
  const message = {
    role: 'user',
    content: 'Hi',
    ...Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x${at}`, 1])),
  };
  expect(sent('openai-chat', 'gemini', { messages: [message] }).dropped.length).toBeLessThanOrEqual(64);
});
