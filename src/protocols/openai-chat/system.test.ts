import * as fc from 'fast-check';
import { describe, expect, test } from 'bun:test';
import type { Injection } from '../../core/injection.ts';
import { injectSystem } from './system.ts';

const both = addition('B\n\n', '\n\nA', 'B\n\nA');
const onlyBefore = addition('B\n\n', '', 'B');
const onlyAfter = addition('', '\n\nA', 'A');

function addition(before: string, after: string, alone: string): Pick<Injection, 'escaped'> {
  const escape = (text: string): string => JSON.stringify(text).slice(1, -1);
  return { escaped: { before: escape(before), after: escape(after), alone: escape(alone) } };
}

function inject(text: string, prompt: Pick<Injection, 'escaped'>): string {
  return injectSystem(text, JSON.parse(text), prompt);
}

describe('a request without a system message gets one', () => {
  test.each([
    ['{"messages":[{"role":"user"}]}', '{"messages":[{"role":"system","content":"B\\n\\nA"},{"role":"user"}]}'],
    ['{"messages": [ ]}', '{"messages": [{"role":"system","content":"B\\n\\nA"} ]}'],
    ['{"messages":[null,"x",7]}', '{"messages":[{"role":"system","content":"B\\n\\nA"},null,"x",7]}'],
  ])('%s', (text, expected) => expect(inject(text, both)).toBe(expected));
});

describe('a string content is joined', () => {
  const text =
    '{ "n": 12345678901234567890, "messages" : [{"role":"user"},{"content":"\\u0053\\/é","role":"system"}] }';
  test.each([
    ['before and after', both, '"B\\n\\n\\u0053\\/é\\n\\nA"'],
    ['before', onlyBefore, '"B\\n\\n\\u0053\\/é"'],
    ['after', onlyAfter, '"\\u0053\\/é\\n\\nA"'],
  ])('%s', (_, prompt, content) => {
    expect(inject(text, prompt)).toBe(text.replace('"\\u0053\\/é"', () => content));
  });

  test('of a developer message', () => {
    expect(inject('{"messages":[{"role":"developer","content":"S"}]}', onlyBefore)).toBe(
      '{"messages":[{"role":"developer","content":"B\\n\\nS"}]}',
    );
  });

  test('of the first one only', () => {
    expect(inject('{"messages":[{"role":"system","content":"S"},{"role":"developer","content":"D"}]}', onlyAfter)).toBe(
      '{"messages":[{"role":"system","content":"S\\n\\nA"},{"role":"developer","content":"D"}]}',
    );
  });

  test('with a text that needs escapes', () => {
    const result = inject('{"messages":[{"role":"system","content":"S"}]}', addition('"\\\u0000字\ud800', '', ''));
    expect(JSON.parse(result).messages[0].content).toBe('"\\\u0000字\ud800S');
  });
});

describe('parts are joined by parts', () => {
  const text = '{"messages":[{"role":"system","content":[ {"type":"text","text":"S"} ]}]}';
  const [first, last] = ['{"type":"text","text":"B\\n\\n"}', '{"type":"text","text":"\\n\\nA"}'];
  test.each([
    ['before and after', both, `[${first}, {"type":"text","text":"S"} ,${last}]`],
    ['before', onlyBefore, `[${first}, {"type":"text","text":"S"} ]`],
    ['after', onlyAfter, `[ {"type":"text","text":"S"} ,${last}]`],
  ])('%s', (_, prompt, content) => {
    expect(inject(text, prompt)).toBe(`{"messages":[{"role":"system","content":${content}}]}`);
  });
});

describe('a system message without content gets the text alone', () => {
  test.each([
    ['{"role":"system","content":""}', '{"role":"system","content":"B\\n\\nA"}'],
    ['{"role":"system","content": null }', '{"role":"system","content": "B\\n\\nA" }'],
    ['{ "role":"system"}', '{"content":"B\\n\\nA", "role":"system"}'],
    ['{"role":"system","content":[ ]}', '{"role":"system","content":[{"type":"text","text":"B\\n\\nA"} ]}'],
  ])('%s', (message, expected) => {
    expect(inject(`{"messages":[${message}]}`, both)).toBe(`{"messages":[${expected}]}`);
  });
});

describe('what cannot be joined stays', () => {
  test.each([
    '{"model":"x"}',
    '{"messages":"hello"}',
    '{"messages":null}',
    '{"x":{"messages":[]}}',
    '{"messages":[{"role":"system","content":7}]}',
  ])('%s', (text) => expect(inject(text, both)).toBe(text));
});

test('duplicate keys are all edited, each by what it holds', () => {
  const text =
    '{"messages":[{"role":"user"}],"messages":3,"\\u006dessages":[{"role":"system","content":null,"content":"S"}]}';
  expect(inject(text, onlyBefore)).toBe(
    '{"messages":[{"role":"system","content":"B"},{"role":"user"}],"messages":3,' +
      '"\\u006dessages":[{"role":"system","content":"B","content":"B\\n\\nS"}]}',
  );
});

type Message = { role?: unknown; content?: unknown };

/** The same injection on parsed values. */
function injectObject(body: { messages?: Message[] }, before: string, after: string, alone: string): unknown {
  if (body.messages === undefined) return body;
  const messages = structuredClone(body.messages);
  const found = messages.find(({ role }) => role === 'system' || role === 'developer');
  if (found === undefined) return { ...body, messages: [{ role: 'system', content: alone }, ...messages] };
  const part = (text: string): object[] => (text === '' ? [] : [{ type: 'text', text }]);
  const { content } = found;
  if (Array.isArray(content)) {
    found.content = content.length === 0 ? part(alone) : [...part(before), ...content, ...part(after)];
  } else {
    found.content = typeof content === 'string' && content !== '' ? before + content + after : alone;
  }
  return { ...body, messages };
}

const anyText = fc.string({ unit: 'binary' });
const content = fc.oneof(
  anyText,
  fc.constantFrom('', null),
  fc.array(fc.record({ type: fc.constant('text'), text: anyText }), { maxLength: 3 }),
);
const message = fc.record(
  { content, name: anyText, role: fc.constantFrom('user', 'assistant', 'system', 'developer') },
  { requiredKeys: ['role'] },
);
const body = fc.record(
  { model: anyText, messages: fc.array(message, { maxLength: 5 }), extra: fc.jsonValue() },
  { requiredKeys: [] },
);
const filled = fc.string({ unit: 'binary', minLength: 1 });

test('equals the injection on parsed values, and only adds', () => {
  fc.assert(
    fc.property(
      body,
      filled,
      filled,
      fc.record({ isBoth: fc.boolean(), indent: fc.constantFrom(0, 2) }),
      (value, before, after, { isBoth, indent }) => {
        const text = JSON.stringify(value, null, indent);
        const texts = isBoth ? ([before, after, before + after] as const) : ([before, '', before] as const);
        const result = inject(text, addition(...texts));
        expect(JSON.parse(result)).toEqual(injectObject(JSON.parse(text), ...texts));
        expect(isSubsequence(text.replaceAll(/"content": ?null/g, ''), result)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

function isSubsequence(text: string, of: string): boolean {
  let at = 0;
  for (let index = 0; index < of.length && at < text.length; index++) if (of[index] === text[at]) at++;
  return at === text.length;
}
