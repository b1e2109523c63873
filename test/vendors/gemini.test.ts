// Gemini at Google's API and at Vertex: https://ai.google.dev/gemini-api/docs/thinking,
// https://ai.google.dev/gemini-api/docs/thought-signatures.
import { afterAll, describe, expect, test } from 'bun:test';
import { gemini } from '../dialects/gemini.ts';
import type { Json } from '../kit/json.ts';
import { AGENTS, playLoop, stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

function answer(tool: string): Json {
  return gemini.answer({
    items: [{ thought: 'Let me look.', signature: 'c2ln' }, { call: { id: 'call_1', name: tool, args: {} } }],
    finish: 'tool_calls',
    usage: { input: 10, output: 5 },
  });
}

const OTHERS = AGENTS.filter(({ dialect }) => dialect !== gemini);

const MODELS: readonly (readonly [model: string, levels: readonly string[] | undefined, isSampled: boolean])[] = [
  ['gemini-2.5-pro', undefined, true],
  ['gemini-2.5-flash', undefined, true],
  ['gemini-3-flash-preview', ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'], true],
  ['gemini-3.8-flash', ['LOW', 'MEDIUM', 'HIGH'], false],
  ['gemini-4-argon', ['LOW', 'MEDIUM', 'HIGH'], false],
  ['gemini-4-hydrogen', ['LOW', 'MEDIUM', 'HIGH', 'XHIGH'], false],
];

const PLACES = [
  ['gemini', '/v1beta', {}],
  ['vertex', '', { project: 'p', location: 'global', protocol: 'gemini' }],
] as const;

describe.each(PLACES)('a thinking tool loop at %s', (vendor, base, backend) => {
  describe.each(MODELS)('%s', (model, levels) => {
    test.each(OTHERS.map((agent) => [agent.name, agent] as const))('of %s', async (_name, agent) => {
      const { first, second } = await playLoop(agent, { vendor, base, backend, model, answer });
      for (const { generationConfig, contents } of [first, second]) {
        const { thinkingLevel, thinkingBudget, ...rest } = generationConfig.thinkingConfig;
        // One or the other: both are refused, and so is a level of 2.5.
        expect([thinkingLevel === undefined, thinkingBudget === undefined]).toEqual(
          levels === undefined ? [true, false] : [thinkingLevel === undefined, true],
        );
        if (thinkingLevel !== undefined) expect(levels).toContain(thinkingLevel);
        expect(rest).toEqual({ includeThoughts: true });
        expect(contents[0].role).toBe('user');
        expect(contents.at(-1).role).toBe('user');
      }
      const parts = second.contents.flatMap((content: Json) => content.parts);
      const call = parts.find((part: Json) => part.functionCall !== undefined);
      // Of the third generation the call would be refused without it.
      expect(parts.some((part: Json) => part.thoughtSignature === 'c2ln')).toBe(true);
      const takesIds = vendor === 'gemini' || levels !== undefined;
      expect(call.functionCall.id !== undefined).toBe(takesIds);
    });
  });
});

describe('sampling settings', () => {
  test.each(MODELS)('%s', async (model, _levels, isSampled) => {
    const [, codex] = AGENTS;
    if (codex === undefined) throw new Error('no such agent');
    const asking = {
      ...codex,
      question: (alias: string) => {
        const { path, body } = codex.question(alias);
        return { path, body: { ...body, temperature: 0.5, top_p: 0.9 } };
      },
    };
    const { first, dropped } = await playLoop(asking, { vendor: 'gemini', base: '/v1beta', model, answer });
    expect(first.generationConfig.temperature).toBe(isSampled ? 0.5 : undefined);
    expect((dropped[0] ?? '').includes('temperature')).toBe(!isSampled);
    expect((dropped[0] ?? '').includes('top_p')).toBe(!isSampled);
  });
});
