import { describe, expect, test } from 'bun:test';
import { findInTail } from './json-tail.ts';

const usageIn = (tail: string): unknown => findInTail(tail, (members) => (members as { usage?: unknown }).usage);

describe('findInTail', () => {
  test.each([
    [
      'the last member',
      '0.5]}],"model":"m","usage":{"total_tokens":8,"details":{"cached":1}}}',
      { total_tokens: 8, details: { cached: 1 } },
    ],
    ['one before others', 'xx"}}],"usage":{"total_tokens":8},"service_tier":"default","fp":null}', { total_tokens: 8 }],
    ['with space between, and after', '] ,\n  "usage" : { "total_tokens" : 8 }\n}\n', { total_tokens: 8 }],
    ['with escapes in the strings', '],"usage":{"n":1},"note":"a \\"quoted\\" \\\\"}', { n: 1 }],
    ['nothing where a member deeper inside has the name', 'x","usage":{"n":1}}],"model":"m"}', undefined],
    ['nothing in a string that quotes one', '"text":"{\\"usage\\":{\\"n\\":1}}"}', undefined],
    ['nothing where the name stands too far off', `],"usage":{"n":1}${',"x":"y"'.repeat(200)}}`, undefined],
    ['nothing in a text that breaks off', '],"usage":{"n":1}', undefined],
    ['nothing in nothing', '', undefined],
    ['nothing without quotes', '0.1,0.2]}', undefined],
    ['nothing where a quote stands first', '"', undefined],
  ])('%s', (_, tail, expected) => {
    expect(usageIn(tail)).toEqual(expected as never);
  });
});
