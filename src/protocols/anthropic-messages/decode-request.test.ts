import { describe, expect, test } from 'bun:test';
import { markSignature } from '../../core/signature.ts';
import { Refusal } from '../../core/refusal.ts';
import type { JsonObject } from '../../lib/json.ts';
import { decodeRequest } from './decode-request.ts';
import { field, leftOut, required } from '../../core/unsupported-feature.ts';

function decoded(body: JsonObject) {
  return decodeRequest({ model: 'm', max_tokens: 1, messages: [], ...body }, { stream: false });
}

function partsOf(...content: unknown[]) {
  return decoded({ messages: [{ role: 'assistant', content }] }).turns[0]?.parts;
}

const NAME = 'anthropic-messages';
const WHY_NO_SUMMARY = 'asks for a summary of the conversation that only Anthropic’s API makes';

describe('content', () => {
  test('a string is a text, in turns and in the system prompt', () => {
    const { system, turns } = decoded({ system: 's', messages: [{ role: 'user', content: 'q' }] });
    expect(system).toEqual([{ type: 'text', text: 's' }]);
    expect(turns).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'q' }] }]);
  });

  test('blocks of the system prompt stay separate, with their marks', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' };
    const system = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache_control },
    ];
    expect(decoded({ system }).system).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cacheControl: cache_control },
    ]);
  });

  test.each([
    [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AA==' } },
    ],
    [
      { type: 'image', source: { type: 'url', url: 'https://a/b' } },
      { type: 'media', kind: 'image', source: { from: 'url', url: 'https://a/b' } },
    ],
    [
      { type: 'document', title: 't', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
      { type: 'media', kind: 'document', name: 't', source: { from: 'text', mediaType: 'text/plain', text: 'x' } },
    ],
    [
      { type: 'document', source: { type: 'file', file_id: 'f' } },
      { type: 'media', kind: 'document', source: { from: 'file', id: 'f', protocol: NAME } },
    ],
    [
      { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'x' }] },
      { type: 'text', text: 't\ns\nx' },
    ],
    [
      { type: 'tool_use', id: 'i', name: 'n', input: { a: 1 } },
      { type: 'tool_call', id: 'i', name: 'n', arguments: '{"a":1}' },
    ],
    [
      { type: 'server_tool_use', id: 'i', name: 'web_search', input: {} },
      {
        type: 'native',
        protocol: NAME,
        kind: 'server_tool_use',
        value: { type: 'server_tool_use', id: 'i', name: 'web_search', input: {} },
      },
    ],
    [
      { type: 'tool_result', tool_use_id: 'i', content: 'x', is_error: true },
      { type: 'tool_result', callId: 'i', content: [{ type: 'text', text: 'x' }], isError: true },
    ],
    [
      { type: 'tool_result', tool_use_id: 'i' },
      { type: 'tool_result', callId: 'i', content: [] },
    ],
    [
      { type: 'tool_result', tool_use_id: 'i', content: [{ type: 'tool_reference', tool_name: 'n' }] },
      { type: 'tool_result', callId: 'i', content: [{ type: 'text', text: 'Tool found: n' }] },
    ],
    [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'reasoning', text: 'hm', signature: { protocol: NAME, value: 's' } },
    ],
    [
      { type: 'redacted_thinking', data: 'd' },
      { type: 'reasoning', text: '', redacted: true, signature: { protocol: NAME, value: 'd' } },
    ],
  ])('%j', (block, part) => expect(partsOf(block)).toEqual([part as never]));

  test('a document of blocks is their texts and images', () =>
    expect(
      partsOf({
        type: 'document',
        title: 't',
        context: 'c',
        source: { type: 'content', content: [{ type: 'text', text: 'x' }] },
      }),
    ).toEqual([
      { type: 'text', text: 't' },
      { type: 'text', text: 'c' },
      { type: 'text', text: 'x' },
    ]));

  test('citations belong to all of their text', () =>
    expect(
      partsOf({
        type: 'text',
        text: 'four',
        citations: [
          { type: 'web_search_result_location', url: 'https://a', title: 't', cited_text: 'c', encrypted_index: 'e' },
        ],
      }),
    ).toEqual([
      {
        type: 'text',
        text: 'four',
        citations: [{ kind: 'url', url: 'https://a', title: 't', citedText: 'c', start: 0, end: 4 }],
      },
    ]));
});

describe('signatures of others come back to what they sign', () => {
  const signature = { protocol: 'gemini', model: 'g', value: 'abcd' };
  const call = { type: 'tool_use', id: 'i', name: 'n', input: {} };

  test('a call behind its own', () =>
    expect(
      partsOf({ type: 'thinking', thinking: '', signature: markSignature(signature, 'next') }, call, call),
    ).toMatchObject([{ type: 'tool_call', signature }, { type: 'tool_call' }]));

  test('a text in front of its own', () =>
    expect(
      partsOf(
        { type: 'text', text: 'a' },
        { type: 'thinking', thinking: '', signature: markSignature(signature, 'previous') },
        call,
      ),
    ).toMatchObject([{ type: 'text', signature }, { type: 'tool_call' }]));

  test('thoughts with theirs', () =>
    expect(partsOf({ type: 'thinking', thinking: 'hm', signature: markSignature(signature) })).toEqual([
      { type: 'reasoning', text: 'hm', signature },
    ]));

  test('nothing, if that is gone', () =>
    expect(partsOf({ type: 'thinking', thinking: '', signature: markSignature(signature, 'next') })).toEqual([]));
});

describe('tools', () => {
  const web = { type: 'web_search_20250305', name: 'web_search', max_uses: 1 };
  const plain = { name: 'n', description: 'd', input_schema: { type: 'object' }, strict: true, defer_loading: true };

  test('with a schema and without', () =>
    expect(decoded({ tools: [plain, web] }).tools).toEqual([
      { type: 'function', name: 'n', description: 'd', parameters: { type: 'object' }, strict: true },
      { type: 'native', protocol: NAME, name: 'web_search_20250305', value: web },
    ]));

  test.each([
    [{ type: 'auto' }, { mode: 'auto' }],
    [{ type: 'none' }, { mode: 'none' }],
    [{ type: 'any' }, { mode: 'required' }],
    [
      { type: 'tool', name: 'n' },
      { mode: 'tool', name: 'n' },
    ],
    [
      { type: 'tool', name: 'web_search' },
      { mode: 'native', protocol: NAME, value: { type: 'tool', name: 'web_search' } },
    ],
  ])('choice %j', (tool_choice, expected) =>
    expect(decoded({ tools: [plain, web], tool_choice }).toolChoice).toEqual(expected as never),
  );

  test('one call at a time', () => {
    expect(decoded({ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }).settings.parallelToolCalls).toBe(
      false,
    );
    expect(decoded({ tool_choice: { type: 'auto' } }).settings.parallelToolCalls).toBeUndefined();
  });
});

describe('thinking', () => {
  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { enabled: true, visible: true, budgetTokens: 2000 }],
    [
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'xhigh' } },
      { enabled: true, adaptive: true, visible: false, effort: 'xhigh' },
    ],
    [{ thinking: { type: 'disabled' } }, { enabled: false }],
    [{ thinking: { type: 'between_tools' } }, { enabled: false }],
    [{ output_config: { effort: 'low' } }, { effort: 'low' }],
    [{}, undefined],
  ])('%j', (body, expected) => expect(decoded(body).reasoning).toEqual(expected as never));
});

test('a schema for the answer, under its new and its old name', () => {
  const format = { type: 'json_schema', schema: { type: 'object' } };
  const output = { type: 'schema', schema: { type: 'object' }, strict: true } as const;
  expect(decoded({ output_config: { format } }).output).toEqual(output);
  expect(decoded({ output_format: format }).output).toEqual(output);
});

describe('what the messages say of the request', () => {
  const tools = [
    { name: 'a', input_schema: { type: 'object' } },
    { name: 'b', input_schema: { type: 'object' } },
    { type: 'web_search_20250305', name: 'web_search' },
    { type: 'mcp_toolset', mcp_server_name: 'm' },
  ];
  const reference = (name: string) => ({ type: 'tool_reference', name });
  const system = (...content: unknown[]) => ({ role: 'system', content });
  const removal = (tool: object) => ({ type: 'tool_removal', tool });
  const addition = (tool: object) => ({ type: 'tool_addition', tool });
  const user = (content: unknown = 'q') => ({ role: 'user', content });

  function toolsAfter(...messages: unknown[]): string[] {
    return decoded({ tools, messages: [user(), ...messages] }).tools.map(({ name }) => name);
  }

  test.each([
    [[], 'a b web_search_20250305 mcp_toolset'],
    [[system(removal(reference('a')))], 'b web_search_20250305 mcp_toolset'],
    [[system(removal(reference('a')), addition(reference('a')))], 'b web_search_20250305 mcp_toolset a'],
    [[system(addition(reference('a')))], 'a b web_search_20250305 mcp_toolset'],
    [
      [
        system(
          removal(reference('web_search')),
          removal({ type: 'mcp_toolset_reference', server_name: 'm' }),
          removal({ type: 'mcp_tool_reference', server_name: 'm', name: 't' }),
        ),
      ],
      'a b',
    ],
    [
      [
        system(addition({ type: 'tool_definition', definition: { name: 'c', input_schema: { type: 'object' } } })),
        { role: 'assistant', content: 'ok' },
        user(),
        system(removal(reference('b'))),
      ],
      'a web_search_20250305 mcp_toolset c',
    ],
    [
      [{ role: 'assistant', content: [{ type: 'compaction', content: 'S', tool_changes: [removal(reference('b'))] }] }],
      'a web_search_20250305 mcp_toolset',
    ],
  ])('tools after %j', (messages, names) => expect(toolsAfter(...messages).join(' ')).toBe(names));

  test('a tool is what it was defined as last', () => {
    const definition = { name: 'a', description: 'new', input_schema: { type: 'object' } };
    const change = system(addition({ type: 'tool_definition', definition }));
    const { tools: told } = decoded({ tools, messages: [user(), change] });
    expect(told.filter(({ name }) => name === 'a')).toMatchObject([{ description: 'new' }]);
  });

  test('a change of a tool that nobody knows is refused', () => {
    for (const tool of [reference('z'), undefined, {}, { type: 'tool_definition', definition: {} }]) {
      expect(() => toolsAfter(system({ type: 'tool_addition', tool }))).toThrow(Refusal);
    }
  });

  test('a turn that changes tools and says nothing is none; its words stay', () => {
    const { turns } = decoded({ tools, messages: [user(), system(removal(reference('a')))] });
    expect(turns).toHaveLength(1);
    const said = decoded({ tools, messages: [user(), system({ type: 'text', text: 's' }, removal(reference('a')))] });
    expect(said.turns[1]).toEqual({ role: 'system', parts: [{ type: 'text', text: 's' }] });
  });

  const effort = (word: string | null) => ({ role: 'system', content: [], output_config: { effort: word } });
  const assistant = { role: 'assistant', content: 'a' };
  const result = user([{ type: 'tool_result', tool_use_id: 'i', content: 'r' }]);

  test.each([
    ['behind the last question', [user(), effort('low')], 'low'],
    ['before the next question', [user(), assistant, effort('low'), user()], 'low'],
    ['goes on', [user(), effort('low'), assistant, user(), assistant, user()], 'low'],
    ['the last one counts', [user(), effort('low'), assistant, effort('max'), user()], 'max'],
    ['without a question yet', [user(), assistant, effort('low')], 'high'],
    ['results are no question', [user(), assistant, effort('low'), result], 'high'],
    ['behind results', [user(), assistant, result, effort('low')], 'high'],
    ['nothing said', [user(), effort(null)], 'high'],
  ])('effort: %s', (_name, messages, expected) =>
    expect(decoded({ messages, output_config: { effort: 'high' } }).reasoning?.effort).toBe(expected as never),
  );

  test('effort alone', () =>
    expect(decoded({ messages: [user(), effort('low')] }).reasoning).toEqual({ effort: 'low' }));

  test('words for one turn are gone with the next of the user’s', () => {
    const reminder = { role: 'system', content: 's', clear_at: 'next_user_message' };
    const roles = (...messages: unknown[]) => decoded({ messages }).turns.map(({ role }) => role);
    expect(roles(user(), reminder)).toEqual(['user', 'system']);
    expect(roles(user(), reminder, assistant, user())).toEqual(['user', 'assistant', 'user']);
    expect(roles(user(), { ...reminder, clear_at: 'never' }, assistant, user())).toEqual(
      'user system assistant user'.split(' ') as never,
    );
  });

  test('a summary stands for all before it, and is told by the user', () => {
    const { turns } = decoded({
      messages: [
        user('old'),
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'old, too' },
            { type: 'compaction', content: 'We were in Rome.', encrypted_content: 'AAAA', signature: 's' },
            { type: 'text', text: 'On we go.' },
          ],
        },
        user('new'),
      ],
    });
    expect(turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Summary of the conversation so far:\n\nWe were in Rome.' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'On we go.' }] },
      { role: 'user', parts: [{ type: 'text', text: 'new' }] },
    ]);
  });

  test('of two summaries the last; one that failed is nothing', () => {
    const block = (content: string | null) => ({ role: 'assistant', content: [{ type: 'compaction', content }] });
    const { turns } = decoded({ messages: [block('one'), user('x'), block('two'), user('y'), block(null), user('z')] });
    expect(turns.map(({ parts }) => JSON.stringify(parts))).toEqual([
      expect.stringContaining('two'),
      expect.stringContaining('y'),
      '[]',
      expect.stringContaining('z'),
    ]);
  });

  test.each([
    ['x-anthropic-billing-header: cc_version=2; cch=00000;', []],
    ['x-anthropic-billing-header: cch=1;\nYou are Claude.', ['You are Claude.']],
    ['x-anthropic-billing-header: cch=1;\r\n\r\nYou are Claude.', ['You are Claude.']],
    ['You are x-anthropic-billing-header: cch', ['You are x-anthropic-billing-header: cch']],
    [
      [
        { type: 'text', text: 'x-anthropic-billing-header: cch=1;' },
        { type: 'text', text: 'You are Claude.', cache_control: { type: 'ephemeral' } },
      ],
      ['You are Claude.'],
    ],
  ])('what an agent says of itself is left out: %j', (prompt, expected) =>
    expect(decoded({ system: prompt }).system.map(({ text }) => text)).toEqual(expected),
  );
});

describe('unsupported features', () => {
  test.each([
    ['a summary that is asked for', { compaction: { type: 'summarize' } }, [required('compaction', WHY_NO_SUMMARY)]],
    [
      'a summary at a threshold',
      { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }, { type: 'compact_20260112' }] } },
      [required('context_management', WHY_NO_SUMMARY)],
    ],
    [
      'hints',
      { service_tier: 'auto', cache_control: {}, metadata: { user_id: 'u' }, betas: ['b'], speed: 'standard' },
      [],
    ],
    ['where it is computed', { inference_geo: 'eu' }, [leftOut(field('inference_geo'))]],
    ['how fast', { speed: 'fast' }, [leftOut(field('speed'))]],
    ['clearing of thoughts', { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } }, []],
    [
      'clearing of calls',
      { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
      [leftOut(field('context_management'))],
    ],
    ['servers', { mcp_servers: [{}] }, [leftOut(field('mcp_servers'))]],
    ['something new', { new_field: 1 }, [leftOut(field('new_field'))]],
    ['a container', { container: 'c' }, [required('container', 'is kept at another provider')]],
    [
      'a thread',
      { thread: { type: 'continue', previous_message_id: 'm' } },
      [required('thread', 'is kept at another provider')],
    ],
    [
      'a budget for a task',
      { output_config: { task_budget: { total: 1 } } },
      [leftOut(field('output_config.task_budget'))],
    ],
    [
      'citations',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'document', source: { type: 'url', url: 'u' }, citations: { enabled: true } }],
          },
        ],
      },
      [leftOut(field('citations'))],
    ],
  ])('%s', (_what, body, expected) => expect(decoded(body).unsupported).toEqual(expected as never));
});

test("of an agent's own traffic nothing has to be named but how its tools' input is streamed", () => {
  const ephemeral = { type: 'ephemeral' };
  const conversation = decoded({
    model: 'claude-opus-4-8',
    max_tokens: 64_000,
    stream: true,
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;' },
      { type: 'text', text: 'You are an agent.', cache_control: ephemeral },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'q', cache_control: ephemeral }] },
      { role: 'system', content: [{ type: 'text', text: 'hint' }] },
    ],
    tools: [
      {
        name: 'Read',
        description: 'd',
        input_schema: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          type: 'object',
          properties: {},
          additionalProperties: false,
        },
        eager_input_streaming: true,
      },
    ],
    metadata: { user_id: '{"device_id":"d","session_id":"s"}' },
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'high' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  });
  expect(conversation.unsupported).toEqual([leftOut(field('tools[].eager_input_streaming'))]);
  expect(conversation.system).toHaveLength(1);
  expect(conversation.turns.map(({ role }) => role)).toEqual(['user', 'system']);
  expect(conversation.reasoning).toEqual({ enabled: true, adaptive: true, visible: false, effort: 'high' });
  expect(conversation.settings).toEqual({ maxTokens: 64_000, user: '{"device_id":"d","session_id":"s"}' });
});

describe('what is no request is refused with its place', () => {
  test.each([
    [{ messages: 'x' }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ role: 'tool', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: ['x'] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'tool_use', name: 'n' }] }] }, 'messages[0].content[0].id'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{}] }, 'tools[0].name'],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ tool_choice: { type: 'x' } }, 'tool_choice.type'],
  ])('%j', (body, param) => {
    const attempt = () => decoded(body);
    expect(attempt).toThrow(Refusal);
    expect(attempt).toThrow(`\`${param}\``);
  });
});
