import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { ContentTemplate } from './content-template.ts';

interface Shape {
  readonly role: boolean;
  readonly finish: null | undefined;
  readonly extra: unknown;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  role: fc.boolean(),
  finish: fc.constantFrom(null, undefined),
  extra: fc.jsonValue({ maxDepth: 2 }),
});

/** Whether the template takes the bytes of a text, wherever in a chunk they stand. */
function fits(template: ContentTemplate | undefined, data: string): boolean {
  const bytes = Buffer.from(data);
  const alone = template?.fits(bytes, 0, bytes.length);
  const within = Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('z')]);
  expect(template?.fits(within, 2, 2 + bytes.length)).toBe(alone);
  return alone === true;
}

function templateOf(data: string): ContentTemplate | undefined {
  return ContentTemplate.of(Buffer.from(data).toString('latin1'), '"content":"');
}

function chunk({ role, finish, extra }: Shape, content: string) {
  const delta = role ? { role: 'assistant', content } : { content };
  return { id: 'x', choices: [{ index: 0, delta, finish_reason: finish }], extra };
}

function textOf(data: string): string {
  const parsed = JSON.parse(data) as { choices: [{ delta: { content: string } }] };
  return parsed.choices[0].delta.content;
}

const example = '{"id":"x","choices":[{"index":0,"delta":{"content":"Hello"}}]}';

describe('ContentTemplate', () => {
  test('whatever fits is valid JSON, and the same event but for its content', () => {
    let fitted = 0;
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '\\', '\n'),
    );
    fc.assert(
      fc.property(shape, text, text, fc.boolean(), (of, first, second, isRaw) => {
        const seen = JSON.stringify(chunk(of, first));
        const template = templateOf(seen);
        const place = `"content":${JSON.stringify(first)}`;
        const data = isRaw ? seen.replace(place, () => `"content":"${second}"`) : JSON.stringify(chunk(of, second));
        if (!fits(template, data)) return;
        fitted++;
        expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(chunk(of, textOf(data)))));
      }),
      { numRuns: 2000 },
    );
    expect(fitted).toBeGreaterThan(100);
  });

  test('what was cut, doubled or changed anywhere else does not fit', () => {
    const edit = fc.record({
      at: fc.nat({ max: 80 }),
      remove: fc.nat({ max: 10 }),
      insert: fc.string({ maxLength: 5 }),
    });
    fc.assert(
      fc.property(edit, ({ at, remove, insert }) => {
        const data = example.slice(0, at) + insert + example.slice(at + remove);
        if (!fits(templateOf(example), data)) return;
        expect(JSON.parse(data)).toEqual(JSON.parse(example.replace('Hello', () => textOf(data))));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['Hello', true],
    ['字, ü and 😀', true],
    [' ', true],
    ['', false],
    ['a\\nb', false],
    ['a\nb', false],
    ['a"b', false],
    ['a","x":"b', false],
  ])('the text %j fits: %p', (text, expected) => {
    const data = example.replace('Hello', () => text);
    expect(fits(templateOf(example), data)).toBe(expected);
  });

  test.each([
    ['no content', '{"choices":[{"delta":{"role":"assistant"}}]}'],
    ['no text', '{"choices":[{"delta":{"content":null}}]}'],
    ['an empty text', '{"choices":[{"delta":{"content":""}}]}'],
    ['an escape', '{"choices":[{"delta":{"content":"a\\nb"}}]}'],
    ['no end', '{"choices":[{"delta":{"content":"abc'],
    ['two contents', '{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}'],
  ])('an event with %s makes no template', (_what, data) => {
    expect(templateOf(data)).toBeUndefined();
  });
});
