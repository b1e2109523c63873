// What every pair of dialects has to carry: a question and an answer for each feature.
import type { Answer, Ask, AskTool } from './spoken.ts';

/** One thing that an application does. */
export interface Feature {
  readonly name: string;
  readonly ask: Ask;
  readonly answer: Answer;
  /** Some dialects have no word of their own for it, and say it as text: only the words are compared. */
  readonly wordsOnly?: boolean;
}

const USAGE = { input: 20, output: 9 };
const HELLO: Ask = { turns: [{ role: 'user', items: [{ text: 'Hello, “world” 🙂' }] }] };
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');
const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
};

const WEATHER: AskTool = {
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const TIME: AskTool = {
  name: 'get_time',
  description: 'Tells the time.',
  parameters: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] },
};
const TOOLS = [WEATHER, TIME];

function call(id: string, name: string, args: object) {
  return { call: { id, name, args } };
}

/** The first two are the rest of docs' table, in its order. */
export const FEATURES: readonly Feature[] = [
  {
    name: 'text',
    ask: { ...HELLO, system: 'Be brief.', maxTokens: 500, temperature: 0.5 },
    answer: { items: [{ text: 'Hi there! Zażółć “gęślą” 字 🙂' }], finish: 'stop', usage: { ...USAGE, cached: 5 } },
  },
  {
    name: 'turns',
    ask: {
      turns: [
        { role: 'user', items: [{ text: 'One' }] },
        { role: 'assistant', items: [{ text: 'Two' }] },
        { role: 'user', items: [{ text: 'Three' }] },
      ],
    },
    answer: { items: [{ text: 'Four' }], finish: 'length', usage: USAGE },
  },
  {
    name: 'tools',
    ask: { ...HELLO, tools: TOOLS },
    answer: {
      items: [{ text: 'Let me look.' }, call('call_1', 'get_weather', { city: 'Zürich "West"' })],
      finish: 'tool_calls',
      usage: USAGE,
    },
  },
  {
    name: 'parallel tools',
    ask: { ...HELLO, tools: TOOLS, choice: 'required' },
    answer: {
      items: [call('call_1', 'get_weather', { city: 'Rome' }), call('call_2', 'get_time', { zone: 'CET' })],
      finish: 'tool_calls',
      usage: USAGE,
    },
  },
  {
    name: 'forced tool',
    ask: { ...HELLO, tools: TOOLS, choice: { tool: 'get_time' } },
    answer: { items: [call('call_1', 'get_time', {})], finish: 'tool_calls', usage: USAGE },
  },
  {
    name: 'tool results',
    ask: {
      tools: TOOLS,
      turns: [
        { role: 'user', items: [{ text: 'Weather and time?' }] },
        {
          role: 'assistant',
          items: [
            { text: 'I look.' },
            call('call_1', 'get_weather', { city: 'Rome' }),
            call('call_2', 'get_time', { zone: 'CET' }),
          ],
        },
        {
          role: 'user',
          items: [
            { result: { id: 'call_1', name: 'get_weather', text: 'sunny' } },
            { result: { id: 'call_2', name: 'get_time', text: '{"time":"12:00"}' } },
            { text: 'Now?' },
          ],
        },
      ],
    },
    answer: { items: [{ text: 'Sunny at noon.' }], finish: 'stop', usage: USAGE },
  },
  {
    name: 'images',
    ask: { turns: [{ role: 'user', items: [{ text: 'What is it?' }, { image: PIXEL }] }] },
    answer: { items: [{ text: 'A pixel.' }], finish: 'stop', usage: USAGE },
  },
  {
    name: 'image URLs',
    ask: { turns: [{ role: 'user', items: [{ imageUrl: 'https://example.com/a.png' }, { text: 'What is it?' }] }] },
    answer: { items: [{ text: 'A picture.' }], finish: 'stop', usage: USAGE },
  },
  {
    name: 'documents',
    ask: { turns: [{ role: 'user', items: [{ text: 'Sum it up.' }, { pdf: PDF }] }] },
    answer: { items: [{ text: 'It is empty.' }], finish: 'stop', usage: USAGE },
  },
  {
    name: 'reasoning',
    ask: { ...HELLO, effort: 'medium', maxTokens: 20_000 },
    answer: {
      items: [{ thought: 'A greeting; greet back.', signature: 'c2lnbmF0dXJlMQ==' }, { text: 'Hello.' }],
      finish: 'stop',
      usage: { ...USAGE, reasoning: 6 },
    },
  },
  {
    name: 'structured output',
    ask: { ...HELLO, schema: { name: 'person', schema: PERSON } },
    answer: { items: [{ text: '{"name":"Ada","age":36}' }], finish: 'stop', usage: USAGE },
  },
  {
    name: 'refusals',
    ask: HELLO,
    answer: { items: [{ refusal: 'That I will not do.' }], finish: 'refusal', usage: USAGE },
    wordsOnly: true,
  },
];
