import { describe, expect, test } from 'bun:test';
import { generalText } from './general-text.ts';
import type { ConsoleStyle } from './markup.ts';

const NOW = new Date(2026, 10, 22, 23, 41, 7).getTime();
const MARKDOWN: ConsoleStyle = { format: 'markdown', color: false };
const PLAIN: ConsoleStyle = { format: 'plain', color: false };

describe('a general line on the console', () => {
  test('is the message and its fields', () => {
    const entry = {
      level: 'info',
      ts: '',
      msg: 'listening',
      address: '127.0.0.1:8765',
      why: 'no config',
      keys: ['a', 'b'],
      config: null,
    };
    expect(generalText(entry, 'info', NOW, MARKDOWN)).toBe(
      '23:41:07 INFO  listening  address=127.0.0.1:8765  why="no config"  keys=a,b',
    );
  });

  test('has times in the console’s own clock, with their date where it is another day', () => {
    const entry = { msg: 'until', soon: new Date(2026, 10, 22, 23, 42, 7), late: new Date(2026, 10, 23, 0, 41, 7) };
    expect(generalText(entry, 'info', NOW, PLAIN)).toBe(
      '23:41:07 INFO  until  soon=23:42:07  late="2026-11-23 00:41:07"',
    );
  });

  test('of a backend’s state says in one breath which, how long and why', () => {
    const entry = {
      msg: 'backend cools down',
      backend: 'openai',
      model: 'gpt-5',
      operation: 'openai-chat generate',
      failure: '503 overloaded',
      until: new Date(2026, 10, 22, 23, 42, 7),
    };
    expect(generalText(entry, 'warn', NOW, MARKDOWN)).toBe(
      '23:41:07 WARN  backend cools down: openai/gpt-5 until 23:42:07, **503 overloaded**  (openai-chat generate)',
    );
  });

  test('has what a provider said and what to do below it', () => {
    const entry = {
      msg: "provider refuses the gateway's key or account",
      backend: 'openai',
      model: 'gpt-5',
      operation: 'openai-chat generate',
      status: 401,
      key_end: 'cdef',
      message: 'Incorrect *key*',
      remedy: 'Put a valid key into api_key of this backend.',
      trace_id: 't1',
    };
    expect(generalText(entry, 'error', NOW, MARKDOWN)).toBe(
      "23:41:07 ERROR provider refuses the gateway's key or account: openai/gpt-5  (openai-chat generate)  status=401  key_end=cdef  trace_id=t1\n" +
        '    provider said: Incorrect \\*key\\*\n' +
        '    → Put a valid key into api_key of this backend.',
    );
  });

  test('has the stack of an error below it', () => {
    const err = {
      name: 'TypeError',
      message: 'x is\nnot a function',
      stack: 'TypeError: x is\nnot a function\n    at f (a.ts:1:2)\n    at g (b.ts:3:4)',
    };
    expect(generalText({ msg: 'a bug', err, trace_id: 't1' }, 'error', NOW, PLAIN)).toBe(
      '23:41:07 ERROR a bug  err="TypeError: x is not a function"  trace_id=t1\n    at f (a.ts:1:2)\n    at g (b.ts:3:4)',
    );
  });
});
