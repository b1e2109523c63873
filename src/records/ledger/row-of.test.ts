import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { KeyTraits } from '../../core/caller.ts';
import { NO_LIMITS } from '../../core/team.ts';
import type { Consumption } from '../../core/token-classes.ts';
import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import { createRedactor } from '../log/redact.ts';
import { attempt, record, refused } from '../record.fixture.ts';
import { readRecords } from './read-records.ts';
import { RecordBatch } from './record-batch.ts';
import { rowOf } from './row-of.ts';

const OF = { id: '019ad2f0-0000-7000-8000-000000000001', node: 'here' };
const FACTS = { ...OF, mask: (text: string) => text };

function consumption(tokens: Partial<Consumption>): Consumption {
  const none = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, 0])) as Record<
    (typeof TOKEN_CLASSES)[number],
    number
  >;
  return { ...none, serverTools: {}, tier: undefined, statedNanoUsd: undefined, estimated: false, ...tokens };
}

function keyTraits(traits: Partial<KeyTraits>): KeyTraits {
  const none = { id: undefined, owner: undefined, tags: {}, endpoints: undefined, allowedIps: undefined };
  return { ...none, limits: NO_LIMITS, logBodies: undefined, ...traits };
}

const priced = (nanoUsd: number) => ({ nanoUsd, source: 'table' as const, rates: { input: 1 } });

describe('a row of the ledger', () => {
  test('says what its record says', () => {
    const charges = [{ budget: 'team:ops', window: 5, amount: 7 }];
    const more = { team: 'ops', endUser: 'u', session: 's', charges };
    const ofKey = { owner: 'eve', tags: { app: 'bot' } };
    const key = keyTraits({ id: 'k1', ...ofKey });
    const of = record({
      ...more,
      key,
      heldNanoUsd: 9,
      userAgent: 'curl/8',
      endpoint: 'messages',
      finishReason: 'stop',
    });
    expect(rowOf(of, FACTS)).toMatchObject({
      ...OF,
      ...more,
      ...ofKey,
      keyId: 'k1',
      traceId: of.traceId,
      startedAt: of.startedAt,
      durationMs: of.durationMs,
      heldNanoUsd: 9,
      userAgent: 'curl/8',
      endpoint: 'messages',
      finishReason: 'stop',
      status: 200,
      backend: 'openai',
      model: 'gpt-4-turbo-preview',
    });
  });

  test('has each attempt with its own time, usage and cost, and sums them', () => {
    const tries = [
      attempt({ ms: 10, startedMs: 3.4, failure: 'overloaded', usage: consumption({ input: 5 }), cost: priced(50) }),
      attempt({
        ms: 20,
        startedMs: 40,
        usage: consumption({ input: 7, output: 2 }),
        cost: priced(3),
        reportedModel: 'm-1',
      }),
    ];
    const row = rowOf(record({ tries }), FACTS);
    expect(row.tries.map(({ index, startedAt, durationMs }) => [index, startedAt - row.startedAt, durationMs])).toEqual(
      [
        [0, 3, 10],
        [1, 40, 20],
      ],
    );
    expect(row).toMatchObject({ nanoUsd: 53, unpriced: false, reportedModel: 'm-1' });
    expect(row.usage).toMatchObject({ input: 12, output: 2 });
  });

  test('knows a cost of zero from one that is not known', () => {
    const used = { usage: consumption({ input: 1 }) };
    const of = (costs: readonly (number | null | undefined)[]) =>
      rowOf(
        record({
          tries: costs.map((cost) => attempt({ ...used, cost: typeof cost === 'number' ? priced(cost) : cost })),
        }),
        FACTS,
      );
    expect(of([0])).toMatchObject({ nanoUsd: 0, unpriced: false });
    expect(of([null])).toMatchObject({ nanoUsd: undefined, unpriced: true });
    expect(of([null, 4])).toMatchObject({ nanoUsd: 4, unpriced: true });
    expect(of([undefined])).toMatchObject({ nanoUsd: undefined, unpriced: false });
  });

  test('is there for what was refused as well', () => {
    const row = rowOf(refused(404, 'model_not_found'), FACTS);
    expect(row).toMatchObject({ status: 404, errorCode: 'model_not_found', tries: [], usage: undefined, tags: {} });
  });

  test('is the same when it has been in the journal, whatever texts it holds', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        text,
        fc.dictionary(text, text),
        fc.maxSafeNat(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
        (name, tags, amount, ms) => {
          const charges = [{ budget: name, window: amount, amount }];
          const of = record({
            alias: name,
            key: keyTraits({ tags }),
            charges,
            durationMs: ms,
            tries: [attempt({ detail: name, cost: priced(amount) })],
          });
          const row = rowOf(of, FACTS);
          const { texts } = readRecords(Buffer.from(new RecordBatch().add(JSON.stringify(row)).bytes), {
            most: 1,
            isLast: true,
          });
          // JSON leaves out what is undefined, and cannot hold a lone half of a character as such.
          expect(JSON.parse(texts[0] ?? '')).toEqual(JSON.parse(JSON.stringify(row)));
        },
      ),
    );
  });
});

test('no text of a client or a backend brings a secret into the ledger', () => {
  const secret = 'sk-lp-abcdefghijklmnopqrstuvwxyz012345678901';
  const texts = { traceId: secret, endUser: secret, session: `s-${secret}`, userAgent: `ua ${secret}`, alias: secret };
  const tries = [attempt({ detail: secret, model: secret, reportedModel: secret })];
  const row = rowOf(record({ ...texts, tries }), { ...FACTS, mask: createRedactor([]) });
  expect(JSON.stringify(row)).not.toContain(secret);
  expect(JSON.stringify(rowOf(record({ ...texts, tries }), FACTS))).toContain(secret);
});
