// What OpenAI's chat completions take, as far as the gateway writes it for clients of other dialects: a field more is a
// fault here. After the types of the `openai` package.
import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import { demand } from '../spoken.ts';
import { checkOpenaiParameters, checkOpenaiStrict } from './schemas.ts';
import { functionName, object, pairedWithResults, text } from './words.ts';

const textPart = object({ type: z.literal('text'), text });
const userPart = z.discriminatedUnion('type', [
  textPart,
  object({ type: z.literal('image_url'), image_url: object({ url: z.url(), detail: z.string().optional() }) }),
  object({ type: z.literal('file'), file: object({ filename: text, file_data: text }) }),
]);
const words = z.union([z.string(), z.array(textPart).min(1)]);
const call = object({
  id: text,
  type: z.literal('function'),
  function: object({ name: functionName(64), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  object({ role: z.enum(['system', 'developer']), content: words }),
  object({ role: z.literal('user'), content: z.union([z.string(), z.array(userPart).min(1)]) }),
  object({ role: z.literal('assistant'), content: words.nullish(), tool_calls: z.array(call).min(1).optional() }),
  object({ role: z.literal('tool'), tool_call_id: text, content: words }),
]);

const request = object({
  model: text,
  messages: z.array(message).min(1),
  tools: z
    .array(
      object({
        type: z.literal('function'),
        function: object({
          name: functionName(64),
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal('object') }).optional(),
          strict: z.boolean().optional(),
        }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      object({ type: z.literal('function'), function: object({ name: functionName(64) }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z
    .discriminatedUnion('type', [
      object({ type: z.literal('json_object') }),
      object({
        type: z.literal('json_schema'),
        json_schema: object({
          name: functionName(64),
          schema: z.looseObject({}),
          strict: z.boolean().optional(),
        }),
      }),
    ])
    .optional(),
  max_tokens: z.int().positive().optional(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  reasoning_effort: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
  user: z.string().max(64).optional(),
  stream: z.boolean().optional(),
  stream_options: object({ include_usage: z.literal(true) }).optional(),
});

/** Throws on what OpenAI would refuse. */
export function checkChat(body: Json): void {
  const { messages, tools = [], response_format: format } = request.parse(body);
  for (const { function: tool } of tools)
    if (tool.parameters) checkOpenaiParameters(tool.parameters, tool.strict ?? false);
  if (format?.type === 'json_schema' && format.json_schema.strict === true)
    checkOpenaiStrict(format.json_schema.schema);
  demand(format?.type !== 'json_object' || /json/i.test(JSON.stringify(messages)), "'messages' must contain 'json'");
  pairedWithResults(
    messages.map((one) => ({
      calls: one.role === 'assistant' ? (one.tool_calls ?? []).map(({ id }) => id) : [],
      results: one.role === 'tool' ? [one.tool_call_id] : [],
    })),
  );
  for (const one of messages)
    if (one.role === 'assistant') demand(Boolean(one.content) || one.tool_calls !== undefined, 'an empty answer');
}
