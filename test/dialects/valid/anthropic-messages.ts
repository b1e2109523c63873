// What Anthropic's messages take, as far as the gateway writes it for clients of other dialects: a field more is a fault
// here. After the types of the `@anthropic-ai/sdk` package.
import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import { demand } from '../spoken.ts';
import { checkAnthropicInput, checkAnthropicStrict } from './schemas.ts';
import { base64, functionName, object, pairedWithResults, text } from './words.ts';

const id = z.string().regex(/^[\w-]+$/);
const textBlock = object({ type: z.literal('text'), text: z.string().regex(/\S/) });
const image = object({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    object({
      type: z.literal('base64'),
      media_type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
      data: base64,
    }),
    object({ type: z.literal('url'), url: z.url() }),
  ]),
});
const userBlock = z.discriminatedUnion('type', [
  textBlock,
  image,
  object({
    type: z.literal('tool_result'),
    tool_use_id: id,
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textBlock, image]))]).optional(),
    is_error: z.boolean().optional(),
  }),
]);
const assistantBlock = z.discriminatedUnion('type', [
  textBlock,
  object({ type: z.literal('thinking'), thinking: z.string(), signature: base64 }),
  object({ type: z.literal('tool_use'), id, name: functionName(128), input: z.looseObject({}) }),
]);

const request = object({
  model: text,
  max_tokens: z.int().positive(),
  system: z.union([text, z.array(textBlock).min(1)]).optional(),
  messages: z.array(
    z.discriminatedUnion('role', [
      object({ role: z.literal('user'), content: z.array(userBlock).min(1) }),
      object({ role: z.literal('assistant'), content: z.array(assistantBlock).min(1) }),
    ]),
  ),
  tools: z
    .array(
      object({
        name: functionName(128),
        description: text.optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        strict: z.boolean().optional(),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: object({
    type: z.enum(['auto', 'any', 'none', 'tool']),
    name: functionName(128).optional(),
    disable_parallel_tool_use: z.boolean().optional(),
  }).optional(),
  thinking: z
    .discriminatedUnion('type', [
      object({ type: z.literal('enabled'), budget_tokens: z.int().min(1024) }),
      object({ type: z.literal('adaptive') }),
    ])
    .optional(),
  output_config: object({
    effort: z.enum(['low', 'medium', 'high', 'max']).optional(),
    format: object({ type: z.literal('json_schema'), schema: z.looseObject({}) }).optional(),
  }).optional(),
  temperature: z.number().max(1).optional(),
  top_p: z.number().optional(),
  top_k: z.int().optional(),
  stream: z.boolean().optional(),
});

/** Throws on what Anthropic would refuse. */
export function checkMessages(body: Json): void {
  const { messages, thinking, temperature, max_tokens: limit, tools = [], output_config: output } = request.parse(body);
  for (const { input_schema: schema } of tools) checkAnthropicInput(schema);
  checkAnthropicStrict(tools, output?.format?.schema);
  for (const [at, { role }] of messages.entries())
    demand(role === (at % 2 === 0 ? 'user' : 'assistant'), `the message ${at} is of ${role}`);
  const last = messages.at(-1);
  const budgeted = thinking?.type === 'enabled';
  demand(last?.role === 'user' || thinking === undefined, 'an answer to go on with, and thinking');
  demand(!budgeted || (thinking.budget_tokens < limit && (temperature ?? 1) === 1), 'the budget is no budget');
  const turns = messages.map(({ content }) => ({
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
    results: content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : [])),
  }));
  pairedWithResults(turns);
  const loop = messages.findLast(({ content }) => content.some(({ type }) => type === 'tool_use'));
  const loops = (turns.at(-1)?.results.length ?? 0) > 0;
  demand(!budgeted || !loops || loop?.content[0]?.type === 'thinking', 'a tool loop has lost its thoughts');
  for (const { content } of messages) demand(content.at(-1)?.type !== 'thinking', 'thoughts at the end of a message');
}
