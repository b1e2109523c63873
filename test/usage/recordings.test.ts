// What providers reported, in every recording: nothing of it is lost, nothing counted twice, and no odd number spoils it.
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { consumptionOf, totalTokens } from '../../src/core/consumption.ts';
import type { Usage } from '../../src/core/record.ts';
import { TOKEN_CLASSES } from '../../src/core/token-classes.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import type { Json } from '../kit/json.ts';
import { loadRecordings } from '../kit/recordings.ts';
import { parseSse } from '../kit/sse.ts';

const FOLDERS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'openai-embeddings'];

/** The bodies of an answer: itself, or the events of its stream. */
function bodiesOf(body: Json): Json[] {
  if (typeof body !== 'string') return [body];
  return [...parseSse(body).json];
}

function usageOf(folder: string, body: Json): Usage | undefined {
  const protocol = protocolOf(folder === 'openai-embeddings' ? 'openai-chat' : folder);
  if (typeof body !== 'string') return protocol.readUsage(body);
  const reader = protocol.stream.read({}, 'generate');
  for (const event of bodiesOf(body)) reader.see(event, event.type);
  return reader.usage;
}

/** The books of the test: what the providers' documentation says is the sum. */
const TOTALS: Readonly<Record<string, (bodies: readonly Json[]) => number | undefined>> = {
  'openai-chat': (bodies) => bodies.findLast(({ usage }) => usage)?.usage.total_tokens,
  'openai-embeddings': ([body]) => body.usage.total_tokens,
  'openai-responses': (bodies) => {
    const last = bodies.at(-1);
    return (last.response ?? last).usage?.total_tokens;
  },
  gemini: (bodies) => bodies.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata.totalTokenCount,
  'anthropic-messages': (bodies) => {
    const usage = Object.assign(
      {},
      ...bodies.flatMap((body) => {
        const told = body.message?.usage ?? body.usage;
        return told ? [told] : [];
      }),
    );
    if (usage.input_tokens === undefined) return undefined;
    const { input_tokens: input, output_tokens: output } = usage;
    return input + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + output;
  },
};

const RECORDED = FOLDERS.flatMap((folder) =>
  loadRecordings(folder)
    .filter(({ response }) => response.status === 200)
    .map(({ name, response }) => [`${folder}: ${name}`, folder, response.body] as const),
);

const TOLD = RECORDED.filter(([, folder, body]) => TOTALS[folder]?.(bodiesOf(body)) !== undefined);

test('there are recordings of every dialect', () => {
  for (const folder of FOLDERS) expect(TOLD.some(([, one]) => one === folder)).toBe(true);
  expect(TOLD.length).toBeGreaterThan(350);
});

describe('the classes sum to what was reported', () => {
  test.each(TOLD)('%s', (_name, folder, body) => {
    const usage = usageOf(folder, body);
    expect(usage).toBeDefined();
    if (usage === undefined) return;
    const used = consumptionOf(usage);
    expect(totalTokens(used)).toBe(TOTALS[folder]?.(bodiesOf(body)) ?? -1);
    expect(used.input + used.cacheRead + used.cacheWrite5m + used.cacheWrite1h + used.audioIn + used.imageIn).toBe(
      usage.promptTokens ?? -1,
    );
    for (const name of TOKEN_CLASSES) expect(used[name]).toBeGreaterThanOrEqual(0);
    expect(usage.ignored).toBeUndefined();
  });
});

describe('odd numbers', () => {
  const odd = fc.oneof(
    fc.constantFrom('12', 'many', '', '-1', '1e309', '99999999999999999999', '0x10', NaN, true, [], {}, [7]),
    fc.constantFrom(-1, -0.5, 0.4, Infinity, -Infinity, 2 ** 31, 2 ** 53, 1e300, Number.MIN_VALUE),
    fc.constant(null),
    fc.integer(),
    fc.double(),
  );

  test('neither break the reading nor spoil what it comes to', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TOLD),
        fc.infiniteStream(odd),
        fc.infiniteStream(fc.boolean()),
        (one, odds, yes) => {
          const [, folder, body] = one;
          const spoilt = spoil(bodiesOf(body), () => (yes.next().value === true ? odds.next().value : undefined));
          const usage = usageOf(folder, typeof body === 'string' ? streamOf(spoilt) : spoilt[0]);
          if (usage === undefined) return;
          const used = consumptionOf(usage);
          for (const name of TOKEN_CLASSES)
            expect([name, Number.isSafeInteger(used[name]) && used[name] >= 0]).toEqual([name, true]);
          for (const count of [...Object.values(used.serverTools), ...Object.values(used.units ?? {})])
            expect(Number.isSafeInteger(count) && count > 0).toBe(true);
          if (used.statedNanoUsd !== undefined) expect(Number.isSafeInteger(used.statedNanoUsd)).toBe(true);
          expect(totalTokens(used)).toBe((usage.promptTokens ?? 0) + (usage.completionTokens ?? 0));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each(TOLD.slice(0, 40))('one of them leaves the others as they are, and is told: %s', (_name, folder, body) => {
    if (typeof body === 'string') return;
    const sound = usageOf(folder, body);
    for (const bad of [-3, 'many', Infinity, 2 ** 40]) {
      const changed = structuredClone(body);
      const usage = changed.usage ?? changed.usageMetadata;
      const name = ['output_tokens', 'completion_tokens', 'candidatesTokenCount'].find((each) => each in usage);
      if (name === undefined) continue;
      usage[name] = bad;
      const read = usageOf(folder, changed);
      expect(read?.promptTokens).toBe(sound?.promptTokens ?? -1);
      expect(read?.ignored).toBeGreaterThan(0);
    }
  });
});

/** The bodies with some numbers of their usage replaced. */
function spoil(bodies: readonly Json[], next: () => unknown): Json[] {
  const within = (value: Json): Json => {
    if (typeof value === 'number') {
      const bad = next();
      return bad === undefined ? value : bad;
    }
    if (Array.isArray(value)) return value.map(within);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, within(member)]));
  };
  return bodies.map((body) => {
    const changed = { ...body };
    for (const name of ['usage', 'usageMetadata']) if (body[name]) changed[name] = within(body[name]);
    for (const name of ['message', 'response'])
      if (body[name]?.usage) changed[name] = { ...body[name], usage: within(body[name].usage) };
    return changed;
  });
}

/** Written so that numbers that JSON does not have come through as what they are. */
function streamOf(bodies: readonly Json[]): string {
  return bodies
    .map((body) => `data: ${JSON.stringify(body, (_key, value) => (value === Infinity ? '1e309' : value))}\n\n`)
    .join('');
}
