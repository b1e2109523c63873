import { describe, expect, test } from 'bun:test';
import { printable } from '../../../lib/printable.ts';
import type { ConsoleStyle } from './markup.ts';
import { attempt, record, refused, rescued } from '../../record.fixture.ts';
import { requestLevel } from '../request-line.ts';
import { requestText } from './request-text.ts';

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

  test.each([
    [12_345_678, '0.0123 USD'],
    [4, '0.000000004 USD'],
    [12_345_000_000, '12.35 USD'],
    [100_000_000, '0.1 USD'],
    [0, '0 USD'],
  ])('of %d nano-USD says that it cost %s', (nanoUsd, text) => {
    const tries = [attempt({ cost: { nanoUsd, source: 'table', rates: {} } })];
    expect(shown(record({ tries }))).toContain(`  12→345 tok  ${text}  ${TRACE}`);
  });

  test('that was rescued says which backend failed how, and what follows', () => {
    expect(shown(rescued(COOLING_UNTIL))).toBe(
      `23:41:07 WARN  200 gpt-4 → local-llm/mixtral-8x7b  3.41s  2 attempts  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  **503 overloaded** (server_overloaded)  → cools down until 23:46:07  120ms\n' +
        '  2. local-llm/mixtral-8x7b      200                                     → served                     3.20s',
    );
  });

  test('that was hedged says which of two attempts was aborted, and is no warning', () => {
    const tries = [
      attempt({ failure: 'hedge_lost', status: undefined, ms: 900 }),
      attempt({ backend: 'local-llm', model: 'x', hedge: 'won', ms: 340 }),
    ];
    expect(shown(record({ backend: 'local-llm', model: 'x', attempts: 2, tries })).split('\n')).toEqual([
      `23:41:07 INFO  200 gpt-4 → local-llm/x  1.24s  2 attempts  ttft 310ms  12→345 tok  ${TRACE}`,
      '  1. openai/gpt-4-turbo-preview  **hedge_lost**  → aborted for the other attempt  900ms',
      '  2. local-llm/x                 200             → served                         340ms',
    ]);
  });

  test('that failed everywhere ends in giving up', () => {
    const tries = [
      attempt({ status: undefined, failure: 'connection_failed', detail: 'ECONNREFUSED api.openai.com:443', ms: 2 }),
      attempt({
        backend: 'b2',
        model: 'm2',
        status: undefined,
        failure: 'first_byte_timeout',
        detail: '60s, the default',
        ms: 125_000,
        coolingUntil: COOLING_UNTIL + 15 * 60_000,
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
      `23:41:07 ERROR 504 first_byte_timeout gpt-4  2m05s  2 attempts  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  connection_failed (ECONNREFUSED api.openai.com:443)  → next attempt                                          2ms\n' +
        '  2. b2/m2                       first_byte_timeout (60s, the default)                → cools down until 2026-11-23 00:01:07; client got 504  2m05s',
    );
  });

  test('that broke off after content says so', () => {
    const tries = [attempt({ failure: 'reset', ms: 900 })];
    expect(shown(record({ interrupted: true, errorCode: 'stream_interrupted', droppedEvents: 2, tries }))).toBe(
      '23:41:07 ERROR **200 interrupted stream_interrupted** gpt-4 → openai/gpt-4-turbo-preview  1.24s  ttft 310ms  ' +
        `12→345 tok  2 events dropped  trace ${TRACE}\n` +
        '  1. openai/gpt-4-turbo-preview  **200 reset**  → client got an error event  900ms',
    );
  });

  test('that was refused shows what it was and who sent it', () => {
    expect(shown({ ...refused(401, 'invalid_api_key'), caller: undefined })).toBe(
      `23:41:07 WARN  **401 invalid_api_key** POST /v1/chat/completions  from 10.0.0.1  0.4ms  trace ${TRACE}`,
    );
    expect(shown({ ...refused(404, 'model_not_found'), alias: 'gpt-5' }, PLAIN)).toBe(
      `23:41:07 WARN  404 model_not_found gpt-5  POST /v1/chat/completions  from 10.0.0.1 (proxy)  0.4ms  trace ${TRACE}`,
    );
  });

  test('that met a limit of the gateway says which, and its value', () => {
    const limited = {
      ...refused(429, 'rate_limit_exceeded'),
      errorDetail: 'rate_limit.per_ip_rps 100',
      alias: 'gpt-5',
    };
    expect(shown(limited)).toContain('WARN  **429 rate_limit_exceeded** (rate_limit.per_ip_rps 100) gpt-5  POST /v1');
  });

  test('has below each attempt what the provider said, once if it said it again and again', () => {
    const busy = { status: 429, failure: 'rate_limited', message: 'Slow *down*.' };
    const tries = [attempt(busy), attempt(busy), attempt({ ...busy, message: 'Stop.' }), attempt()];
    expect(shown(record({ tries })).split('\n').slice(1)).toEqual([
      '  1. openai/gpt-4-turbo-preview  **429 rate_limited**  → next attempt  1.23s',
      String.raw`     provider said: Slow \*down\*.`,
      '  2. openai/gpt-4-turbo-preview  **429 rate_limited**  → next attempt  1.23s',
      '  3. openai/gpt-4-turbo-preview  **429 rate_limited**  → next attempt  1.23s',
      '     provider said: Stop.',
      '  4. openai/gpt-4-turbo-preview  200                   → served        1.23s',
    ]);
  });

  test('that its client left says so, as the last attempt does', () => {
    const tries = [attempt({ status: undefined, failure: 'client_gone' })];
    const left = record({ status: 499, errorCode: 'client_closed_request', tries });
    expect(shown(left, PLAIN)).toMatch(
      /INFO  499 client_closed_request gpt-4 .*\n  1\. .*  client_gone  → client disconnected  1/,
    );
  });

  test('has straight columns on a terminal with colours, whose escapes take no room', () => {
    const text = shown(rescued(COOLING_UNTIL), { format: 'markdown', color: true });
    expect(Bun.stripANSI(text)).toBe(shown(rescued(COOLING_UNTIL), PLAIN));
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
