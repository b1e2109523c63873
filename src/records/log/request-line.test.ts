import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { printable } from '../../lib/printable.ts';
import { logfmt } from './logfmt.ts';
import { attempt, record, refused, rescued } from '../record.fixture.ts';
import { RequestWriter } from './request-json.ts';
import { requestEntry, requestLevel } from './request-line.ts';

const NOW = Date.UTC(2026, 10, 22, 22, 41, 7, 123);

describe('a request line', () => {
  test('put together is the JSON of its fields, whatever they hold', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    const optional = fc.option(text, { nil: undefined });
    const count = fc.option(fc.nat(), { nil: undefined });
    const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
    const changes = fc.record({
      clientIp: text,
      caller: optional,
      path: text,
      alias: optional,
      servedAlias: optional,
      model: optional,
      backend: optional,
      errorCode: optional,
      errorDetail: optional,
      durationMs: ms,
      ttftMs: fc.option(ms, { nil: undefined }),
      queueMs: fc.option(ms, { nil: undefined }),
      interrupted: fc.boolean(),
      droppedEvents: fc.nat(3),
      usage: fc.option(
        fc.record({ promptTokens: count, completionTokens: count, cachedTokens: count, reasoningTokens: count }),
        { nil: undefined },
      ),
      tries: fc.constantFrom(record().tries, rescued(0).tries, []),
    });
    fc.assert(
      fc.property(changes, (changed) => {
        const one = record(changed);
        // What a terminal would act upon is escaped as well.
        expect(new RequestWriter(() => true).json(one, 'info', 7)).toBe(
          printable(JSON.stringify(requestEntry(one, 'info', 7))),
        );
      }),
    );
  });

  test('of a good request has exactly these fields in this order', () => {
    expect(JSON.stringify(requestEntry(record(), 'info', NOW))).toBe(
      '{"level":"info","ts":"2026-11-22T22:41:07.123Z","msg":"request",' +
        '"trace_id":"3f2a1c9b-1111-4222-8333-444455556666","client_ip":"10.0.0.1","caller":"proxy","method":"POST",' +
        '"path":"/v1/chat/completions","alias":"gpt-4","model":"gpt-4-turbo-preview","backend":"openai",' +
        '"stream":true,"status":200,"duration_ms":1240,"ttft_ms":310.3,"queue_ms":0,"attempts":1,' +
        '"prompt_tokens":12,"completion_tokens":345,"cached_tokens":null,"cost_usd":null,"bytes_in":812,"bytes_out":40123,' +
        '"error_code":null}',
    );
  });

  test('tells what it cost in USD, exactly, and what has no price', () => {
    const cost = { nanoUsd: 1_234_567, source: 'table' as const, rates: {} };
    const tries = [attempt({ failure: 'overloaded', cost }), attempt({ cost: null }), attempt({ cost })];
    const one = record({ tries });
    const line = new RequestWriter(() => true).json(one, 'info', 7);
    expect(line).toContain('"cost_usd":0.002469134,"unpriced":true,');
    expect(line).toBe(JSON.stringify(requestEntry(one, 'info', 7)));
    const told = (JSON.parse(line) as { tries: { cost_usd?: number }[] }).tries.map(({ cost_usd: usd }) => usd);
    expect(told).toEqual([0.001234567, undefined, 0.001234567]);
  });

  test.each<Partial<ReturnType<typeof record>>>([
    { clientIp: '10.0.0.2' },
    { caller: 'another' },
    { caller: undefined },
    { method: 'GET' },
    { path: '/v1/responses' },
    { alias: 'other' },
    { alias: undefined },
    { servedAlias: 'stand-in' },
    { model: 'another' },
    { backend: 'another' },
    { stream: false },
    { status: 201 },
    { traceId: 'another' },
    { errorCode: 'another' },
    { errorDetail: 'another' },
  ])('shows nothing of the one before: %j', (changed) => {
    const before = record();
    const one = record(changed);
    const { writer, seen } = watchedWriter();
    expect(writer.json(before, 'info', 7)).toBe(JSON.stringify(requestEntry(before, 'info', 7)));
    expect(writer.json(one, 'info', 7)).toBe(JSON.stringify(requestEntry(one, 'info', 7)));
    expect(writer.holdsNoSecret(before)).toBe(true);
    seen.length = 0;
    expect(writer.holdsNoSecret(one)).toBe(true);
    for (const value of Object.values(changed)) {
      if (typeof value === 'string') expect(seen.join(' ')).toContain(value);
    }
  });

  test.each<Partial<ReturnType<typeof record>>>([
    { path: '/secret' },
    { alias: 'secret' },
    { backend: 'secret' },
    { traceId: 'secret' },
    { errorDetail: 'secret' },
  ])('with a secret in it holds one, whatever was before and comes after: %j', (changed) => {
    const writer = new RequestWriter((text) => !text.includes('secret'));
    for (const one of [record(), record(changed), record(), record(changed), record(changed)])
      expect(writer.holdsNoSecret(one)).toBe(!JSON.stringify(one).includes('secret'));
  });

  test.each([record(), rescued(0), refused(401, 'invalid_api_key')])(
    'holds no text that is not told apart %#',
    (one) => {
      const { writer, seen } = watchedWriter();
      writer.holdsNoSecret(one);
      const told = seen.join(' ');
      const own = new Set(['info', new Date(7).toISOString(), 'request']);
      const texts: string[] = [];
      JSON.stringify(requestEntry(one, 'info', 7), (_key, value: unknown) => {
        if (typeof value === 'string') texts.push(value);
        return value;
      });
      expect(texts.length).toBeGreaterThan(3);
      for (const text of texts) if (!own.has(text)) expect(told).toContain(text);
    },
  );

  test('of a refused request keeps its columns, as null', () => {
    const line = JSON.stringify(requestEntry(refused(401, 'invalid_api_key'), 'warn', NOW));
    expect(line).toContain('"alias":null,"model":null,"backend":null,"stream":false,"status":401,"duration_ms":0.4');
    expect(line).toContain('"ttft_ms":null,"queue_ms":0,"attempts":0,"prompt_tokens":null,"completion_tokens":null');
    expect(line).toEndWith('"error_code":"invalid_api_key"}');
  });

  test('of a rescued, interrupted request tells the tries, the served alias and what was dropped', () => {
    const told = { ...rescued(NOW), servedAlias: 'mixtral', interrupted: true, droppedEvents: 3 };
    const line = JSON.stringify(requestEntry(told, 'error', NOW));
    expect(line).toContain('"alias":"gpt-4","served_alias":"mixtral","model":"mixtral-8x7b"');
    expect(line).toEndWith(
      '"error_code":null,"interrupted":true,"dropped_events":3,"tries":[' +
        '{"backend":"openai","model":"gpt-4-turbo-preview","status":503,"failure":"overloaded",' +
        '"detail":"server_overloaded","ms":120,"cooling_until":"2026-11-22T22:41:07.123Z"},' +
        '{"backend":"local-llm","model":"mixtral-8x7b","status":200,"ms":3200}]}',
    );
  });

  test('tells a single try only when it failed', () => {
    const failed = record({ tries: [attempt({ status: undefined, failure: 'connection_refused', ms: 1.26 })] });
    expect(requestEntry(failed, 'error', NOW)['tries']).toEqual([
      { backend: 'openai', model: 'gpt-4-turbo-preview', failure: 'connection_refused', ms: 1.3 },
    ]);
    expect(requestEntry(record(), 'info', NOW)['tries']).toBeUndefined();
  });

  test.each([
    ['info', record()],
    ['debug', record({ byConsole: true })],
    ['error', record({ byConsole: true, status: 500 })],
    ['info', record({ status: 499, interrupted: true })],
    ['warn', refused(404, 'model_not_found')],
    ['warn', rescued(NOW)],
    ['error', refused(503, 'queue_full')],
    ['error', record({ interrupted: true })],
  ] as const)('is of level %s', (level, told) => {
    expect(requestLevel(told)).toBe(level);
  });

  test('as text is key=value, quoted where needed, nested by dots, without what is unknown', () => {
    expect(logfmt(requestEntry(rescued(NOW), 'warn', NOW))).toBe(
      'level=warn ts=2026-11-22T22:41:07.123Z msg=request trace_id=3f2a1c9b-1111-4222-8333-444455556666 ' +
        'client_ip=10.0.0.1 caller=proxy method=POST path=/v1/chat/completions alias=gpt-4 model=mixtral-8x7b ' +
        'backend=local-llm stream=true status=200 duration_ms=3410 queue_ms=0 attempts=2 bytes_in=812 ' +
        'bytes_out=40123 tries.0.backend=openai tries.0.model=gpt-4-turbo-preview tries.0.status=503 ' +
        'tries.0.failure=overloaded tries.0.detail=server_overloaded tries.0.ms=120 ' +
        'tries.0.cooling_until=2026-11-22T22:41:07.123Z tries.1.backend=local-llm tries.1.model=mixtral-8x7b ' +
        'tries.1.status=200 tries.1.ms=3200',
    );
    expect(logfmt({ msg: 'two words', empty: '', quote: 'a"b', forged: 'x\nlevel=info', 'odd key': 'ü' })).toBe(
      'msg="two words" empty="" quote="a\\"b" forged="x\\nlevel=info" odd_key=ü',
    );
  });
});

/** A writer, and the texts that it has looked through for secrets. */
function watchedWriter(): { writer: RequestWriter; seen: string[] } {
  const seen: string[] = [];
  const writer = new RequestWriter((text) => {
    seen.push(text);
    return true;
  });
  return { writer, seen };
}
