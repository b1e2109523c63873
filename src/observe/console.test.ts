import { describe, expect, test } from 'bun:test';
import { openSync, readFileSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printable } from '../lib/printable.ts';
import { generalText, requestText, stderrWriter, type ConsoleStyle } from './console.ts';
import { attempt, record, refused, rescued } from './record.fixture.ts';
import { requestLevel } from './request-line.ts';

const NOW = new Date(2026, 10, 22, 23, 41, 7).getTime();
const COOLING_UNTIL = new Date(2026, 10, 22, 23, 46, 7).getTime();
const MARKDOWN: ConsoleStyle = { format: 'markdown', color: false };
const PLAIN: ConsoleStyle = { format: 'plain', color: false };
const TRACE = '3f2a1c9b-1111-4222-8333-444455556666';

const shown = (told: Parameters<typeof requestText>[0], style = MARKDOWN): string =>
  requestText(told, requestLevel(told), NOW, style);

describe('a request on the console', () => {
  test('that went well is one compact line', () => {
    expect(shown(record())).toBe(
      '23:41:07 INFO  200 gpt-4 → openai/gpt-4-turbo-preview  1.24s  ttft 310ms  12→345 tok  3f2a1c9b-1111-4222-8333-444455556666',
    );
  });

  test('shows waiting, cached tokens and the alias that served, when there are any', () => {
    const usage = { promptTokens: 900, completionTokens: 5, cachedTokens: 800, reasoningTokens: undefined };
    expect(shown(record({ queueMs: 2100, usage, servedAlias: 'gpt-3.5', stream: false, ttftMs: undefined }))).toBe(
      '23:41:07 INFO  200 gpt-4 as gpt-3.5 → openai/gpt-4-turbo-preview  1.24s  queued 2.10s  ' +
        '900 (800 cached)→5 tok  3f2a1c9b-1111-4222-8333-444455556666',
    );
  });

  test('that was rescued says which backend failed how, and what follows', () => {
    expect(shown(rescued(COOLING_UNTIL))).toBe(
      `23:41:07 WARN  200 gpt-4 → local-llm/mixtral-8x7b  3.41s, after 2 tries  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  **503 overloaded** (server_overloaded)  120ms  → cooling until 23:46:07\n' +
        '  2. local-llm/mixtral-8x7b  **200**  3.20s',
    );
  });

  test('that failed everywhere ends in giving up', () => {
    const tries = [
      attempt({ status: undefined, failure: 'connection_refused', ms: 2 }),
      attempt({
        backend: 'b2',
        model: 'm2',
        status: undefined,
        failure: 'first_byte_timeout',
        ms: 125_000,
        coolingUntil: COOLING_UNTIL,
      }),
    ];
    const failed = record({
      status: 504,
      errorCode: 'first_byte_timeout',
      durationMs: 125_010,
      ttftMs: undefined,
      usage: undefined,
      tries,
    });
    expect(shown(failed, PLAIN)).toBe(
      `23:41:07 ERROR 504 first_byte_timeout gpt-4  2m05s, after 2 tries  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  connection_refused  2ms  → next try\n' +
        '  2. b2/m2  first_byte_timeout  2m05s  → cooling until 23:46:07; gave up',
    );
  });

  test('that broke off after content says so', () => {
    const tries = [attempt({ failure: 'reset', ms: 900 })];
    expect(shown(record({ interrupted: true, errorCode: 'stream_interrupted', droppedEvents: 2, tries }))).toBe(
      '23:41:07 ERROR **200 interrupted stream_interrupted** gpt-4 → openai/gpt-4-turbo-preview  1.24s  ttft 310ms  ' +
        `12→345 tok  2 events dropped  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  **200 reset**  900ms  → client got an error event',
    );
  });

  test('that was refused shows what it was and who sent it', () => {
    expect(shown(refused(401, 'invalid_api_key'))).toBe(
      `23:41:07 WARN  **401 invalid_api_key** POST /v1/chat/completions  from 10.0.0.1  0.4ms  trace ${TRACE}`,
    );
    expect(shown({ ...refused(404, 'model_not_found'), alias: 'gpt-5' }, PLAIN)).toBe(
      `23:41:07 WARN  404 model_not_found POST /v1/chat/completions  from 10.0.0.1  gpt-5  0.4ms  trace ${TRACE}`,
    );
  });

  test('has ANSI for emphasis only when color is on and the format has markup', () => {
    const line = shown(refused(404, 'model_not_found'), { format: 'markdown', color: true });
    expect(line).toStartWith('\x1b[2m23:41:07\x1b[22m \x1b[33mWARN \x1b[39m \x1b[1m404 model_not_found\x1b[22m POST');
    expect(line).not.toContain('**');
    expect(shown(rescued(COOLING_UNTIL), { format: 'plain', color: true })).toBe(shown(rescued(COOLING_UNTIL), PLAIN));
    expect(shown(rescued(COOLING_UNTIL), PLAIN)).not.toContain('**');
  });

  test('cannot be forged or steer the terminal by what a client or backend sent', () => {
    const evil = 'x\r\n23:41:07 INFO  200\x1b[2J\u009b2J\u202e';
    const tries = [attempt({ failure: evil, detail: evil, model: evil }), attempt()];
    const told = record({
      alias: evil,
      servedAlias: evil,
      traceId: evil,
      errorCode: evil,
      status: 500,
      path: evil,
      tries,
    });
    for (const line of [shown(told), shown({ ...told, backend: undefined, clientIp: evil, method: evil })]) {
      expect(line.split('\n')).toHaveLength(3);
      for (const char of ['\r', '\x1b', '\u009b', '\u202e']) expect(line).not.toContain(char);
    }
    expect(printable(evil)).toBe(String.raw`x\r\n23:41:07 INFO  200\u001b[2J\u009b2J\u202e`);
  });
});

describe('a general line on the console', () => {
  test('is the message and its fields', () => {
    const entry = {
      level: 'info',
      ts: '',
      msg: 'listening',
      address: '127.0.0.1:8765',
      why: 'no config',
      keys: ['a', 'b'],
    };
    expect(generalText(entry, 'info', NOW, MARKDOWN)).toBe(
      '23:41:07 INFO  listening  address=127.0.0.1:8765  why="no config"  keys=a,b',
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

describe('the console writer', () => {
  test('writes everything in order and says when text was left out', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'console-'));
    const path = join(dir, 'out');
    const fd = openSync(path, 'w');
    const write = stderrWriter(fd);
    write('one\n');
    write('two ü\n');
    await write.flush();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo ü\n');
    write('x'.repeat(2 << 20));
    write('three\n');
    await write.flush();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo ü\nthree\n(1 lines left out here: the console is slow)\n');
    closeSync(fd);
    rmSync(dir, { recursive: true });
  });
});
