// Each example of docs/traces.md, tried: spans arrive where and as the page says.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json } from '../kit/json.ts';
import { startGatewayHere } from '../kit/gateway-here.ts';
import { startOtlpReceiver } from '../kit/otlp-receiver.ts';
import { eventually } from '../kit/settled.ts';
import { blocksOf } from './blocks.ts';

const EXAMPLES = blocksOf(readFileSync(join(import.meta.dir, '../../docs/traces.md'), 'utf8')).filter(
  ({ language }) => language === 'yaml',
);

/** What a span of an attempt has at each, where the example is for one kind of destination. */
const EXPECTED: Readonly<Record<string, object>> = {
  Langfuse: { 'langfuse.observation.type': 'generation', 'gen_ai.usage.prompt_tokens': 1n },
  Phoenix: { 'openinference.span.kind': 'LLM', 'llm.input_messages.0.message.content': 'Hello' },
};

test.each(EXAMPLES.map((block): [string, string] => [block.title ?? block.section, block.text]))(
  '%s',
  async (title, text) => {
    const receiver = startOtlpReceiver();
    const paths: string[] = [];
    const here = (endpoint: string): string => {
      const { pathname } = new URL(endpoint);
      paths.push(`${pathname === '/' ? '' : pathname}/v1/traces`);
      return receiver.url + pathname;
    };
    const { otel } = parse(text);
    const { exporters = [] } = otel;
    const gateway = await startGatewayHere(
      {
        otel: {
          ...otel,
          sample: 1,
          endpoint: here(otel.endpoint),
          exporters: exporters.map((one: Json) => ({ ...one, endpoint: here(one.endpoint) })),
        },
        backends: [{ name: 'demo', url: 'demo:' }],
        models: { gpt: { routes: [{ backend: 'demo', model: 'demo' }] } },
      },
      {},
    );
    try {
      const body = JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] });
      const headers = { 'content-type': 'application/json' };
      await (await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body })).text();
      await eventually(() => receiver.exports.length === paths.length);
      expect(receiver.exports.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
      const client = receiver.spans.findLast(({ kind }) => kind === 'SPAN_KIND_CLIENT');
      expect(client?.attributes).toMatchObject(EXPECTED[title] ?? {});
      if (title === 'Langfuse') expect(receiver.exports[0]?.headers.get('authorization')).toStartWith('Basic ');
    } finally {
      await gateway.stop();
      await receiver.stop();
    }
  },
);

test('there is an example for each kind of destination', () => {
  expect(EXAMPLES.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.keys(EXPECTED)));
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(5);
});
