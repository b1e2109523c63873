import { z } from 'zod';

/** How a backend differs from the dialect that it speaks, where the gateway writes requests for it. */
export const quirksSchema = z
  .strictObject({
    system_first: z
      .boolean()
      .optional()
      .describe(
        'It accepts system messages only at the start of a conversation: later system and developer messages are moved there.',
      ),
    turns_alternate: z
      .boolean()
      .optional()
      .describe(
        "Messages must alternate and begin with the user's: consecutive messages of one role are joined, and a conversation that begins with the assistant gets a user message `.` in front.",
      ),
    user_last: z
      .boolean()
      .optional()
      .describe(
        'It refuses conversations that end with an assistant message: a user message `Continue.` is added after it.',
      ),
    no_user_after_tool: z
      .boolean()
      .optional()
      .describe('A user message may not follow a tool result: an assistant message `OK` is put between them.'),
    max_tokens_field: z
      .enum(['max_tokens', 'max_completion_tokens'])
      .optional()
      .describe('Its name for the limit of output tokens.'),
    thinking: z
      .enum(['reasoning_effort', 'reasoning', 'thinking', 'enable_thinking', 'chat_template_kwargs'])
      .optional()
      .describe(
        'How to set whether and how much it thinks: by `reasoning_effort`, `reasoning: {effort}` as at OpenRouter, `thinking: {type}`, `enable_thinking`, or `chat_template_kwargs: {enable_thinking}` as at vLLM.',
      ),
    reasoning_back: z
      .enum(['reasoning_content', 'reasoning', 'thinking', 'none'])
      .optional()
      .describe('Where it expects its earlier thoughts (`thinking`: as a part of the content), or `none`.'),
    documents: z
      .enum(['data', 'url', 'document_url'])
      .optional()
      .describe(
        'How it accepts documents: only as bytes, as a URL as well, or as a URL in a part called `document_url`.',
      ),
    call_id_length: z
      .union([z.literal(9), z.literal(40)])
      .meta({ kind: '9 or 40', allowed: '9 or 40' })
      .optional()
      .describe('Ids of tool calls must be nine letters and digits (9), or at most 40 characters long (40).'),
    fields: z
      .record(z.string(), z.boolean())
      .optional()
      .describe(
        'Fields that it accepts or refuses, unlike most backends: `{top_k: true, stream_options: false}`. Most refuse `top_k`, `min_p`, `verbosity` and `tools.custom`. `response_format.json_schema: false` means that it knows JSON but no schemas, `reasoning_effort.minimal: false` that it does not know `minimal`.',
      ),
  })
  .optional()
  .describe(
    "How the backend differs from OpenAI's chat completions (`system_first`: from responses, too) in requests that are translated for it. They are added to what is known of its vendor; a server of no known vendor counts as one for open models, with `system_first` and `turns_alternate`. Requests that pass through in their own dialect are not changed.",
  );
