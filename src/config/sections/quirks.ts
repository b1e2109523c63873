import { z } from 'zod';

/** How a backend differs from the dialect that it speaks, where the gateway writes requests for it. */
export const quirksSchema = z
  .strictObject({
    system_first: z
      .boolean()
      .optional()
      .describe(
        "It takes the system's words in front of all others only: what a system or a developer says later in a conversation is put there as well.",
      ),
    turns_alternate: z
      .boolean()
      .optional()
      .describe(
        "The user has to begin, and users and assistants to take turns: messages of one side that follow each other are joined, and a conversation that an assistant begins gets a user's `.` in front.",
      ),
    user_last: z
      .boolean()
      .optional()
      .describe(
        "It refuses messages that end with the assistant's: the user says `Continue.` behind an answer that was begun.",
      ),
    no_user_after_tool: z
      .boolean()
      .optional()
      .describe("A user may not speak right after a tool's result: the assistant says `OK` between them."),
    max_tokens_field: z
      .enum(['max_tokens', 'max_completion_tokens'])
      .optional()
      .describe("What it calls the limit of an answer's tokens."),
    thinking: z
      .enum(['reasoning_effort', 'reasoning', 'thinking', 'enable_thinking', 'chat_template_kwargs'])
      .optional()
      .describe(
        'How it is told whether and how much to think: by `reasoning_effort`, `reasoning: {effort}` as at OpenRouter, `thinking: {type}`, `enable_thinking`, or `chat_template_kwargs: {enable_thinking}` as at vLLM.',
      ),
    reasoning_back: z
      .enum(['reasoning_content', 'reasoning', 'thinking', 'none'])
      .optional()
      .describe('Where it wants its former thoughts back (`thinking`: as a part of the content), or `none`.'),
    documents: z
      .enum(['data', 'url', 'document_url'])
      .optional()
      .describe(
        'How it takes documents: as bytes only, as a URL as well, or as a URL in a part called `document_url`.',
      ),
    call_id_length: z
      .union([z.literal(9), z.literal(40)])
      .meta({ kind: '9 or 40', allowed: '9 or 40' })
      .optional()
      .describe('Ids of tool calls have to be nine letters and digits (9), or may have 40 characters at most (40).'),
    fields: z
      .record(z.string(), z.boolean())
      .optional()
      .describe(
        'Fields that it takes or refuses, unlike most: `{top_k: true, stream_options: false}`. What most refuse is `top_k`, `min_p`, `verbosity` and `tools.custom`. `response_format.json_schema: false` means that it knows JSON but no schema, `reasoning_effort.minimal: false` that it does not know the word.',
      ),
  })
  .optional()
  .describe(
    "How the backend differs from OpenAI's chat completions (`system_first`: from responses, too) where a request is translated for it. Beyond what is known of its vendor; a server of no known vendor is taken for one of open models, with `system_first` and `turns_alternate`. Where client and backend speak the same dialect, nothing is changed.",
  );
