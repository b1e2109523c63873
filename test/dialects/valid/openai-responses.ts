// What OpenAI's responses take, as far as the gateway writes it for clients of other dialects: a field more is a fault
// here. After the types of the `openai` package.
import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import { demand } from '../spoken.ts';
import { checkOpenaiParameters, checkOpenaiStrict } from './schemas.ts';
import { base64, functionName, object, text } from './words.ts';

const inputPart = z.discriminatedUnion('type', [
  object({ type: z.literal('input_text'), text }),
  object({ type: z.literal('input_image'), image_url: z.url(), detail: z.enum(['auto', 'low', 'high']).optional() }),
  object({ type: z.literal('input_file'), filename: text, file_data: text }),
]);
const outputPart = object({ type: z.literal('output_text'), text, annotations: z.array(z.unknown()).optional() });

const item = z.union([
  object({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'system', 'developer']),
    content: z.union([text, z.array(inputPart).min(1)]),
  }),
  object({
    type: z.literal('message').optional(),
    role: z.literal('assistant'),
    content: z.union([text, z.array(outputPart).min(1)]),
  }),
  // Without an id it is not looked for in what OpenAI has stored, as Codex sends it, too.
  object({
    type: z.literal('reasoning'),
    id: text.optional(),
    summary: z.array(object({ type: z.literal('summary_text'), text })),
    encrypted_content: base64,
  }),
  object({ type: z.literal('function_call'), call_id: text.max(64), name: functionName(128), arguments: z.string() }),
  object({
    type: z.literal('function_call_output'),
    call_id: text.max(64),
    output: z.union([z.string(), z.array(inputPart)]),
  }),
]);

const request = object({
  model: text,
  instructions: text.optional(),
  input: z.array(item).min(1),
  tools: z
    .array(
      object({
        type: z.literal('function'),
        name: functionName(128),
        description: z.string().optional(),
        parameters: z.looseObject({ type: z.literal('object') }),
        strict: z.boolean(),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), object({ type: z.literal('function'), name: functionName(128) })])
    .optional(),
  text: object({
    format: z
      .discriminatedUnion('type', [
        object({ type: z.literal('json_object') }),
        object({
          type: z.literal('json_schema'),
          name: functionName(64),
          schema: z.looseObject({}),
          strict: z.boolean().optional(),
        }),
      ])
      .optional(),
  }).optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: object({
    effort: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
    summary: z.enum(['auto', 'concise', 'detailed']).optional(),
  }).optional(),
  max_output_tokens: z.int().min(16).optional(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  safety_identifier: z.string().max(64).optional(),
  include: z.array(z.literal('reasoning.encrypted_content')).optional(),
  store: z.literal(false).optional(),
  stream: z.boolean().optional(),
});

/** Throws on what OpenAI would refuse. */
export function checkResponses(body: Json): void {
  const { input, tools = [], text: { format } = {} } = request.parse(body);
  for (const { parameters, strict } of tools) checkOpenaiParameters(parameters, strict);
  if (format?.type === 'json_schema') {
    demand(format.schema['type'] === 'object', 'schema must be a JSON Schema of \'type: "object"\'');
    if (format.strict === true) checkOpenaiStrict(format.schema);
  }
  demand(format?.type !== 'json_object' || /json/i.test(JSON.stringify(input)), "'input' must contain 'json'");
  const calls = new Set<string>();
  for (const one of input) {
    if (one.type === 'function_call') calls.add(one.call_id);
    if (one.type === 'function_call_output') demand(calls.delete(one.call_id), `a result of no call: ${one.call_id}`);
  }
  demand(calls.size === 0, `calls without results: ${[...calls].join(', ')}`);
}
