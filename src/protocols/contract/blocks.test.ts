// What each dialect notes of a stream's blocks, held against what its decoder makes of the same events: recordings of real
// providers, cut after each event.
import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import { loadRecordings, type Recording } from '../../../test/kit/recordings.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { dataLines, eventName } from '../shared/stream/sse.ts';
import { Blocks } from '../shared/stream/blocks.ts';
import type { Protocol } from '../protocol.ts';
import { DIALECTS } from './samples.fixture.ts';

interface Step {
  readonly blocks: Readonly<Pick<Blocks, 'texts' | 'textIsWhole' | 'callIsWhole'>>;
  /** What the decoder has said so far. */
  readonly told: readonly AnswerEvent[];
  readonly isComplete: boolean;
}

/** A recorded stream, event by event. */
function steps(protocol: Protocol, { request, response }: Recording): Step[] {
  const conversation = protocol.codec.decodeRequest(request.body, { stream: true });
  const model = request.body.model ?? /models\/([^:]+):/.exec(request.path)?.[1] ?? 'm';
  const decoder = protocol.codec.encodeRequest(conversation, { model, quirks: {} }).decodeStream();
  const reader = protocol.stream.read(request.body, 'generate');
  const blocks = new Blocks();
  const told: AnswerEvent[] = [];
  return eventsOf(response.body, protocol).map(({ event, name }) => {
    told.push(...decoder.push(event, name));
    const seen = reader.see(event, name, JSON.stringify(event));
    protocol.stream.noteBlocks(event, name, blocks);
    const { texts, textIsWhole, callIsWhole } = blocks;
    return {
      blocks: { texts, textIsWhole, callIsWhole },
      told: [...told],
      isComplete: seen === 'end' || reader.finished,
    };
  });
}

function eventsOf(body: string, { stream }: Protocol): { event: Json; name: string | undefined }[] {
  const texts = body.replaceAll('\r\n', '\n').split('\n\n');
  return texts.flatMap((text) => {
    const data = dataLines(`${text}\n\n`).join('\n');
    if (data === '' || stream.isEnd(data)) return [];
    return [{ event: JSON.parse(data), name: eventName(`${text}\n\n`, 0, text.length + 2) }];
  });
}

/** The parts that hold anything and are whole, by what the decoder says. */
function wholeParts(told: readonly AnswerEvent[]): string[] {
  const kinds = new Map<number, string>();
  const said = new Set<number>();
  const whole: string[] = [];
  for (const event of told) {
    if (event.type === 'part_start') kinds.set(event.index, event.part);
    else if (event.type === 'delta') said.add(event.index);
    else if (event.type === 'whole') whole.push('whole');
    else if (event.type === 'part_end') {
      const kind = kinds.get(event.index) ?? '';
      if (kind === 'tool_call' || said.has(event.index)) whole.push(kind);
    }
  }
  return whole;
}

describe.each(DIALECTS)('%s', (_key, protocol) => {
  const recordings = loadRecordings(protocol.name).filter(
    ({ response, stream }) => stream && response.status === 200 && typeof response.body === 'string',
  );

  test('there are recordings', () => {
    expect(recordings.length).toBeGreaterThan(2);
  });

  test.each(recordings.map((each) => [each.name, each] as const))(
    '%s: nothing is whole too soon',
    (_name, recording) => {
      for (const { blocks, told, isComplete } of steps(protocol, recording)) {
        if (isComplete) break;
        const whole = wholeParts(told);
        if (blocks.textIsWhole || blocks.callIsWhole) expect(whole).not.toEqual([]);
        if (blocks.callIsWhole) expect(whole).toContain('tool_call');
      }
    },
  );

  test.each(recordings.map((each) => [each.name, each] as const))('%s: what has begun is noted', (_name, recording) => {
    const before = steps(protocol, recording).filter(({ isComplete }) => !isComplete);
    const { blocks, told } = before.at(-1) ?? { blocks: new Blocks(), told: [] };
    const shown = told.filter((event) => event.type === 'part_start' && event.part !== 'tool_call');
    const said = told.some(
      (event) => event.type === 'delta' && shown.some((part) => 'index' in part && part.index === event.index),
    );
    if (said) expect(blocks.texts).toBeGreaterThan(0);
    // A dialect that says where a block ends says it before its finish.
    if (['anthropic-messages', 'openai-responses'].includes(protocol.name) && said)
      expect(blocks.textIsWhole).toBe(true);
  });
});

const delta = (members: object, index = 0): object => ({ choices: [{ index, delta: members }] });
const call = (entry: object): object => delta({ tool_calls: [entry] });
const parts = (...list: object[]): object => ({ candidates: [{ content: { parts: list } }] });
const item = (type: string, of: object, index = 0): object => ({
  type: `response.output_item.${type}`,
  output_index: index,
  item: of,
});

describe('oddities', () => {
  test.each<[string, string, object[], string]>([
    [
      'openai-chat',
      'thoughts are whole where the answer begins',
      [delta({ reasoning: 'x' }), delta({ content: 'y' })],
      'text',
    ],
    ['openai-chat', 'thoughts in two members are one', [delta({ reasoning: 'x', reasoning_details: [{}] })], 'begun'],
    [
      'openai-chat',
      'thoughts as parts',
      [delta({ content: [{ type: 'thinking', thinking: [] }] }), delta({ content: 'y' })],
      'text',
    ],
    ['openai-chat', 'empty pieces are nothing', [delta({ role: 'assistant', content: '', tool_calls: [] })], ''],
    ['openai-chat', 'remarks are nothing', [delta({ annotations: [{}], extra: 1 })], ''],
    ['openai-chat', 'only the first choice counts', [delta({ content: 'x' }, 1)], ''],
    [
      'openai-chat',
      'text amid a call does not end it',
      [call({ index: 0, id: 'a' }), delta({ content: 'x' }), call({ index: 0 })],
      'text',
    ],
    ['openai-chat', 'calls without index', [call({ id: 'a' }), call({}), call({ id: 'a' })], ''],
    ['openai-chat', 'two calls without index', [call({ id: 'a' }), call({ id: 'b' })], 'call'],
    ['openai-chat', 'two calls in one event', [delta({ tool_calls: [{ index: 0 }, { index: 1 }] })], 'call'],
    [
      'openai-chat',
      'the older form of calls',
      [delta({ content: 'x' }), delta({ function_call: { name: 'f' } })],
      'text',
    ],
    ['gemini', 'a call is whole at once', [parts({ functionCall: { name: 'f' } })], 'call'],
    [
      'gemini',
      'a call in pieces',
      [
        parts({ functionCall: { name: 'f', id: '1', willContinue: true } }),
        parts({ functionCall: { partialArgs: [], willContinue: true } }),
      ],
      '',
    ],
    [
      'gemini',
      'a call whose last piece is here',
      [parts({ functionCall: { name: 'f', will_continue: true } }), parts({ function_call: {} })],
      'call',
    ],
    [
      'gemini',
      'thoughts are whole where the answer begins',
      [parts({ text: 'x', thought: true }), parts({ text: 'y' })],
      'text',
    ],
    ['gemini', 'a signature is nothing', [parts({ text: '', thoughtSignature: 'S' })], ''],
    [
      'anthropic-messages',
      'an empty text is nothing',
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_stop', index: 0 },
      ],
      '',
    ],
    [
      'anthropic-messages',
      'a thought without words is nothing',
      [
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'S' } },
        { type: 'content_block_stop', index: 0 },
      ],
      '',
    ],
    [
      'anthropic-messages',
      'a call of the provider’s own is no client’s',
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use' } },
        { type: 'content_block_stop', index: 0 },
      ],
      'text',
    ],
    [
      'anthropic-messages',
      'a call',
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'tool_use' } },
        { type: 'content_block_stop', index: 0 },
      ],
      'call',
    ],
    [
      'openai-responses',
      'a thought without words is nothing',
      [item('added', { type: 'reasoning' }), item('done', { type: 'reasoning', summary: [], encrypted_content: 'x' })],
      '',
    ],
    [
      'openai-responses',
      'a thought',
      [item('added', { type: 'reasoning' }), item('done', { type: 'reasoning', summary: [{}] })],
      'text',
    ],
    [
      'openai-responses',
      'a call of the provider’s own is no client’s',
      [item('added', { type: 'web_search_call' }), item('done', { type: 'web_search_call' })],
      'text',
    ],
    [
      'openai-responses',
      'a call that is told without its beginning',
      [{ type: 'response.function_call_arguments.delta', output_index: 1, delta: '{' }],
      '',
    ],
    [
      'openai-responses',
      'calls overlap',
      [
        item('added', { type: 'function_call' }),
        item('added', { type: 'function_call' }, 1),
        item('done', { type: 'function_call' }, 1),
      ],
      'call',
    ],
  ])('%s: %s', (name, _what, events, expected) => {
    const protocol = DIALECTS.find(([key]) => key === name)?.[1];
    const blocks = new Blocks();
    for (const event of events) protocol?.stream.noteBlocks(event, undefined, blocks);
    const { texts, textIsWhole, callIsWhole } = blocks;
    const got = callIsWhole ? 'call' : textIsWhole ? 'text' : texts > 0 ? 'begun' : '';
    expect(got).toBe(expected);
  });
});
