import { z } from 'zod';

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });
const Message = z.looseObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(Part)]).nullish(),
});
const FunctionTool = z.looseObject({ name: z.string(), parameters: z.unknown() });
const Tool = z.looseObject({ type: z.string(), function: FunctionTool.optional() });
const Count = z.int().min(1);

/** The fields of a chat request that the demo looks at; all others are taken and have no effect. */
export const ChatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: Count.max(128).nullish(),
  max_tokens: Count.nullish(),
  max_completion_tokens: Count.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  tools: z.array(Tool).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string() }).optional() }),
    ])
    .nullish(),
  response_format: z
    .looseObject({
      type: z.enum(['text', 'json_object', 'json_schema']),
      json_schema: z.looseObject({ schema: z.unknown() }).optional(),
    })
    .nullish(),
});

/** A chat request as far as the demo looks at it. */
export type ChatRequest = z.infer<typeof ChatRequest>;

/** One message of the conversation. */
export type ChatMessage = ChatRequest['messages'][number];

/** What a message says, its text parts joined. */
export function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}
